"""Erasing a person from beside the record, and changing the key that signs it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from continuity.domain.audit import AuditAnswer
from continuity.domain.evidence import Draft, RecordKind
from continuity.store.audit import audit
from continuity.store.keys import Keys, open_keys
from continuity.store.signing import fingerprint
from continuity.store.store import Store, open_store
from tests.support.databases import SqliteFile
from tests.support.story import Story

NAME = "zoe-martinez"
DECIDED = Draft(
    kind=RecordKind.SKIP_DECIDED, job="erp", personal={"by": NAME, "note": "asked by the bank"}
)
OTHER = Draft(kind=RecordKind.SKIP_DECIDED, job="erp", personal={"by": "luis"})


@pytest.fixture
def named(story: Story) -> Story:
    """The firm, where Zoe decided twice and Luis once: records 8 to 10."""
    story.record(timedelta(minutes=5), DECIDED, OTHER, DECIDED)
    return story


def keys_of(story: Story) -> Keys:
    return open_keys(story.root / "state" / "keys")


def checkpointed(story: Story) -> str:
    """Sign the end of the record; gives the fingerprint of the key."""
    keys = keys_of(story)
    with opened(story) as store, store.transaction() as transaction:
        transaction.sign_checkpoint("Acme", keys)
    return fingerprint(keys.public())


def audited(story: Story) -> tuple[AuditAnswer, int]:
    """Audit the record with the keys there are; how many records were read."""
    with opened(story) as store:
        result = audit(store, keys_of(story).signers())
    return result.answer, result.records


def opened(story: Story) -> Store:
    return open_store(f"sqlite:///{story.database}", lambda: datetime.now(UTC))


def stored(story: Story) -> bytes:
    return b"".join(path.read_bytes() for path in story.database.parent.glob("record.db*"))


def test_an_erased_name_is_nowhere_in_the_state_and_the_record_verifies(named: Story) -> None:
    assert NAME.encode() in stored(named)

    said = named.run("audit", "erase", NAME, "--yes")

    assert (said.code, said.out.splitlines()[0]) == (0, "Erased from beside 2 records.")
    assert "record 11" in said.out
    assert NAME not in said.out
    assert NAME.encode() not in stored(named)
    assert b"asked by the bank" not in stored(named)
    assert b"luis" in stored(named)
    assert audited(named) == (AuditAnswer.INTACT, 11)


def test_a_name_that_is_not_there_erases_nothing_and_tells_whose_may_be_meant(
    named: Story,
) -> None:
    said = named.run("audit", "erase", "Anna", "--yes")

    assert said.code == 2
    assert "Did you mean ana?" in said.err
    assert audited(named) == (AuditAnswer.INTACT, 10)


def test_a_new_key_signs_and_what_the_old_one_signed_still_verifies(story: Story) -> None:
    old = checkpointed(story)

    told = json.loads(story.run("audit", "rotate-key", "--yes", "--json").out)

    keys = keys_of(story)
    assert (told["replaced"], told["fingerprint"]) == (old, fingerprint(keys.public()))
    assert [fingerprint(one.public) for one in keys.signers()] == [old, told["fingerprint"]]
    assert (keys.directory / "checkpoint.key.pub").read_text().startswith(told["public_key"])
    assert told["checkpoint"].startswith("8:")
    assert audited(story) == (AuditAnswer.INTACT, 9)


def test_the_key_of_a_record_in_doubt_is_not_changed(story: Story) -> None:
    checkpointed(story)
    keys = keys_of(story).directory
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    SqliteFile(story.database).tamper("UPDATE evidence SET job = 'web' WHERE sequence = 3")

    said = story.run("audit", "rotate-key", "--yes")

    assert said.code == 1
    assert "Record 3 was altered" in said.err
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before
