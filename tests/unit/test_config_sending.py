"""What people write about reports and clients leads somewhere, or is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from continuity.config.loading import load, load_tolerant
from continuity.config.problem import WorkspaceError
from tests.support.workspaces import small_workspace

MAIL = (
    "mail:\n  kind: email\n  options: {sender: c@acme.example, host: mail.acme.example}\n"
    "chat:\n  kind: slack\n  secrets: {webhook: {file: secrets/hook}}\n"
)
PEOPLE = "ana: {name: Ana, email: ana@acme.example}\nluis: {name: Luis}\n"
KEYS = tuple(f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{letter * 43}" for letter in ("A", "B"))


def workspace(root: Path, reports: str = "", clients: str = "", channels: str = MAIL) -> Path:
    changes = {"config/people.yaml": PEOPLE, "config/channels.yaml": channels}
    changes |= {"config/reports.yaml": reports} if reports else {}
    changes |= {"config/clients.yaml": clients} if clients else {}
    return small_workspace(root, changes)


def problems(root: Path) -> list[str]:
    with pytest.raises(WorkspaceError) as caught:
        load(root)
    return [f"{one.file}: {one.key}" for one in caught.value.problems]


def test_who_gets_what_is_read_with_its_defaults(tmp_path: Path) -> None:
    written = "at: '7:30'\nsubscriptions:\n  boss: {to: ana, cadence: monthly}\n"
    sending = load(workspace(tmp_path, written)).sending
    boss = sending.subscriptions["boss"]

    assert (f"{sending.at:%H:%M}", *boss.files, boss.people) == ("07:30", "pdf", ("ana",))


def test_a_file_of_comments_sends_nothing(tmp_path: Path) -> None:
    assert load(workspace(tmp_path, "# nothing yet\n")).sending.subscriptions == {}


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("subscriptions: {a: {to: nobody, cadence: daily}}", "subscriptions.a.to"),
        ("subscriptions: {a: {to: luis, cadence: daily}}", "subscriptions.a.to"),
        ("subscriptions: {a: {to: ana, cc: [x], cadence: daily}}", "subscriptions.a.cc[0]"),
        ("subscriptions: {a: {to: ana, cadence: often}}", "subscriptions.a.cadence"),
        (
            "subscriptions: {a: {to: ana, cadence: each-test, systems: [x]}}",
            "subscriptions.a.systems[0]",
        ),
        ("at: noon", "at"),
        ("at: '24:00'", "at"),
        ("at: '\uff11\uff12:00'", "at"),
        ("via: chat", "via"),
        ("via: post", "via"),
        ("larges: 1 MB", "larges"),
    ],
)
def test_what_leads_nowhere_is_named_with_its_key(tmp_path: Path, written: str, where: str) -> None:
    assert f"config/reports.yaml: {where}" in problems(workspace(tmp_path, written))


def test_without_a_channel_for_documents_none_can_be_sent(tmp_path: Path) -> None:
    written = "subscriptions: {a: {to: ana, cadence: daily}}"

    assert "config/reports.yaml: via" in problems(workspace(tmp_path, written, channels=""))


def test_one_broken_subscription_leaves_the_others(tmp_path: Path) -> None:
    written = "subscriptions: {a: {to: x, cadence: daily}, b: {to: ana, cadence: daily}}"
    reading = load_tolerant(workspace(tmp_path, written))

    assert list(reading.workspace.sending.subscriptions) == ["b"]
    assert reading.workspace.unsent == ("a",)


@pytest.mark.parametrize(
    ("written", "unsent"),
    [
        ("subscriptions: {a: {to: ana, cadence: often}}", ("config/reports.yaml",)),
        ("subscriptions: {a: {to: ana, cadence: daily}}", ()),
        ("# nothing yet\n", ()),
    ],
)
def test_a_file_of_which_nothing_can_be_used_is_named_itself(
    tmp_path: Path, written: str, unsent: tuple[str, ...]
) -> None:
    assert load_tolerant(workspace(tmp_path, written)).workspace.unsent == unsent


def test_clients_share_neither_a_key_nor_a_drop(tmp_path: Path) -> None:
    clients = (
        f"a: {{title: A, keys: ['{KEYS[0]} me@there'], drop: drops/a}}\n"
        f"b: {{title: B, keys: ['{KEYS[1]}', '{KEYS[0]}'], drop: drops/a}}\n"
    )

    assert {"config/clients.yaml: b.keys[1]", "config/clients.yaml: b.drop"} <= set(
        problems(workspace(tmp_path, clients=clients))
    )


@pytest.mark.parametrize(
    "key", ["ssh-rsa AAAAB3Nz", "ssh-ed25519 short", "ssh-ed25519 " + "A" * 67]
)
def test_what_is_no_public_key_is_refused(tmp_path: Path, key: str) -> None:
    clients = f"a: {{title: A, keys: ['{key}'], drop: drops/a}}\n"

    assert "config/clients.yaml: a.keys[0]" in problems(workspace(tmp_path, clients=clients))
