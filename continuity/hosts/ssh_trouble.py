"""How it is said that another machine cannot be reached, trusted, or entered."""

from __future__ import annotations

import os
import shlex

from continuity.domain.failure import (
    AuthenticationError,
    HostKeyError,
    ToolError,
    UnreachableError,
)
from continuity.domain.text import N_, Message, say, shown
from continuity.hosts.known_hosts import HostKey, Known
from continuity.hosts.reach import Reach


def cannot_be_reached(reach: Reach, reason: str) -> UnreachableError:
    """Say that no connection could be made; ``reason`` is what the system or the library says."""
    through = None if reach.jump is None else reach.jump.name
    values: dict[str, str | int] = {
        "host": reach.name,
        "address": safe(reach.address),
        "port": reach.port,
        "reason": safe(reason),
    }
    if through is None:
        what = say(
            N_("The host {host} ({address}, port {port}) cannot be reached: {reason}."), **values
        )
    else:
        what = say(
            N_(
                "The host {host} ({address}, port {port}) cannot be reached through {jump}: "
                "{reason}."
            ),
            jump=through,
            **values,
        )
    return UnreachableError(
        what,
        remedy=say(N_("See whether the machine is up, and check address and port in hosts.yaml.")),
    )


def connection_lost(reach: Reach, program: str) -> UnreachableError:
    """Say that nobody knows how a program ended, because the connection did before it."""
    return UnreachableError(
        say(
            N_("The connection to the host {host} was lost while {program} ran there."),
            host=reach.name,
            program=program,
        ),
        remedy=say(
            N_("Look at the network, and on that host whether {program} still runs."),
            program=program,
        ),
    )


def never_began(reach: Reach, program: str, seconds: int) -> UnreachableError:
    """Say that a machine took a command and then said nothing."""
    return UnreachableError(
        say(
            N_("The host {host} did not start {program} within {seconds} s."),
            host=reach.name,
            program=program,
            seconds=seconds,
        ),
        remedy=say(N_("See whether that machine is overloaded or one of its disks hangs.")),
    )


def runs_no_commands(reach: Reach, said: bytes) -> ToolError:
    """Say that the login of a machine is no shell; ``said`` is what came instead."""
    words = shown(said[-200:].strip()) or "-"
    return ToolError(
        say(
            N_("The host {host} does not run commands for {user}: {words}"),
            host=reach.name,
            user=safe(reach.user),
            words=words,
        ),
        remedy=say(
            N_(
                "Give that user a shell such as /bin/sh, and no forced command in "
                "authorized_keys or sshd_config."
            )
        ),
    )


def no_more_channels(reach: Reach) -> UnreachableError:
    """Say that a machine opens a connection and no channel in it."""
    return UnreachableError(
        say(N_("The host {host} accepts no further commands at the same time."), host=reach.name),
        remedy=say(N_("Look at MaxSessions and MaxStartups in its sshd_config.")),
    )


def not_let_in(reach: Reach, tried: tuple[str, ...]) -> AuthenticationError:
    """Say that no key was accepted."""
    return AuthenticationError(
        say(
            N_("The host {host} does not let {user} in; keys tried: {tried}."),
            host=reach.name,
            user=safe(reach.user),
            tried=", ".join(tried) or "-",
        ),
        remedy=say(
            N_(
                "Add the public key to ~/.ssh/authorized_keys of that user there, or name the "
                "right key in hosts.yaml."
            )
        ),
    )


def unusable_key(reach: Reach, reason: str, remedy: Message | None = None) -> AuthenticationError:
    """Say that the private key people named cannot be used."""
    return AuthenticationError(
        say(
            N_("The key {key} for the host {host} cannot be used: {reason}."),
            key=safe(str(reach.key)),
            host=reach.name,
            reason=safe(reason),
        ),
        remedy=remedy or say(N_("Name a private key that this user can read in hosts.yaml.")),
    )


def exposed_key(reach: Reach) -> AuthenticationError:
    """Say that others may read the private key; the ssh program refuses such a key too."""
    return unusable_key(
        reach,
        "0600",
        say(N_("Let nobody else read it: {command}"), command=_line("chmod", "600", reach.key)),
    )


def locked_key(reach: Reach) -> AuthenticationError:
    """Say that a key asks for a passphrase that nobody is there to type."""
    return unusable_key(
        reach,
        "passphrase",
        say(
            N_("Hand it to the agent: {command}. Or use a key without passphrase for this alone."),
            command=_line("ssh-add", reach.key),
        ),
    )


def unreadable_known_hosts(reach: Reach, reason: str) -> HostKeyError:
    """Say that nobody can be recognised, because the list of known hosts cannot be read."""
    return HostKeyError(
        say(
            N_("The file of known hosts {path} cannot be read: {reason}."),
            path=safe(str(reach.known_hosts)),
            reason=safe(reason),
        ),
        remedy=say(N_("Correct its permissions, or name another file in hosts.yaml.")),
    )


def unwritable_known_hosts(reach: Reach, reason: str) -> HostKeyError:
    """Say that an accepted key could not be written down."""
    return HostKeyError(
        say(
            N_("The file of known hosts {path} cannot be written: {reason}."),
            path=safe(str(reach.known_hosts)),
            reason=safe(reason),
        ),
        remedy=say(N_("Correct its permissions, or name another file in hosts.yaml.")),
    )


def other_key(reach: Reach, key: HostKey, expected: str) -> HostKeyError:
    """Say that the key a machine shows is not the one that somebody read elsewhere."""
    return HostKeyError(
        say(
            N_("The host {host} shows {kind} {fingerprint}, not {expected}."),
            host=reach.name,
            kind=safe(key.kind),
            fingerprint=key.fingerprint,
            expected=safe(expected),
        ),
        remedy=say(
            N_(
                "Do not accept it. Read the fingerprint again on that machine: it may be another "
                "machine in between, or another kind of key."
            )
        ),
    )


def unknown_key(reach: Reach, key: HostKey) -> HostKeyError:
    """Say that a machine shows a key that nobody has accepted, and how to accept it."""
    return HostKeyError(
        say(
            N_("Nobody has accepted the key that the host {host} shows: {kind} {fingerprint}."),
            host=reach.name,
            kind=safe(key.kind),
            fingerprint=key.fingerprint,
        ),
        remedy=say(
            N_(
                "Compare it with what ssh-keygen -lf says of the key in /etc/ssh on that machine. "
                "If they are the same: {command}"
            ),
            command=_accept(reach, key),
        ),
    )


def changed_key(reach: Reach, key: HostKey, known: Known) -> HostKeyError:
    """Say that a machine shows another key than the known one: the machine, or an impostor."""
    return HostKeyError(
        say(
            N_(
                "The host {host} shows another key than the known one: {kind} {fingerprint} "
                "instead of {known}. It may be another machine in between."
            ),
            host=reach.name,
            kind=safe(key.kind),
            fingerprint=key.fingerprint,
            known=", ".join(one.fingerprint for one in known.accepted),
        ),
        remedy=say(
            N_(
                "Ask who looks after that machine why its key changed, and compare the new one "
                "there. Only if it is right: {command}"
            ),
            command=f"{_accept(reach, key)} --replace",
        ),
    )


def revoked_key(reach: Reach, key: HostKey) -> HostKeyError:
    """Say that a machine shows a key that somebody withdrew."""
    return HostKeyError(
        say(
            N_("The host {host} shows a key that was revoked: {kind} {fingerprint}."),
            host=reach.name,
            kind=safe(key.kind),
            fingerprint=key.fingerprint,
        ),
        remedy=say(
            N_("Do not connect. Give that machine a new key; {path} names the revoked one."),
            path=safe(str(reach.known_hosts)),
        ),
    )


def safe(text: str) -> str:
    """Make text safe to show, whatever somebody wrote or a library says."""
    return shown(os.fsencode(text))


def _accept(reach: Reach, key: HostKey) -> str:
    return f"continuity hosts accept {reach.name} --fingerprint {key.fingerprint}"


def _line(*words: object) -> str:
    return shown(os.fsencode(shlex.join(str(word) for word in words)))
