"""A bucket of an S3 server: reached with the credentials of the backup itself."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping

from continuity.domain.failure import (
    AuthenticationError,
    ContinuityError,
    ToolMissingError,
    UnreachableError,
)
from continuity.domain.location import Fact
from continuity.domain.plain import mapping_in, number_in, text_in
from continuity.domain.text import N_, say, shown
from continuity.locations.bucket import Bucket, bucket_from_location
from continuity.locations.bucket_facts import (
    Answer,
    Ask,
    is_there,
    tell_content,
    tell_expiry,
    tell_lock,
    tell_public,
    tell_versioning,
)
from continuity.locations.bucket_lock import tell_immutable
from continuity.locations.location import LocationKind, Notes, Visit
from continuity.locations.objects import Access, Objects
from continuity.locations.objects_bucket import BucketObjects, Fetch

_CONNECT_SECONDS = 10
_READ_SECONDS = 60
_REGION = "us-east-1"
_FORBIDDEN = (401, 403)


def _look(visit: Visit) -> tuple[Fact, ...]:
    notes = Notes(visit)
    try:
        bucket = bucket_from_location(visit.location)
        ask = _asking(_client(visit, bucket, signed=True))
        if is_there(notes, ask, bucket):
            tell_versioning(notes, ask, bucket)
            tell_lock(notes, ask, bucket)
            tell_immutable(notes, ask, bucket, visit.at)
            tell_expiry(notes, ask, bucket)
            tell_public(notes, ask, _asking(_client(visit, bucket, signed=False)), bucket)
            tell_content(notes, ask, bucket)
    except ContinuityError as error:
        notes.refused("S3", error)
    return notes.facts


def put_objects(access: Access, objects: Iterable[tuple[str, bytes]]) -> None:
    """Write objects below an address, in the order in which they are given.

    Raises AuthenticationError for what is refused, UnreachableError, ToolMissingError.
    """
    bucket = bucket_from_location(access.location)
    ask = _asking(_client(access, bucket, signed=True))
    for name, content in objects:
        answer = ask("put_object", Bucket=bucket.name, Key=bucket.key(name), Body=content)
        if not answer.refused:
            continue
        kind = AuthenticationError if answer.status in _FORBIDDEN else UnreachableError
        raise kind(
            say(
                N_("The bucket {bucket} does not take what is written to it: {code}."),
                bucket=shown(bucket.name.encode()),
                code=shown(answer.refused.encode()),
            ),
            remedy=say(N_("Let these credentials write there, and see whether there is room.")),
        )


def _client(visit: Visit | Access, bucket: Bucket, *, signed: bool) -> object:
    """Open a connection of its own, which takes nothing from files of this machine's user."""
    if not _has_boto3():
        raise ToolMissingError(
            say(N_("Buckets are looked at with boto3, which is not installed.")),
            remedy=say(N_("Install it: pip install 'continuity[s3]'")),
        )
    import boto3  # half a second, so only when a bucket is looked at
    import botocore.config
    from botocore import UNSIGNED

    given = {name: secret.reveal() for name, secret in visit.credentials.items()}
    session = boto3.session.Session(
        aws_access_key_id=given.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=given.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=given.get("AWS_SESSION_TOKEN"),
        region_name=visit.settings.get("s3.region") or given.get("AWS_DEFAULT_REGION") or _REGION,
    )
    settings = botocore.config.Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "max_attempts": 2},
        s3={"addressing_style": "path"},
        # Servers that are not Amazon's take no checksums they did not ask for.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        signature_version=None if signed else UNSIGNED,
    )
    client: object = session.client(
        "s3",
        endpoint_url=bucket.endpoint,
        config=settings,
        verify=None if visit.ca_certificate is None else str(visit.ca_certificate),
    )
    return client


def _has_boto3() -> bool:
    return importlib.util.find_spec("boto3") is not None


def _asking(client: object) -> Ask:
    from botocore.exceptions import BotoCoreError, ClientError

    def ask(question: str, **details: object) -> Answer:
        try:
            said: Mapping[str, object] = getattr(client, question)(**details)
        except ClientError as error:
            response = mapping_in({"response": error.response}, "response")
            return Answer(
                said={},
                refused=text_in(mapping_in(response, "Error"), "Code") or "Error",
                status=number_in(mapping_in(response, "ResponseMetadata"), "HTTPStatusCode"),
            )
        except BotoCoreError as error:
            raise _unreachable(error) from None
        return Answer(said=said)

    return ask


def _fetching(client: object) -> Fetch:
    from botocore.exceptions import BotoCoreError

    ask = _asking(client)

    def fetch(bucket: str, key: str, offset: int, length: int) -> tuple[Answer, bytes]:
        wanted = f"bytes={offset}-{offset + length - 1}"
        answer = ask("get_object", Bucket=bucket, Key=key, Range=wanted)
        body = answer.said.get("Body")
        if answer.refused or body is None:
            return answer, b""
        try:
            # A server that takes no notice of the range sends everything: that is no answer.
            content: bytes = getattr(body, "read")(length + 1)  # noqa: B009 - it has no type
        except BotoCoreError as error:
            raise _unreachable(error) from None
        if len(content) > length:
            return Answer(said={}, refused="RangeNotHonoured", status=200), b""
        return answer, content

    return fetch


def _objects(access: Access) -> Objects:
    bucket = bucket_from_location(access.location)
    client = _client(access, bucket, signed=True)
    return BucketObjects(bucket, _asking(client), _fetching(client))


def _unreachable(error: Exception) -> ContinuityError:
    reason = shown(str(error).encode("utf-8", "replace"))[:300]
    if type(error).__name__ in {"NoCredentialsError", "PartialCredentialsError"}:
        return AuthenticationError(say(N_("No credentials are configured for the storage.")))
    if type(error).__name__ == "SSLError":
        return UnreachableError(
            say(N_("The storage cannot be trusted over TLS: {line}"), line=reason),
        )
    return UnreachableError(
        say(N_("The storage of the repository cannot be reached: {line}"), line=reason)
    )


LOCATION = LocationKind(
    name="s3", scheme="s3", look=_look, objects=_objects, is_installed=_has_boto3
)
