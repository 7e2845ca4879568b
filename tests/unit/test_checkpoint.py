"""The text of a checkpoint: read back exactly, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.audit import Witness
from continuity.domain.checkpoint import (
    Checkpoint,
    checkpoint_from_text,
    short_text_from_checkpoint,
    text_from_checkpoint,
    witness_from_text,
)

HASH = "0123456789abcdef" * 4
CHECKPOINT = Checkpoint(
    organisation="Acme S.L.",
    sequence=42,
    hash=HASH,
    records=42,
    time=datetime(2026, 3, 1, 2, 0, tzinfo=UTC),
)
TEXT = text_from_checkpoint(CHECKPOINT)
WITNESS = Witness(sequence=42, hash=HASH)


def test_a_checkpoint_reads_as_a_person_would_write_it() -> None:
    assert (
        "Continuity checkpoint 1\n"
        "organisation: Acme S.L.\n"
        "sequence: 42\n"
        f"hash: {HASH}\n"
        "records: 42\n"
        "time: 2026-03-01T02:00:00.000000Z\n"
    ) == TEXT
    assert checkpoint_from_text(TEXT) == CHECKPOINT


@given(st.text(min_size=1))
def test_no_name_of_an_organisation_can_forge_another_line(name: str) -> None:
    read = checkpoint_from_text(text_from_checkpoint(replace(CHECKPOINT, organisation=name)))

    assert replace(read, organisation="") == replace(CHECKPOINT, organisation="")


@given(st.integers(0, len(TEXT) - 1), st.characters(exclude_characters="\r"))
def test_a_text_changed_anywhere_is_another_checkpoint_or_none(at: int, letter: str) -> None:
    changed = TEXT[:at] + letter + TEXT[at + 1 :]
    try:
        read = checkpoint_from_text(changed)
    except ValueError:
        return

    assert (read == CHECKPOINT) == (changed == TEXT)
    assert text_from_checkpoint(read) == changed


@pytest.mark.parametrize("text", ["", TEXT + "\n", TEXT * 2, TEXT.replace("42", "0"), "hash: x"])
def test_anything_else_is_no_checkpoint(text: str) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        checkpoint_from_text(text)


def test_an_empty_record_has_no_checkpoint() -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        text_from_checkpoint(replace(CHECKPOINT, sequence=0))


@pytest.mark.parametrize(
    "kept",
    [
        TEXT,
        TEXT.replace("\n", "\r\n"),
        f"42:{HASH}",
        f"Registro: {short_text_from_checkpoint(CHECKPOINT)} (Acme)\n",
    ],
)
def test_a_witness_is_found_in_what_people_keep(kept: str) -> None:
    assert witness_from_text(kept) == WITNESS


@pytest.mark.parametrize("kept", ["", HASH, f"42:{HASH} 43:{HASH}", f"0:{HASH}", "42:abc"])
def test_what_names_no_record_or_several_is_no_witness(kept: str) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        witness_from_text(kept)
