"""What a bucket says of itself, and what shows when something is tried in it.

Absence has two shapes: an error that says so (AWS), or an answer with nothing in it (rclone). Only
what is said in so many words counts; nothing said is never taken for protection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from continuity.domain.clock import text_from_time
from continuity.domain.failure import FailureClass
from continuity.domain.location import FactName
from continuity.domain.plain import flag_in, list_in, mapping_in, number_in, text_in
from continuity.domain.text import N_, Message, say, shown
from continuity.locations.bucket import Bucket
from continuity.locations.location import Notes

_MOST_PAGES = 20
_MISSING = 404
_REFUSALS = range(400, 500)
_EVERYBODY = ("AllUsers", "AuthenticatedUsers")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a bucket answered; ``refused`` is its own name of an error, empty when there is none."""

    said: Mapping[str, object]
    refused: str = ""
    status: int = 200

    @property
    def is_refusal(self) -> bool:
        """Whether it was understood and turned down, which a server in trouble cannot say."""
        return bool(self.refused) and self.status in _REFUSALS


Ask = Callable[..., Answer]
"""Asks one question by its name in the S3 interface. Raises UnreachableError without an answer."""


def is_there(notes: Notes, ask: Ask, bucket: Bucket) -> bool:
    """Ask whether the bucket is there and lets itself be looked at."""
    answer = ask("head_bucket", Bucket=bucket.name)
    if answer.refused:
        # Only this one says why; the other may not say more than a number.
        answer = ask("list_objects_v2", Bucket=bucket.name, MaxKeys=1)
    source = "HeadBucket"
    if not answer.refused:
        notes.saw(FactName.REACHABLE, True, source)
        return True
    code = _code(answer)
    if answer.status == _MISSING:
        note = say(N_("There is no bucket {bucket}."), bucket=shown(bucket.name.encode()))
        notes.not_reached(source, FailureClass.UNREACHABLE, note)
    elif answer.is_refusal:
        note = say(N_("The storage refused the credentials: {code}."), code=code)
        notes.not_reached(source, FailureClass.AUTHENTICATION, note)
    else:
        note = say(N_("The storage is in trouble: {code}."), code=code)
        notes.not_reached(source, FailureClass.UNREACHABLE, note)
    return False


def tell_versioning(notes: Notes, ask: Ask, bucket: Bucket) -> None:
    """Ask whether older versions of an object are kept."""
    answer = ask("get_bucket_versioning", Bucket=bucket.name)
    if answer.refused:
        notes.cannot_tell(FactName.VERSIONING, "GetBucketVersioning", _not_told(answer))
    else:
        status = text_in(answer.said, "Status").lower()
        notes.saw(FactName.VERSIONING, status or "off", "GetBucketVersioning")


def tell_lock(notes: Notes, ask: Ask, bucket: Bucket) -> None:
    """Ask what the bucket promises to lock; whether it does is tried elsewhere."""
    source = "GetObjectLockConfiguration"
    answer = ask("get_object_lock_configuration", Bucket=bucket.name)
    if answer.refused and "NotFound" not in answer.refused:
        notes.cannot_tell(FactName.OBJECT_LOCK, source, _not_told(answer))
        return
    configured = mapping_in(answer.said, "ObjectLockConfiguration")
    if text_in(configured, "ObjectLockEnabled") != "Enabled":
        notes.saw(FactName.OBJECT_LOCK, "off", source)
        return
    rule = mapping_in(mapping_in(configured, "Rule"), "DefaultRetention")
    mode = text_in(rule, "Mode").lower()
    if not mode:
        note = say(N_("Nothing is locked unless whoever writes asks for it; restic does not."))
        notes.saw(FactName.OBJECT_LOCK, "no-default", source, note)
        return
    notes.saw(FactName.OBJECT_LOCK, mode, source)
    days = number_in(rule, "Days") + 365 * number_in(rule, "Years")
    notes.saw(FactName.RETENTION_DAYS, days, source)


def tell_expiry(notes: Notes, ask: Ask, bucket: Bucket) -> None:
    """Ask whether the bucket deletes by itself what a repository still needs."""
    source = "GetBucketLifecycleConfiguration"
    answer = ask("get_bucket_lifecycle_configuration", Bucket=bucket.name)
    if answer.refused == "NoSuchLifecycleConfiguration":
        notes.saw(FactName.EXPIRES_AFTER, False, source)
        return
    if answer.refused or "Rules" not in answer.said:
        notes.cannot_tell(FactName.EXPIRES_AFTER, source, _not_told(answer))
        return
    days = sorted(_expiries(answer.said, bucket))
    if not days:
        notes.saw(FactName.EXPIRES_AFTER, False, source)
        return
    note = say(N_("A rule of the bucket deletes what a repository needs as long as it stands."))
    notes.saw(FactName.EXPIRES_AFTER, days[0], source, note)


def _expiries(said: Mapping[str, object], bucket: Bucket) -> Iterator[int]:
    for found in list_in(said, "Rules"):
        rule = found if isinstance(found, Mapping) else {}
        expiration = mapping_in(rule, "Expiration")
        if text_in(rule, "Status") != "Enabled" or not _concerns(rule, bucket):
            continue
        if "Days" in expiration:
            yield number_in(expiration, "Days")
        elif "Date" in expiration:
            yield 0


def _concerns(rule: Mapping[str, object], bucket: Bucket) -> bool:
    """Tell whether a rule reaches the repository; one for tagged objects does not."""
    chosen = mapping_in(rule, "Filter")
    both = mapping_in(chosen, "And")
    if "Tag" in chosen or "Tags" in both:
        return False
    prefix = text_in(chosen, "Prefix") or text_in(both, "Prefix") or text_in(rule, "Prefix")
    own = bucket.key("")
    return own.startswith(prefix) or prefix.startswith(own)


def tell_public(notes: Notes, ask: Ask, as_anybody: Ask, bucket: Bucket) -> None:
    """Try as a stranger, and ask who else may: either one is enough to call it public."""
    tried = as_anybody("list_objects_v2", Bucket=bucket.name, MaxKeys=1)
    if not tried.refused:
        note = say(N_("Anybody can list it without credentials."))
        notes.saw(FactName.PUBLIC, True, "an anonymous look", note)
        return
    policy = ask("get_bucket_policy_status", Bucket=bucket.name)
    grants = ask("get_bucket_acl", Bucket=bucket.name)
    if flag_in(mapping_in(policy.said, "PolicyStatus"), "IsPublic") or _granted(grants.said):
        note = say(N_("Its own rules call it public."))
        notes.saw(FactName.PUBLIC, True, "GetBucketPolicyStatus, GetBucketAcl", note)
    elif tried.is_refusal:
        notes.saw(FactName.PUBLIC, False, "an anonymous look")
    else:
        notes.cannot_tell(FactName.PUBLIC, "an anonymous look", _not_told(tried))


def _granted(said: Mapping[str, object]) -> bool:
    grants = [grant for grant in list_in(said, "Grants") if isinstance(grant, Mapping)]
    whom = [text_in(mapping_in(grant, "Grantee"), "URI") for grant in grants]
    return any(uri.endswith(_EVERYBODY) for uri in whom)


def tell_content(notes: Notes, ask: Ask, bucket: Bucket) -> None:
    """Count what is there, and find the newest point; a listing ends after 20,000 objects."""
    source = "ListObjectsV2"
    objects, whole = _list(ask, bucket, bucket.key(""))
    note = (
        None
        if whole
        else say(N_("at least: only the first {count} were counted"), count=len(objects))
    )
    notes.saw(FactName.OBJECTS, len(objects), source, note)
    notes.saw(FactName.SIZE_BYTES, sum(number_in(one, "Size") for one in objects), source, note)
    points, whole = _list(ask, bucket, bucket.key("snapshots/"))
    times = [time for point in points if isinstance(time := point.get("LastModified"), datetime)]
    if times and whole:
        notes.saw(FactName.NEWEST, text_from_time(max(times)), source)
    else:
        note = say(N_("No restore points were found there."))
        notes.cannot_tell(FactName.NEWEST, source, note)


def _list(ask: Ask, bucket: Bucket, prefix: str) -> tuple[list[Mapping[str, object]], bool]:
    """List what begins so; False with it when there was more than is listed."""
    found: list[Mapping[str, object]] = []
    more: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        answer = ask("list_objects_v2", Bucket=bucket.name, Prefix=prefix, **more)
        if answer.refused:
            return found, False
        found += [one for one in list_in(answer.said, "Contents") if isinstance(one, Mapping)]
        token = text_in(answer.said, "NextContinuationToken")
        if not flag_in(answer.said, "IsTruncated") or not token:
            return found, True
        more = {"ContinuationToken": token}
    return found, False


def _not_told(answer: Answer) -> Message:
    if not answer.refused:
        return say(N_("The storage gave an empty answer."))
    return say(N_("The storage does not tell: {code}."), code=_code(answer))


def _code(answer: Answer) -> str:
    return shown(answer.refused.encode("utf-8", "replace"))[:100]
