"""Which machines are believed and which keys are let in; the ssh program must agree."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from continuity.domain.failure import AuthenticationError, HostKeyError, UnreachableError
from continuity.hosts.host_keys import accept_key
from continuity.hosts.known_hosts import HostKey, known_keys, remember_key, replace_keys
from continuity.hosts.reach import Reach
from continuity.hosts.ssh_host import SshHost
from continuity.hosts.transport import transport_from_reach
from tests.support.hosts import reach_of, shell
from tests.support.sshd import Sshd, make_key, running_sshd


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    """A server that a test may change."""
    with running_sshd(tmp_path / "own sshd") as server:
        yield server


def said_by(reach: Reach) -> bytes:
    host = SshHost(reach)
    try:
        return host.run(shell("echo inside")).stdout
    finally:
        host.close()


def said_to_ssh(reach: Reach) -> tuple[int, bytes]:
    way = transport_from_reach(reach)
    done = subprocess.run(
        [*way.words, way.target, "echo inside"], capture_output=True, timeout=30, check=False
    )
    return done.returncode, done.stdout


def refused(reach: Reach) -> HostKeyError:
    with pytest.raises(HostKeyError) as caught:
        said_by(reach)
    assert said_to_ssh(reach) == (255, b"")
    return caught.value


def test_a_known_machine_is_entered_by_both_ways(server: Sshd) -> None:
    reach = reach_of(server)

    assert said_by(reach) == b"inside\n"
    assert said_to_ssh(reach) == (0, b"inside\n")


def test_an_unknown_key_is_refused_with_its_fingerprint_and_the_command(server: Sshd) -> None:
    server.known_hosts.unlink()

    error = refused(reach_of(server))

    assert server.fingerprint in str(error.what)
    command = f"continuity hosts accept away --fingerprint {server.fingerprint}"
    assert command in str(error.remedy)


def test_a_changed_key_is_refused_with_both_fingerprints(server: Sshd) -> None:
    old = server.fingerprint
    server.change_host_key()

    error = refused(reach_of(server))

    assert old in str(error.what)
    assert server.fingerprint in str(error.what)
    assert "--replace" in str(error.remedy)


def test_a_revoked_key_is_refused_although_another_line_knows_it(server: Sshd) -> None:
    line = server.known_hosts.read_text()
    server.known_hosts.write_text(f"{line}@revoked {line}")

    assert "revoked" in str(refused(reach_of(server)).what)


def test_a_negated_name_is_not_known(server: Sshd) -> None:
    server.known_hosts.write_text(f"*,!{server.name} {server.host_key}\n")

    refused(reach_of(server))


def test_a_machine_known_by_another_kind_of_key_is_asked_for_that_kind(server: Sshd) -> None:
    make_key(server.home / "second", "ecdsa")
    server.stop()
    server.extra = f'HostKey "{server.home}/second"'
    server.start()
    kind, key, *_ = (server.home / "second.pub").read_text().split()
    server.known_hosts.write_text(f"{server.name} {kind} {key}\n")

    assert said_by(reach_of(server)) == b"inside\n"


def test_hashed_names_are_found_as_ssh_keygen_wrote_them(server: Sshd) -> None:
    asked = ["ssh-keygen", "-q", "-H", "-f", str(server.known_hosts)]
    subprocess.run(asked, check=True, capture_output=True, timeout=10)

    assert server.name not in server.known_hosts.read_text()
    assert said_by(reach_of(server)) == b"inside\n"


def test_a_remembered_key_is_believed_and_other_lines_stay(server: Sshd) -> None:
    key = SshHost(reach_of(server)).shown_key()
    kept = "# ours\nelse.example ssh-ed25519 AAAA odd\n\n@cert-authority * ssh-ed25519 AAAA"
    server.known_hosts.write_text(kept)
    remember_key(server.known_hosts, server.name, key)

    assert server.known_hosts.read_text().startswith(f"{kept}\n")
    assert said_by(reach_of(server)) == b"inside\n"


def test_a_revoked_key_is_never_accepted(server: Sshd) -> None:
    line = server.known_hosts.read_text()
    server.known_hosts.write_text(f"@revoked {line}")
    reach = reach_of(server)

    with pytest.raises(HostKeyError, match="revoked"):
        accept_key(reach, SshHost(reach).shown_key(), replace=True)
    assert server.known_hosts.read_text() == f"@revoked {line}"


def test_a_key_that_cannot_be_written_down_is_not_accepted(server: Sshd) -> None:
    reach = replace(reach_of(server), known_hosts=Path("/proc/nowhere/known_hosts"))

    with pytest.raises(HostKeyError, match="cannot be written"):
        accept_key(reach, SshHost(reach).shown_key(), replace=False)


def test_a_key_known_for_the_standard_port_alone_counts_for_no_other(server: Sshd) -> None:
    server.known_hosts.write_text(f"{server.address} {server.host_key}\n")

    refused(reach_of(server))


def test_replacing_a_key_takes_the_name_from_lines_that_share_it(tmp_path: Path) -> None:
    file = tmp_path / "known"
    file.write_text("one,two ssh-ed25519 AAAA\none ssh-rsa AAAB\nthree ssh-rsa AAAC\n")
    fresh = HostKey(kind="ssh-ed25519", blob=b"fresh")
    replace_keys(file, "one", fresh)

    assert known_keys(file, "one").accepted == (fresh,)
    assert len(known_keys(file, "two").accepted) == 1
    assert len(known_keys(file, "three").accepted) == 1


def test_a_wrong_key_is_refused_and_named(server: Sshd) -> None:
    make_key(server.home / "stranger")
    reach = replace(reach_of(server), key=server.home / "stranger")

    with pytest.raises(AuthenticationError, match="keys tried: SHA256:"):
        said_by(reach)


def test_a_key_that_others_can_read_is_refused_as_ssh_does(server: Sshd) -> None:
    server.key.chmod(0o644)

    with pytest.raises(AuthenticationError) as caught:
        said_by(reach_of(server))
    assert "chmod 600" in str(caught.value.remedy)
    assert said_to_ssh(reach_of(server))[0] == 255


def test_a_key_with_a_passphrase_is_left_to_the_agent(server: Sshd) -> None:
    make_key(server.home / "locked", passphrase="hush hush")
    reach = replace(reach_of(server), key=server.home / "locked")

    with pytest.raises(AuthenticationError) as caught:
        said_by(reach)
    assert "ssh-add" in str(caught.value.remedy)


def test_a_machine_that_is_down_is_unreachable(server: Sshd) -> None:
    server.stop()

    with pytest.raises(UnreachableError, match="Connection refused"):
        said_by(reach_of(server))


def test_a_machine_behind_another_is_reached_by_both_ways(
    server: Sshd, sshd: Sshd, tmp_path: Path
) -> None:
    jump = reach_of(sshd, "between")
    behind = reach_of(server, "behind", jump)
    host = SshHost(behind, SshHost(jump))

    assert host.run(shell("echo inside")).stdout == b"inside\n"
    assert said_to_ssh(behind) == (0, b"inside\n")


def test_an_unknown_machine_behind_another_is_refused(server: Sshd, sshd: Sshd) -> None:
    server.known_hosts.unlink()
    jump = reach_of(sshd, "between")
    behind = reach_of(server, "behind", jump)

    with pytest.raises(HostKeyError):
        SshHost(behind, SshHost(jump)).run(shell("true"))
    assert said_to_ssh(behind)[0] == 255
