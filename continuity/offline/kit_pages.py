"""The recovery kit on paper: what to type, where secrets are, and how to check what came back."""

from __future__ import annotations

from collections.abc import Iterator

from continuity.domain.by_hand import ByHand, quoted
from continuity.domain.text import N_
from continuity.offline.grounds import Grounds
from continuity.offline.kit import Kit, Sheet
from continuity.offline.secrets_kept import secrets_kept
from continuity.reports.booklet import Chapter, Code, Leaf
from continuity.reports.page import Bullets, Heading, Paragraph, table

_VERIFY_BUNDLE = (
    "ssh-keygen -Y verify -f allowed_signers -I continuity -n continuity-bundle"
    " -s MANIFEST.sha256.sig < MANIFEST.sha256",
    "sha256sum -c MANIFEST.sha256",
)
_VERIFY_CHECKPOINT = (
    "ssh-keygen -Y verify -f record/allowed_signers -I continuity -n continuity-checkpoint"
    " -s record/checkpoint.txt.sig < record/checkpoint.txt",
    "cat record/checkpoint.txt",
)
_BEFORE = ("KIT=$PWD; TARGET=/srv/restored", 'mkdir -p "$TARGET"')
_VERIFY_RECORD = (
    "ssh-keygen -Y verify -f allowed_signers -I continuity -n continuity-checkpoint"
    " -s checkpoints/NUMBER.txt.sig < checkpoints/NUMBER.txt",
    'sed -n 7p records.jsonl | sed -E \'s/,"hash":"[0-9a-f]{64}","job":/,"job":/\''
    " | tr -d '\\n' | sha256sum",
)


def kit_chapters(grounds: Grounds, kit: Kit) -> Iterator[Chapter]:
    """Write how it is used, each way back, where secrets are, and what is verified how."""
    shelf = grounds.voice.text(N_("Recovery kit"))
    yield _introduction(grounds, kit, shelf)
    for sheet in kit.sheets:
        yield Chapter(
            anchor=f"kit-{sheet.script.removesuffix('.sh')}",
            title=f"{sheet.title} ({sheet.stand.repository})",
            leaves=tuple(_sheet(grounds, sheet)),
            shelf=shelf,
        )
    yield _secrets(grounds, shelf)
    yield _verifying(grounds, shelf)


def _introduction(grounds: Grounds, kit: Kit, shelf: str) -> Chapter:
    text = grounds.voice.text
    heading = (text(N_("Job")), text(N_("Repository")), text(N_("Script")), text(N_("Proven")))
    rows = (
        (
            one.stand.job,
            one.stand.repository,
            f"kit/{one.script}",
            text(N_("yes") if one.stand.proven else N_("no")),
        )
        for one in kit.sheets
    )
    return Chapter(
        anchor="kit",
        title=text(N_("How to bring data back without Continuity")),
        leaves=(
            Bullets(
                (
                    text(N_("Any Linux will do. Install restic and rsync, nothing else.")),
                    text(N_("Copy the folder kit/ from this bundle to its disk and enter it.")),
                    text(N_("Look up the password in the table of secrets; it is not in here.")),
                    text(N_("Run the script of a job with a new directory, or type its lines.")),
                    text(N_("Restore to a new place first. Look at it. Only then put it to use.")),
                )
            ),
            Code(("cp -R kit /root/kit && cd /root/kit", "sh JOB.sh /srv/restored")),
            table("scripts", text(N_("Ways back")), heading, rows),
        ),
        shelf=shelf,
    )


def _sheet(grounds: Grounds, sheet: Sheet) -> Iterator[Leaf]:
    voice, stand = grounds.voice, sheet.stand
    if stand.point is None:
        yield Paragraph(voice.text(N_("No point is known: choose one of those that are listed.")))
    elif stand.proven:
        when = voice.moment(stand.point.data_time)
        yield Paragraph(
            voice.text(N_("The point is of {moment}, and a restore test proved it."), moment=when)
        )
    else:
        when = voice.moment(stand.point.data_time)
        told = voice.text(
            N_("The point is of {moment}; NO restore test has proven it."), moment=when
        )
        yield Paragraph(told, strong=True)
    yield Bullets(
        (
            voice.whole(N_("Where the copies are: {location}"), location=sheet.location),
            *(f"{name}: {voice.sentence(where)}" for name, where in sheet.needs),
        )
    )
    yield Code((f"sh {sheet.script} /srv/restored",))
    yield from _typed(grounds, sheet.hand, stand.there)
    if sheet.sums:
        yield Paragraph(voice.text(N_("Compare what must be there: every line must end in OK.")))
        yield Code((f'(cd "$TARGET" && sha256sum -c "$KIT"/{sheet.sums})',))
    if sheet.load:
        yield Heading(voice.text(N_("Load it into a database server")), 3, "")
        yield Code((f"sh {sheet.load} /srv/restored",))
        yield from _typed(grounds, sheet.loading, "")


def _typed(grounds: Grounds, hand: ByHand, point: str) -> Iterator[Leaf]:
    """Write what the script does, to be typed where it cannot be run."""
    settings = [(one.name, one.value) for one in hand.settings]
    settings += [("POINT", point.encode())] if point else []
    written = (f"export {name}={_shown(quoted(value))}" for name, value in settings)
    yield Paragraph(grounds.voice.text(N_("The same, line by line:")))
    yield Code((*_BEFORE, *written))
    for number, step in enumerate(hand.steps, start=1):
        yield Paragraph(f"{number}. {grounds.voice.sentence(step.title)}")
        yield Code(tuple(map(_shown, step.lines)))


def _shown(line: bytes) -> str:
    return line.decode("utf-8", "replace")


def _secrets(grounds: Grounds, shelf: str) -> Chapter:
    voice = grounds.voice
    rows = (
        (voice.sentence(one.opens), voice.sentence(one.where), "")
        for one in secrets_kept(grounds.workspace)
    )
    heading = (
        voice.text(N_("What it opens")),
        voice.text(N_("Where it is kept")),
        voice.text(N_("And the copy away from there")),
    )
    return Chapter(
        anchor="secrets",
        title=voice.text(N_("Where each secret is kept")),
        leaves=(
            Paragraph(
                voice.text(
                    N_("No secret is in here. Write by hand, on paper only, where its copy is.")
                )
            ),
            table("secrets", voice.text(N_("Secrets")), heading, rows),
        ),
        shelf=shelf,
    )


def _verifying(grounds: Grounds, shelf: str) -> Chapter:
    text = grounds.voice.text
    return Chapter(
        anchor="verify",
        title=text(N_("How to verify with stock programs")),
        leaves=(
            Paragraph(text(N_("This bundle, in its folder: signature, then every file."))),
            Code(_VERIFY_BUNDLE),
            Paragraph(
                text(N_("The fingerprint must be the one that you know of this firm's key."))
            ),
            Code(("ssh-keygen -l -f signer.pub",)),
            Paragraph(
                text(N_("An export of the record, in its folder: a checkpoint, then a record."))
            ),
            Code(_VERIFY_RECORD),
            Paragraph(
                text(N_("The latest checkpoint known to this bundle; the export must contain it."))
            ),
            Code(_VERIFY_CHECKPOINT),
        ),
        shelf=shelf,
    )
