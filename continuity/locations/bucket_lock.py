"""Does the lock of a bucket hold? A throwaway object is written, and its deletion tried."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from continuity.domain.clock import text_from_time
from continuity.domain.location import FactName
from continuity.domain.plain import list_in, text_in
from continuity.domain.text import N_, say, shown
from continuity.locations.bucket import Bucket
from continuity.locations.bucket_facts import Answer, Ask
from continuity.locations.location import Notes

THROWAWAY = "continuity-probe"
"""Beside the folders of restic, which takes no notice of it."""

_BODY = b"Written to see whether it can be deleted. It may be deleted.\n"
_SOURCE = "a refused deletion"
_MODES = frozenset({"compliance", "governance"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Throwaway:
    """One version of the throwaway object; ``mode`` is empty when no lock is on it."""

    which: Mapping[str, str]
    mode: str
    until: datetime | None

    def is_locked(self, at: datetime) -> bool:
        return bool(self.mode) and self.until is not None and self.until > at


def tell_immutable(notes: Notes, ask: Ask, bucket: Bucket, at: datetime) -> None:
    """Try to delete a throwaway object with the credentials of the backup.

    One that is still locked since an earlier look is tried again, so that they do not pile up; but
    only while the bucket says that it locks, because what is written now may not be locked.
    """
    throwaway = _standing(ask, bucket, at) if _says_it_locks(notes) else None
    if throwaway is None:
        written = ask("put_object", **_where(bucket), Body=_BODY, ContentMD5=_digest())
        if written.refused:
            note = say(N_("It cannot be tried: writing was refused ({code})."), code=_code(written))
            notes.cannot_tell(FactName.IMMUTABLE, _SOURCE, note)
            return
        throwaway = _described(ask, bucket, text_in(written.said, "VersionId"))
    tried = ask("delete_object", **throwaway.which)
    if not tried.refused:
        _could_delete(notes, throwaway)
    elif not tried.is_refusal or ask("head_object", **throwaway.which).refused:
        note = say(N_("The deletion was not answered clearly: {code}."), code=_code(tried))
        notes.cannot_tell(FactName.IMMUTABLE, _SOURCE, note)
    elif throwaway.is_locked(at):
        _is_locked(notes, ask, throwaway)
    else:
        note = say(N_("Refused by permission and not by a lock: other credentials may delete."))
        notes.saw(FactName.IMMUTABLE, False, _SOURCE, note)
        _kept_by_permission(notes, throwaway)


def _says_it_locks(notes: Notes) -> bool:
    told = (fact.value for fact in notes.facts if fact.name is FactName.OBJECT_LOCK)
    return next(told, None) in _MODES


def _standing(ask: Ask, bucket: Bucket, at: datetime) -> _Throwaway | None:
    """Find a throwaway object of an earlier look that is still locked."""
    place = _where(bucket)
    answer = ask("list_object_versions", Bucket=place["Bucket"], Prefix=place["Key"])
    for one in list_in(answer.said, "Versions"):
        version = one if isinstance(one, Mapping) else {}
        if text_in(version, "Key") == place["Key"]:
            found = _described(ask, bucket, text_in(version, "VersionId"))
            if found.is_locked(at):
                return found
            ask("delete_object", **found.which)
    return None


def _described(ask: Ask, bucket: Bucket, version: str) -> _Throwaway:
    which = _where(bucket) | ({"VersionId": version} if version else {})
    said = ask("head_object", **which).said
    until = said.get("ObjectLockRetainUntilDate")
    return _Throwaway(
        which=which,
        mode=text_in(said, "ObjectLockMode"),
        until=until if isinstance(until, datetime) else None,
    )


def _could_delete(notes: Notes, throwaway: _Throwaway) -> None:
    note = say(N_("A throwaway object could be deleted."))
    if throwaway.mode:
        note = say(N_("A throwaway object was locked and could be deleted all the same."))
    notes.saw(FactName.IMMUTABLE, False, "a deletion that worked", note)


def _is_locked(notes: Notes, ask: Ask, throwaway: _Throwaway) -> None:
    mode = throwaway.mode.lower()
    if mode != "compliance":
        bypassed = ask("delete_object", **throwaway.which, BypassGovernanceRetention=True)
        if not bypassed.refused:
            note = say(N_("These credentials may lift the lock, and so may whoever steals them."))
            notes.saw(FactName.IMMUTABLE, False, "a deletion that lifted the lock", note)
            return
    until = "" if throwaway.until is None else text_from_time(throwaway.until)
    note = say(N_("locked ({mode}) until {until}"), mode=mode, until=until)
    notes.saw(FactName.IMMUTABLE, True, _SOURCE, note)


def _kept_by_permission(notes: Notes, throwaway: _Throwaway) -> None:
    """Without versions whoever may write may also overwrite, which is as good as deleting."""
    if "VersionId" in throwaway.which:
        notes.saw(FactName.APPEND_ONLY, True, _SOURCE)
    else:
        note = say(N_("What is there can be overwritten, since no versions are kept."))
        notes.saw(FactName.APPEND_ONLY, False, _SOURCE, note)


def _where(bucket: Bucket) -> dict[str, str]:
    return {"Bucket": bucket.name, "Key": bucket.key(THROWAWAY)}


def _digest() -> str:
    # A bucket with a lock takes nothing without a checksum (Amazon S3 API, PutObject).
    return b64encode(hashlib.md5(_BODY, usedforsecurity=False).digest()).decode()


def _code(answer: Answer) -> str:
    return shown(answer.refused.encode("utf-8", "replace"))[:100]
