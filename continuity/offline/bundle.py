"""One offline copy: all its files, the list of their sums, and a signature on that list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from continuity.domain.by_hand import sum_line
from continuity.domain.clock import text_from_time
from continuity.domain.failure import ConfigurationError
from continuity.domain.text import N_, Message, say
from continuity.offline.contents import booklet_of, kit_readme_of, readme_of
from continuity.offline.edition import edition_of
from continuity.offline.grounds import Grounds
from continuity.offline.kit import kit_of
from continuity.offline.leaks import Known, known_secrets, require_no_secret, secret_in
from continuity.offline.written_files import archive_of, written_files
from continuity.reports.booklet_html import html_from_booklet
from continuity.reports.pdf import faces, pdf_from_html
from continuity.store.keys import Keys, open_keys
from continuity.store.signers import text_for_bundles, text_from_public, text_from_signers

HTML, PDF = "index.html", "continuity.pdf"
SUMS, SIGNATURE, SIGNERS = "MANIFEST.sha256", "MANIFEST.sha256.sig", "allowed_signers"
FACTS = "bundle.json"
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """What is published. ``name`` begins with its time, ``digest`` is that of the list of sums.

    ``runbooks`` are the hashes of those in it, ``edition`` that of all that people wrote.
    ``without`` says what could not be made.
    """

    name: str
    digest: str
    made_at: datetime
    runbooks: Mapping[str, str]
    edition: str
    files: Mapping[str, bytes]
    without: tuple[Message, ...] = ()

    @property
    def bytes(self) -> int:
        """How much it is."""
        return sum(map(len, self.files.values()))


def make_bundle(grounds: Grounds) -> Bundle:
    """Write everything. Raises ConfigurationError rather than write a secret into it."""
    kit = kit_of(grounds)
    booklet = booklet_of(grounds, kit)
    files = {f"kit/{name}": content for name, content in kit.files.items()}
    files[HTML] = html_from_booklet(booklet).encode()
    without: tuple[Message, ...] = ()
    try:
        files[PDF] = pdf_from_html(html_from_booklet(booklet, faces()))
    except ConfigurationError as error:
        without = (error.what,)
    keys = open_keys(grounds.bench.keys)
    files["signer.pub"] = f"{text_from_public(keys.public())} continuity\n".encode()
    runbooks = {name: book.hash for name, book in sorted(grounds.workspace.books.items())}
    edition = edition_of(grounds.workspace)
    files[FACTS] = _facts(grounds, runbooks, edition)
    files["README.txt"] = readme_of(grounds)
    files["kit/README.txt"] = kit_readme_of(grounds, kit)
    files.update(_witness(grounds, keys))
    secrets = known_secrets(grounds)
    written = written_files(grounds.workspace)
    without += tuple(_left_out(secrets, written))
    files["workspace.tar"] = archive_of(written, grounds.made_at)
    require_no_secret(secrets, files)
    sums = b"".join(
        sum_line(hashlib.sha256(content).digest(), name.encode())
        for name, content in sorted(files.items())
    )
    digest = hashlib.sha256(sums).hexdigest()
    files[SIGNERS] = text_for_bundles(keys.public()).encode()
    files[SIGNATURE] = keys.sign_bundle(sums).encode()
    files[SUMS] = sums
    return Bundle(
        name=f"{grounds.made_at.strftime(_STAMP)}-{digest[:8]}",
        digest=digest,
        made_at=grounds.made_at,
        runbooks=runbooks,
        edition=edition,
        files=files,
        without=without,
    )


def _left_out(secrets: Known, written: dict[str, bytes]) -> Iterator[Message]:
    """Take out the files in which somebody wrote a secret: their place is on this machine alone."""
    for name in [name for name, content in written.items() if secret_in(secrets, content)]:
        del written[name]
        what = N_("{file} is not in workspace.tar, because a secret stands in it.")
        yield say(what, file=name)


def _facts(grounds: Grounds, runbooks: Mapping[str, str], edition: str) -> bytes:
    head = grounds.bench.store.head()
    facts = {
        "format": "continuity-bundle/1",
        "organisation": grounds.bench.organisation,
        "made_at": text_from_time(grounds.made_at),
        "edition": edition,
        "runbooks": dict(runbooks),
        "record": {"sequence": head.sequence, "hash": head.hash},
    }
    return (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode()


def _witness(grounds: Grounds, keys: Keys) -> dict[str, bytes]:
    """Take the latest checkpoint along: a record that was cut since cannot deny it."""
    found = {"record/allowed_signers": text_from_signers(keys.signers()).encode()}
    for signed in grounds.bench.store.checkpoints()[-1:]:
        found["record/checkpoint.txt"] = signed.text.encode()
        found["record/checkpoint.txt.sig"] = signed.signature.encode()
    return found
