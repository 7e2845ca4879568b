"""What restic is told about its storage: credentials, the way over SSH, whom to trust."""

from __future__ import annotations

from urllib.parse import quote

from continuity.domain.failure import ConfigurationError
from continuity.domain.secret import Secret
from continuity.domain.text import N_, say
from continuity.engines.engine import Opening, Tool
from continuity.engines.restic.options import ResticOptions
from continuity.hosts.transport import Transport

_RCLONE_TRIES = "RCLONE_LOW_LEVEL_RETRIES"
_REST_USER = "RESTIC_REST_USERNAME"
_REST_PASSWORD = "RESTIC_REST_PASSWORD"  # noqa: S105 - the name of a variable


def storage_words(opening: Opening, options: ResticOptions) -> tuple[str, ...]:
    """Give the options that every call needs for this storage; there is no secret in them."""
    settings = dict(options.storage)
    if opening.transport is not None:
        settings["sftp.command"] = command_line(opening.transport)
    words = tuple(
        word for key, value in settings.items() for word in ("-o", option_field(f"{key}={value}"))
    )
    if opening.ca_certificate is not None:
        words += ("--cacert", str(opening.ca_certificate))
    return words


def option_field(text: str) -> str:
    """Write a value of -o, which restic reads as a line of CSV (RFC 4180)."""
    if not any(mark in text for mark in '",\n'):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def storage_secrets(opening: Opening, tool: Tool) -> dict[str, Secret]:
    """Give the address and the credentials, by environment variable.

    An address may hold credentials (rest:https://user:pass@host/), so it is one too. Before 0.17
    restic knows no variables for a REST server, and there they go into the address.
    """
    location, credentials = opening.location, dict(opening.credentials)
    if location.startswith("rest:") and "rest-environment" not in tool.capabilities:
        location = _with_login(location, credentials)
    return {**credentials, "RESTIC_REPOSITORY": Secret(location)}


def storage_environment(opening: Opening) -> dict[str, str]:
    """Let rclone try twice only before it tells restic, which then tries again itself.

    With its own ten tries it answered nothing at all for more than a minute.
    """
    if not opening.location.startswith("rclone:") or _RCLONE_TRIES in opening.credentials:
        return {}
    return {_RCLONE_TRIES: "2"}


def _with_login(location: str, credentials: dict[str, Secret]) -> str:
    user, password = credentials.get(_REST_USER), credentials.get(_REST_PASSWORD)
    scheme, slashes, rest = location.partition("://")
    if user is None or password is None or not slashes or "@" in rest.split("/", 1)[0]:
        return location
    login = ":".join(quote(part.reveal(), safe="") for part in (user, password))
    return f"{scheme}://{login}@{rest}"


def command_line(transport: Transport) -> str:
    """Write the words of a transport as restic takes them apart.

    restic splits at blanks, backslashes and quotes; both kinds of quotes keep what is between them,
    and nothing can be escaped. Raises ConfigurationError for a word that it could not give back.
    """
    words = (*transport.words, transport.target, "-s", "sftp")
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    mark = '"' if "'" in word else "'"
    if not word or mark in word or "\\" in word:
        raise ConfigurationError(
            say(N_("restic cannot be given the ssh option {word}."), word=word),
            remedy=say(N_("Keep quotes and backslashes out of the paths of keys and hosts.")),
        )
    return f"{mark}{word}{mark}"
