"""Offline copies at real places: whole or not there, each place for itself, and never silent."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from continuity.config.offline_sites import too_few
from continuity.domain.evidence import RecordKind
from continuity.domain.verdict import Verdict
from continuity.offline.bundle import Bundle, make_bundle
from continuity.offline.folders import KEPT, LATEST
from continuity.offline.places import doors_of, objects_of
from continuity.offline.publishing import Delivered, publish
from continuity.offline.standing import observe_offline, standings
from tests.simulators.mail import PASSWORD as MAIL_PASSWORD
from tests.simulators.mail import USER as MAIL_USER
from tests.simulators.mail import MailRoom, mail_server
from tests.support.firm import Firm, Office, Wishes, a_firm, at_work
from tests.support.kits import contents, grounds_of, held
from tests.support.sshd import Sshd, running_sshd
from tests.support.storages import S3_CREDENTIALS, s3_server
from tests.support.workspaces import write_files


@dataclass(frozen=True, kw_only=True)
class Places:
    """A firm with one place of each kind, and one that is not there."""

    firm: Firm
    server: Sshd
    room: MailRoom

    @property
    def stick(self) -> Path:
        return self.firm.root / "stick"

    @property
    def away(self) -> Path:
        return self.firm.root / 'away "here"'

    @property
    def bucket(self) -> Path:
        return self.firm.root / "s3" / "bucket" / "acme"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    root = tmp_path_factory.mktemp("places")
    room = MailRoom()
    with ExitStack() as running:
        server = running.enter_context(running_sshd(root / "sshd"))
        (root / "s3" / "bucket").mkdir(parents=True)
        url = running.enter_context(s3_server(root / "s3")).url
        port = running.enter_context(mail_server(room))
        found = Places(firm=a_firm(root, Wishes()), server=server, room=room)
        (found.firm.source() / "a").write_text("a")
        found.stick.mkdir()
        found.away.mkdir()
        _write(found, url, port)
        yield found


def _write(found: Places, url: str, port: int) -> None:
    firm, server = found.firm, found.server
    settings = json.loads((firm.workspace / "config/continuity.yaml").read_text())
    credentials = {name: {"file": f"secrets/{name}"} for name in S3_CREDENTIALS}
    bucket = {"kind": "s3", "bucket": f"s3:{url}/bucket/acme", "credentials": credentials}
    settings["offline"] = {
        "places": {
            "a-gone": {"kind": "directory", "path": str(firm.root / "gone"), "site": "safe"},
            "b-stick": {"kind": "directory", "path": str(found.stick), "site": "safe"},
            "c-away": {"kind": "sftp", "host": "away", "folder": str(found.away)},
            "d-cloud": bucket,
            "e-phones": {"kind": "email", "channel": "mail", "to": ["ana"]},
        }
    }
    channel = {
        "kind": "email",
        "secrets": {"password": {"file": "secrets/smtp"}},
        "options": {
            "sender": "continuity@acme.example",
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "user": MAIL_USER,
        },
    }
    host = {
        "kind": "ssh",
        "address": server.address,
        "port": server.port,
        "user": server.user,
        "key": str(server.key),
        "known_hosts": str(server.known_hosts),
        "site": "provider",
    }
    secrets = {f"secrets/{name}": word for name, word in S3_CREDENTIALS.items()}
    secrets["secrets/smtp"] = MAIL_PASSWORD
    write_files(
        firm.workspace,
        {
            **secrets,
            "config/continuity.yaml": json.dumps(settings),
            "config/channels.yaml": json.dumps({"mail": channel}),
            "config/hosts.yaml": json.dumps({"local": {"site": "office"}, "away": host}),
            "config/people.yaml": json.dumps({"ana": {"name": "Ana", "email": "ana@acme.example"}}),
        },
    )
    for name in secrets:
        (firm.workspace / name).chmod(0o600)


@pytest.fixture(scope="module")
def made(places: Places) -> Bundle:
    """A bundle; to print it takes a second."""
    with at_work(places.firm) as office:
        return make_bundle(grounds_of(office))


def published(office: Office, made: Bundle) -> tuple[Bundle, list[Delivered]]:
    """Publish it as one of this moment."""
    bundle = replace(made, name=f"{office.clock():%Y%m%dT%H%M%SZ}-{made.digest[:8]}")
    return bundle, list(publish(office.app.bench, bundle, doors_of(office.app.means)))


def test_every_place_gets_the_whole_though_one_is_not_there(places: Places, made: Bundle) -> None:
    places.room.arrived.clear()
    with at_work(places.firm) as office:
        bundle, done = published(office, made)
        records = office.records((RecordKind.BUNDLE_PUBLISHED, RecordKind.BUNDLE_FAILED))
    (mail,) = places.room.arrived
    parts = {part.get_filename(): part for part in mail.mail.iter_attachments()}
    archive = parts[f"continuity-{bundle.name}.zip"].get_content()
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        mailed = {name: opened.read(name) for name in opened.namelist()}

    assert [one.error is None for one in done] == [False, True, True, True, True]
    assert "gone" in str(done[0].error)
    for place in (places.stick, places.away, places.bucket):
        assert contents(place / bundle.name) == held(bundle.files)
        assert (place / LATEST).read_text() == f"{bundle.name}/index.html\n"
    assert mailed == dict(bundle.files)
    assert parts["continuity.pdf"].get_content() == bundle.files["continuity.pdf"]
    assert [record.kind for record in records[-5:]][:2] == [
        RecordKind.BUNDLE_FAILED,
        RecordKind.BUNDLE_PUBLISHED,
    ]
    assert records[-4].body["runbooks"] == dict(bundle.runbooks)
    assert records[-4].body["digest"] == bundle.digest


def test_stock_programs_verify_what_arrived(places: Places, made: Bundle) -> None:
    with at_work(places.firm) as office:
        bundle, _done = published(office, made)
    folder = places.away / bundle.name
    verify = (
        "ssh-keygen -Y verify -f allowed_signers -I continuity -n continuity-bundle"
        " -s MANIFEST.sha256.sig < MANIFEST.sha256 && sha256sum --quiet -c MANIFEST.sha256"
    )
    sound = subprocess.run(["sh", "-c", verify], cwd=folder, capture_output=True, check=False)
    (folder / "kit" / "erp.sh").write_text("rm -rf /\n")
    altered = subprocess.run(["sh", "-c", verify], cwd=folder, capture_output=True, check=False)

    assert sound.returncode == 0, sound.stderr
    assert altered.returncode != 0
    assert b"kit/erp.sh" in altered.stdout


def test_old_copies_and_halves_go_when_a_new_one_is_whole(places: Places, made: Bundle) -> None:
    halves = [place / ".part-20261121T000000Z-00000000" for place in (places.stick, places.away)]
    for half in halves:
        (half / "kit").mkdir(parents=True)
        (half / "kit" / "erp.sh").touch()
    with at_work(places.firm) as office:
        office.clock.go_on(timedelta(hours=1))
        for _ in range(KEPT):
            office.clock.go_on(timedelta(minutes=1))
            bundle, _done = published(office, made)

    for place in (places.stick, places.away):
        names = sorted(one.name for one in place.iterdir())
        assert len(names) == KEPT + 1
        assert names[-2:] == [bundle.name, LATEST]


def test_two_copies_of_one_moment_are_one_copy_everywhere(places: Places, made: Bundle) -> None:
    with at_work(places.firm) as office:
        bundle, first = published(office, made)
        (places.stick / bundle.name / "kit" / "erp.sh").write_text("altered")
        _same, second = published(office, made)

    assert [one.error for one in first[1:]] == [None] * 4
    assert [one.error for one in second[1:]] == [None] * 4
    for place in (places.stick, places.away):
        assert contents(place / bundle.name) == held(bundle.files)


def test_a_machine_with_another_key_gets_nothing(places: Places, made: Bundle) -> None:
    known = places.server.known_hosts.read_text()
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJuOVU3cYbvQdKkFv6kT0XoTYjVTDIMHNOeR4V3nK1bX"
    places.server.known_hosts.write_text(f"{places.server.name} {other}\n")
    try:
        with at_work(places.firm) as office:
            _bundle, done = published(office, made)
    finally:
        places.server.known_hosts.write_text(known)
    error = done[2].error

    assert error is not None
    assert "continuity hosts accept away" in str(error.remedy)


def test_in_a_bucket_the_list_of_sums_comes_after_all_it_names(made: Bundle) -> None:
    names = [name for name, _content in objects_of(made)]

    assert names[-2:] == [f"{made.name}/MANIFEST.sha256", LATEST]
    assert sorted(names[:-1]) == sorted(f"{made.name}/{name}" for name in made.files)


def test_a_refused_bucket_is_told_by_its_own_word(places: Places, made: Bundle) -> None:
    key = places.firm.workspace / "secrets" / "AWS_SECRET_ACCESS_KEY"
    right = key.read_text()
    key.write_text("wrong-key-of-somebody-else")
    try:
        with at_work(places.firm) as office:
            _bundle, done = published(office, made)
    finally:
        key.write_text(right)

    assert done[3].error is not None
    assert "does not take" in str(done[3].error)
    assert done[4].error is None


def test_what_is_old_or_of_an_edit_before_is_told_and_becomes_a_fault(
    places: Places, made: Bundle
) -> None:
    with at_work(places.firm) as office:
        published(office, made)
        workspace, store, clock = office.app.workspace, office.app.bench.store, office.clock
        fresh = standings(workspace, store, clock)
        book = places.firm.workspace / "config/people.yaml"
        text = book.read_text()
        book.write_text(text + "\n")
        edited = standings(workspace, store, clock)
        clock.go_on(timedelta(hours=30))
        seen = list(observe_offline(workspace, store, clock))
        book.write_text(text)
        clock.go_on(timedelta(days=8))
        old = standings(workspace, store, clock)

    assert [one.standing.verdict for one in fresh] == [Verdict.INCONCLUSIVE] + [Verdict.PASS] * 4
    assert {one.standing.verdict for one in edited[1:]} == {Verdict.OVERDUE}
    assert [one.fault is not None for one in seen] == [True] * 5
    assert {one.standing.verdict for one in old[1:]} == {Verdict.OVERDUE}
    assert "old" in str(old[1].standing.reason)


def test_a_place_at_the_site_of_what_it_helps_to_recover_does_not_count(places: Places) -> None:
    settings = places.firm.workspace / "config/continuity.yaml"
    right = settings.read_text()
    settings.write_text(right.replace('"safe"', '"office"').replace("email", "directory"))
    plain = json.loads(settings.read_text())
    for name in ("c-away", "d-cloud", "e-phones"):
        del plain["offline"]["places"][name]
    settings.write_text(json.dumps(plain))
    try:
        with at_work(places.firm) as office:
            found = standings(office.app.workspace, office.app.bench.store, office.clock)
            few = too_few(office.app.workspace)
    finally:
        settings.write_text(right)

    assert ["office" in str(one.beside) for one in found] == [True, True]
    assert few is not None
