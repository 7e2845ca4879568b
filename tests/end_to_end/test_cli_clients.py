"""A provider sees each of its clients as it signed itself, and never better than that."""

from __future__ import annotations

import base64
import json
import os
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.support.provider import Provider, a_provider, digest_of
from tests.support.story import Story, begin

WEEK = 7 * 86_400


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Story]:
    """Two firms, one of which is named to do harm, with a digest each beside it."""
    root = tmp_path_factory.mktemp("firms")
    evil = "<script>alert(1)</script> \\u202egnp.exe\\x1b[31m & Söhne"
    named = f'organisation: "{evil}"\nlanguage: es\nzone: Europe/Madrid\n'
    found = {
        "acme": begin(root / "acme"),
        "evil": begin(root / "evil", {"config/continuity.yaml": named}),
    }
    for name, firm in found.items():
        digest_of(firm, root / f"{name}.1.json")
    digest_of(found["acme"], root / "acme.2.json")
    return found


@pytest.fixture
def provider(firms: dict[str, Story], tmp_path: Path) -> Provider:
    return a_provider(tmp_path / "provider", **firms)


def made(firms: dict[str, Story], name: str) -> bytes:
    return (firms["acme"].root.parent / name).read_bytes()


def put(provider: Provider, client: str, content: bytes, name: str = "digest.json") -> None:
    (provider.drop(client) / name).write_bytes(content)


def test_a_client_of_whom_nothing_was_heard_is_not_known(provider: Provider) -> None:
    said = provider.clients()

    assert said.code == 3
    assert "INCONCLUSIVE" in said.out
    assert "No digest of it has arrived yet." in said.out


def test_each_client_is_one_line_and_one_page(firms: dict[str, Story], provider: Provider) -> None:
    put(provider, "acme", made(firms, "acme.1.json"))
    put(provider, "evil", made(firms, "evil.1.json"))
    told = provider.told()
    page = provider.clients("show", "acme")

    assert told["acme"]["digest"]["lights"] == {"red": 0, "unknown": 3, "amber": 0, "green": 0}
    assert told["acme"]["digest"]["oldest_proof"]["proof_seconds"] is None
    assert "Acme: what could be recovered" in page.out
    assert "If Billing were lost today" in page.out
    assert "evil" not in page.out + page.err


def test_a_hostile_client_breaks_neither_the_line_nor_the_page(
    firms: dict[str, Story], provider: Provider, tmp_path: Path
) -> None:
    put(provider, "evil", made(firms, "evil.1.json"))
    line, page = provider.clients().out, provider.clients("show", "evil").out
    provider.clients("show", "evil", "--to", str(tmp_path / "page.html"))
    written = (tmp_path / "page.html").read_text()

    assert not {"\x1b", "\u202e"} & set(line + page + written)
    assert "<script" not in written
    assert "&lt;script&gt;" in written


def test_a_digest_that_another_client_signed_is_refused_and_told(
    firms: dict[str, Story], provider: Provider
) -> None:
    put(provider, "evil", made(firms, "acme.1.json"))
    told = provider.told()["evil"]

    assert (told["verdict"], told["refused"], told["digest"]) == ("INCONCLUSIVE", "forged", None)


def test_an_altered_digest_is_refused_and_what_was_known_stays(
    firms: dict[str, Story], provider: Provider
) -> None:
    put(provider, "acme", made(firms, "acme.1.json"), "1.json")
    before = provider.told()["acme"]["digest"]
    envelope = json.loads(made(firms, "acme.2.json"))
    payload = base64.b64decode(envelope["payload"]).replace(b'"unknown":3', b'"green":3')
    envelope["payload"] = base64.b64encode(payload).decode()
    put(provider, "acme", json.dumps(envelope).encode(), "2.json")
    after = provider.told()["acme"]

    assert (after["refused"], after["digest"]) == ("forged", before)


@pytest.mark.slow
def test_a_replayed_digest_is_refused_until_a_newer_one_arrives(
    firms: dict[str, Story], provider: Provider
) -> None:
    put(provider, "acme", made(firms, "acme.1.json"), "1.json")
    put(provider, "acme", made(firms, "acme.2.json"), "2.json")
    history = provider.told()["acme"]
    put(provider, "acme", made(firms, "acme.1.json"), "latest.json")
    replayed = provider.told()["acme"]
    again = provider.told()["acme"]
    digest_of(firms["acme"], provider.drop("acme") / "latest.json")
    renewed = provider.told()["acme"]

    assert [one["refused"] for one in (history, replayed, again, renewed)] == [
        None,
        "older",
        "older",
        None,
    ]
    assert history["digest"] == replayed["digest"] != renewed["digest"]


def test_a_digest_is_found_in_a_mail_whoever_sent_it(
    firms: dict[str, Story], provider: Provider
) -> None:
    mail = EmailMessage()
    mail["From"] = "nobody@elsewhere.example"
    mail["Subject"] = "digest"
    mail.set_content("Here it is.")
    content = made(firms, "acme.1.json")
    named = "continuity-2026-11-21.digest.json"
    mail.add_attachment(content, maintype="application", subtype="json", filename=named)
    (provider.drop("acme") / "new").mkdir()
    (provider.drop("acme") / "cur").mkdir()
    arrived = provider.drop("acme") / "new" / "1700000000.M1P1.mail"
    arrived.write_bytes(mail.as_bytes())
    first = provider.told()["acme"]
    arrived.rename(provider.drop("acme") / "cur" / "1700000000.M1P1.mail:2,S")
    read = provider.told()["acme"]

    assert first["digest"]["organisation"] == "Acme"
    assert read["digest"] == first["digest"]
    assert (first["refused"], read["refused"]) == (None, None)


def test_rubbish_in_a_drop_is_refused_and_stops_nothing(
    firms: dict[str, Story], provider: Provider
) -> None:
    drop = provider.drop("acme")
    put(provider, "acme", b"{" * 100_000, "deep.json")
    put(provider, "acme", b"\xff\x00", "noise.json")
    put(provider, "acme", b"read me", "README")
    os.mkfifo(drop / "pipe.json")
    (drop / "link.json").symlink_to("/etc/passwd")
    put(provider, "acme", made(firms, "acme.1.json"))
    started = time.monotonic()
    told = provider.told()["acme"]

    assert told["refused"] == "unreadable"
    assert told["digest"]["organisation"] == "Acme"
    assert time.monotonic() - started < 30


def test_a_client_that_falls_silent_is_overdue(firms: dict[str, Story], provider: Provider) -> None:
    put(provider, "acme", made(firms, "acme.1.json"))
    written = provider.story.root / "config/clients.yaml"
    written.write_text(written.read_text().replace('"24h"', '"1s"').replace('"12h"', '"1s"'))
    time.sleep(2.1)
    said = provider.clients("show", "acme")

    assert "Its digest is overdue" in " ".join(said.out.split())
    assert said.code != 0


def test_a_provider_is_told_by_an_incident_which_ends_when_a_good_digest_arrives(
    firms: dict[str, Story], provider: Provider
) -> None:
    put(provider, "acme", made(firms, "evil.1.json"), "1.json")
    provider.story.run("incidents", "update")
    forged = json.loads(provider.story.run("incidents", "--json").out)["incidents"]
    put(provider, "acme", made(firms, "acme.1.json"), "2.json")
    provider.story.run("incidents", "update")
    good = json.loads(provider.story.run("incidents", "--json").out)["incidents"]

    assert "client-unheard" in [one["kind"] for one in forged if one["state"] == "open"]
    assert "client-unheard" not in [one["kind"] for one in good if one["state"] == "open"]
