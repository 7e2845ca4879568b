"""The objects of a repository in a bucket, read in ranges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from continuity.domain.failure import AuthenticationError, ContinuityError
from continuity.domain.plain import flag_in, list_in, number_in, text_in
from continuity.domain.text import N_, say, shown
from continuity.locations.bucket import Bucket
from continuity.locations.bucket_facts import Answer, Ask
from continuity.locations.objects import not_readable, not_there

Fetch = Callable[[str, str, int, int], tuple[Answer, bytes]]
"""Reads a range of a key in a bucket. Raises UnreachableError when the connection is lost."""

_MISSING = frozenset({"NoSuchKey", "NotFound", "404"})
_REFUSED = (401, 403)
_BEYOND_THE_END = 416


class BucketObjects:
    """Reads what lies below the folder of one repository."""

    lanes = 4

    def __init__(self, bucket: Bucket, ask: Ask, fetch: Fetch) -> None:
        self._bucket = bucket
        self._ask = ask
        self._fetch = fetch

    def list(self, folder: str) -> Iterator[tuple[str, int]]:
        """List page by page."""
        more: dict[str, str] = {}
        while True:
            prefix = self._bucket.key(f"{folder}/")
            answer = self._ask("list_objects_v2", Bucket=self._bucket.name, Prefix=prefix, **more)
            if answer.refused:
                raise _refusal(folder, answer)
            for one in list_in(answer.said, "Contents"):
                found = one if isinstance(one, Mapping) else {}
                name = text_in(found, "Key")[len(prefix) :]
                yield f"{folder}/{name}", number_in(found, "Size")
            token = text_in(answer.said, "NextContinuationToken")
            if not flag_in(answer.said, "IsTruncated"):
                return
            if not token or token == more.get("ContinuationToken"):
                raise not_readable(folder, "the listing of the bucket does not go on")
            more = {"ContinuationToken": token}

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Ask for a range."""
        if length <= 0:
            return b""
        answer, content = self._fetch(self._bucket.name, self._bucket.key(name), offset, length)
        if answer.status == _BEYOND_THE_END:
            return b""
        if answer.refused:
            raise _refusal(name, answer)
        return content

    def size(self, name: str) -> int:
        """Ask for the head of an object."""
        key = self._bucket.key(name)
        answer = self._ask("head_object", Bucket=self._bucket.name, Key=key)
        if answer.refused:
            raise _refusal(name, answer)
        return number_in(answer.said, "ContentLength")

    def close(self) -> None:
        """Nothing is kept open that would not close itself."""


def _refusal(name: str, answer: Answer) -> ContinuityError:
    if answer.refused in _MISSING:
        return not_there(name)
    if answer.status in _REFUSED:
        code = shown(answer.refused.encode("utf-8", "replace"))[:100]
        return AuthenticationError(
            say(N_("The storage refused the credentials: {code}."), code=code)
        )
    return not_readable(name, answer.refused)
