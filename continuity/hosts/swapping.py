"""Trees of a machine that take each other's place by rename, and how that came out.

One program there looks, moves and looks again under a lock. It moves only what has the number under
which it is known, so that it may come late, twice or after somebody else, and does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from continuity.domain.failure import ToolError
from continuity.domain.text import N_, say, shown
from continuity.hosts.exchange import Exchange
from continuity.hosts.ground import above
from continuity.hosts.host import Command, Host

_SECONDS: Final = 300.0
_LONG: Final = 24 * 3_600.0
_PERMIT: Final = b"/go"

# rename(2) and nothing else: `mv` copies where it cannot rename, and a copy can be cut off.
_SCRIPT: Final = r"""
my ($mode, $above, $above_id, $stage, @rest) = @ARGV;
my ($permit, $why, @swaps) = ("$stage/go", "");
push @swaps, [splice @rest, 0, 5] while @rest;
$SIG{$_} = "IGNORE" for qw(HUP INT TERM PIPE);
sub answer { print "=$_[0] $why\n"; exit 0 }
sub id {
    my @found = lstat $_[0];
    return "$found[0]:$found[1]" if @found;
    return $! == 2 ? "none" : "unseen";
}
sub judged {
    my ($fresh, $old) = (1, 1);
    for (@swaps) {
        my ($live, undef, undef, $fresh_id, $old_id) = @$_;
        my $is = id($live);
        $fresh = 0 if $is ne $fresh_id;
        $old = 0 if $is ne $old_id;
    }
    return $fresh ? "fresh" : $old ? "old" : "unknown";
}
sub back {
    for (reverse @swaps) {
        my ($live, $fresh, $aside, $fresh_id, $old_id) = @$_;
        my $came = ($fresh_id ne "none" and id($live) eq $fresh_id);
        rename $live, $fresh if $came and id($fresh) eq "none";
        next if $old_id eq "none" or id($aside) ne $old_id;
        rename $aside, $live if id($live) eq "none";
    }
}
sub through {
    for (@swaps) {
        my (undef, $fresh, $aside, $fresh_id, $old_id) = @$_;
        return 0 if $old_id ne "none" and id($aside) ne $old_id;
        return 0 if $fresh_id ne "none" and id($fresh) ne "none";
    }
    return 1;
}
sub revoke { rmdir $permit or $! == 2 or answer("unknown") }
sub swapped {
    for (@swaps) {
        my ($live, $fresh, $aside, $fresh_id, $old_id) = @$_;
        my $gone = ($old_id eq "none" or rename $live, $aside);
        next if $gone and ($fresh_id eq "none" or rename $fresh, $live);
        $why = "$!";
        return back();
    }
    system "sync", "--file-system", $above;
}
sub swept {
    for (@swaps) {
        my ($live, @moved) = @$_[0 .. 2];
        for (@moved) {
            (my $up = $_) =~ s{/[^/]*\z}{}s;
            rmdir $up if length $up and index $live, "$up/";
        }
    }
}
open my $lock, "<", $above or answer("unseen");
my $tries = 0;
until (flock $lock, 6) { answer("busy") if ++$tries > 10; sleep 1 }
answer("unseen") if id($above) ne $above_id;
if ($mode eq "clear") {
    revoke();
    system "chmod", "-R", "u+rwX", "--", $stage if -d $stage and not -l $stage;
    system "rm", "-rf", "--one-file-system", "--", $stage;
    swept();
    answer(id($stage) eq "none" ? "cleared" : "left");
}
if ($mode eq "settle" and judged() ne "fresh") { revoke(); back() unless through() }
if ($mode eq "swap") {
    for (@swaps) {
        my ($live, $fresh, $aside, $fresh_id, $old_id) = @$_;
        next if id($live) eq $old_id and id($fresh) eq $fresh_id and id($aside) eq "none";
        answer(judged() eq "fresh" ? "fresh" : "moved");
    }
    rmdir $permit or answer("revoked");
    swapped();
}
answer(judged());
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the program there said, and why something could not be moved."""

    word: str
    why: str


def swap(host: Host, exchange: Exchange) -> Answer:
    """Let everything take its place, or nothing; it can be done as long as it is not revoked.

    ``fresh`` is in place, or the ``old``; ``moved``, ``revoked``, ``busy`` and ``unseen`` changed
    nothing. ``unknown`` is neither. Raises what the host raises, and ToolError.
    """
    return _asked(host, "swap", exchange, _SECONDS)


def settle(host: Host, exchange: Exchange) -> Answer:
    """Look which one is in place; unless it is the fresh one, put back the old and revoke the swap.

    A swap that went through is not taken back, whatever others did since. ``busy`` when the swap
    is under way.
    """
    return _asked(host, "settle", exchange, _SECONDS)


def look(host: Host, exchange: Exchange) -> Answer:
    """Look which one is in place, and change nothing."""
    return _asked(host, "look", exchange, _SECONDS)


def make_stage(host: Host, exchange: Exchange, folder: bytes) -> None:
    """Make the stage with an empty directory in it, after clearing away what a try before left."""
    clear_stage(host, exchange)
    stage = exchange.stage
    _require(host, ("mkdir", "-m", "700", "--", stage, stage + _PERMIT, folder))


def clear_stage(host: Host, exchange: Exchange) -> None:
    """Remove the stage, so that no swap of it can happen any more. Raises ToolError."""
    answer = _asked(host, "clear", exchange, _LONG)
    if answer.word != "cleared":
        raise _failed(exchange.stage, answer.word)


def make_room(host: Host, exchange: Exchange) -> None:
    """Make the directories in mount points that take what was there. Raises ToolError."""
    if exchange.tops:
        tops = {top.path for top in exchange.tops}
        asides = (above(one.aside) for one in exchange.shifts if above(one.live) in tops)
        _require(host, ("mkdir", "-m", "700", "--", *dict.fromkeys(asides)))


def dress(host: Host, exchange: Exchange) -> None:
    """Give mount points the owner and the mode of what came back into them. Raises ToolError."""
    for top in exchange.tops:
        owner, _, mode = top.fresh.rpartition(":")
        if owner != top.old.rpartition(":")[0]:
            _require(host, ("chown", owner, "--", top.path))
        _require(host, ("chmod", mode, "--", top.path))


def make_durable(host: Host, path: bytes) -> None:
    """Write a file system's cache to its disk, before anything relies on it. Raises ToolError."""
    _require(host, ("sync", "--file-system", "--", path))


def _asked(host: Host, mode: str, exchange: Exchange, seconds: float) -> Answer:
    places: list[bytes | str] = []
    for one in exchange.shifts:
        places += [one.live, one.fresh, one.aside, one.fresh_id, one.old_id]
    where = (exchange.above, exchange.above_id, exchange.stage)
    argv = ("perl", "-e", _SCRIPT, mode, *where, *places)
    finished = host.run(Command(argv=argv, timeout=seconds, env={"LC_ALL": "C"}))
    text = finished.stdout
    if finished.code != 0 or finished.truncated or not (text[:1] == b"=" and text[-1:] == b"\n"):
        raise _failed(exchange.above, shown(finished.stderr.strip()[-300:]))
    word, _, why = text[1:-1].decode("ascii", "replace").partition(" ")
    return Answer(word=word, why=why)


def _require(host: Host, argv: tuple[bytes | str, ...]) -> None:
    finished = host.run(Command(argv=argv, timeout=_LONG, env={"LC_ALL": "C"}))
    if finished.code != 0:
        raise _failed(argv[-1] if isinstance(argv[-1], bytes) else b"", _said(finished.stderr))


def _said(stderr: bytes) -> str:
    return shown(stderr.strip()[-300:])


def _failed(path: bytes, reason: str) -> ToolError:
    return ToolError(
        say(
            N_("Nothing could be made ready at {path} there: {reason}"),
            path=shown(path),
            reason=reason or "-",
        ),
        remedy=say(N_("Look at the disk there and at the rights of the account, then try again.")),
    )
