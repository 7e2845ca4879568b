"""Checkpoints that stock OpenSSH verifies, and the keys behind them."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from continuity.domain.failure import AuthenticationError, RecordError, StoreError
from continuity.domain.secret import Secret
from continuity.store.keys import Keys, open_keys, rotate_keys
from continuity.store.signers import Signer, read_signers, text_from_signers
from continuity.store.signing import fingerprint, verify
from tests.support.programs import program
from tests.support.witnesses import ssh_keygen_accepts

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
TEXT = b"Continuity checkpoint 1\norganisation: Acme\n"


def signed_file(keys: Keys, folder: Path, text: bytes = TEXT) -> Path:
    path = folder / "checkpoint.txt"
    path.write_bytes(text)
    path.with_name("checkpoint.txt.sig").write_text(keys.sign(text))
    return path


def test_openssh_accepts_a_signed_checkpoint(keys: Keys, tmp_path: Path) -> None:
    path = signed_file(keys, tmp_path)

    assert ssh_keygen_accepts(path, keys.directory / "allowed_signers")
    assert verify(TEXT, path.with_name("checkpoint.txt.sig").read_text()) == keys.public()


def test_openssh_and_we_refuse_a_checkpoint_with_one_changed_byte(
    keys: Keys, tmp_path: Path
) -> None:
    path = signed_file(keys, tmp_path)
    signature = path.with_name("checkpoint.txt.sig").read_text()
    for position in range(len(TEXT)):
        changed = TEXT[:position] + bytes([TEXT[position] ^ 1]) + TEXT[position + 1 :]
        with pytest.raises(RecordError):
            verify(changed, signature)
    path.write_bytes(TEXT.replace(b"Acme", b"Acne"))

    assert not ssh_keygen_accepts(path, keys.directory / "allowed_signers")


def test_a_signature_changed_anywhere_is_refused(keys: Keys) -> None:
    signature = keys.sign(TEXT)
    believed = []
    for position, letter in enumerate(signature):
        changed = signature[:position] + ("A" if letter != "A" else "B") + signature[position + 1 :]
        try:
            believed.append(verify(TEXT, changed) == keys.public())
        except RecordError:
            continue

    assert not any(believed)


@pytest.mark.parametrize("text", ["", "-----BEGIN SSH SIGNATURE-----", "x" * 10_000])
def test_what_is_no_signature_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        verify(TEXT, text)


def test_a_signature_made_for_another_purpose_is_refused(keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(TEXT)
    subprocess.run(
        [
            program("ssh-keygen"),
            *("-Y", "sign", "-q", "-f", keys.directory / "checkpoint.key", "-n", "git"),
            tmp_path / "text",
        ],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    with pytest.raises(RecordError):
        verify(TEXT, (tmp_path / "text.sig").read_text())


def test_we_accept_what_openssh_signs_with_our_key(keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(TEXT)
    subprocess.run(
        [
            program("ssh-keygen"),
            *("-Y", "sign", "-q", "-f", keys.directory / "checkpoint.key"),
            *("-n", "continuity-checkpoint", tmp_path / "text"),
        ],
        check=True,
        stderr=subprocess.DEVNULL,
    )

    assert verify(TEXT, (tmp_path / "text.sig").read_text()) == keys.public()


def test_a_key_is_made_once_for_its_owner_alone_and_named_as_openssh_names_it(keys: Keys) -> None:
    again = open_keys(keys.directory)
    modes = {path.stat().st_mode & 0o777 for path in keys.directory.iterdir()}
    said = subprocess.run(
        [program("ssh-keygen"), "-l", "-f", keys.directory / "checkpoint.key.pub"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert again.public() == keys.public()
    assert modes == {0o600}
    assert keys.directory.stat().st_mode & 0o777 == 0o700
    assert fingerprint(keys.public()) in said


def test_what_an_old_key_signed_stays_valid_and_nothing_after(keys: Keys, tmp_path: Path) -> None:
    path = signed_file(keys, tmp_path)
    old = keys.public()
    rotate_keys(keys, NOW)
    signers = keys.signers()
    ring = keys.directory / "allowed_signers"

    assert keys.public() != old
    assert [signer.public for signer in signers] == [old, keys.public()]
    assert signers[0].signed_then(old, NOW)
    assert not signers[0].signed_then(old, NOW + timedelta(seconds=2))
    assert ssh_keygen_accepts(path, ring, "-Overify-time=20260301015959Z")
    assert not ssh_keygen_accepts(path, ring, "-Overify-time=20260301020500Z")
    assert ssh_keygen_accepts(signed_file(keys, tmp_path), ring)


def test_keys_that_were_retired_before_keep_their_own_end(keys: Keys) -> None:
    rotate_keys(keys, NOW)
    rotate_keys(keys, NOW + timedelta(days=30))
    first, second, third = (signer.until for signer in keys.signers())

    assert first is not None
    assert second is not None
    assert (second - first, third) == (timedelta(days=30), None)


@pytest.mark.parametrize("published", [True, False])
def test_a_change_of_keys_that_was_killed_is_finished_or_forgotten(
    keys: Keys, tmp_path: Path, *, published: bool
) -> None:
    old = keys.public()
    coming = open_keys(tmp_path / "coming")
    moved = keys.directory / "checkpoint.key.coming"
    (coming.directory / "checkpoint.key").rename(moved)
    if published:
        ring = keys.directory / "allowed_signers"
        new = read_signers(coming.directory / "allowed_signers")[0]
        ring.write_text(text_from_signers([Signer(public=old, until=NOW), new]))
    reopened = open_keys(keys.directory)

    assert not moved.exists()
    assert (reopened.public() != old) == published
    assert reopened.signers()[-1].public == reopened.public()


def test_a_private_key_may_be_kept_under_a_passphrase(tmp_path: Path) -> None:
    keys = open_keys(tmp_path / "keys", Secret("correct horse"))
    content = (keys.directory / "checkpoint.key").read_text()

    assert "ENCRYPTED" in content
    assert ssh_keygen_accepts(signed_file(keys, tmp_path), keys.directory / "allowed_signers")
    rotate_keys(keys, NOW)
    assert "ENCRYPTED" in (keys.directory / "checkpoint.key").read_text()


@pytest.mark.parametrize("passphrase", [None, Secret("wr0ng")])
def test_a_missing_or_wrong_passphrase_is_said_without_showing_it(
    tmp_path: Path, passphrase: Secret | None
) -> None:
    keys = open_keys(tmp_path / "keys", Secret("correct horse"))
    with pytest.raises(AuthenticationError, match="passphrase") as caught:
        Keys(directory=keys.directory, passphrase=passphrase).sign(TEXT)

    assert "wr0ng" not in f"{caught.value} {caught.value.remedy}"


def test_a_private_key_that_others_can_read_is_not_used(keys: Keys) -> None:
    (keys.directory / "checkpoint.key").chmod(0o640)
    with pytest.raises(AuthenticationError, match="others"):
        keys.sign(TEXT)


@pytest.mark.parametrize(
    "row",
    ["gibberish", 'continuity namespaces="git" ssh-ed25519 AAAA', "continuity ssh-ed25519 !!"],
)
def test_a_list_of_keys_that_is_not_understood_is_refused(keys: Keys, row: str) -> None:
    ring = keys.directory / "allowed_signers"
    ring.write_text(ring.read_text() + row + "\n")
    with pytest.raises(RecordError, match=re.escape(str(ring))):
        keys.signers()


def test_keys_in_a_place_that_cannot_be_used_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(StoreError):
        open_keys(tmp_path / "keys")
