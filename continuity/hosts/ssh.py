"""Connections to other machines over SSH: the only place that knows paramiko."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread, Timer, current_thread
from typing import Final

import paramiko
from paramiko.common import MSG_CHANNEL_REQUEST

from continuity.hosts.host_keys import demand_known, read_known
from continuity.hosts.known_hosts import HostKey, Known
from continuity.hosts.reach import Reach
from continuity.hosts.sftp import SftpFiles
from continuity.hosts.ssh_trouble import (
    cannot_be_reached,
    exposed_key,
    locked_key,
    not_let_in,
    unusable_key,
)
from continuity.hosts.transport import MISSED
from continuity.hosts.wire import Wire

# Without a handler of its own, Python would print what paramiko logs of a broken connection.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

_OWN_KEYS: Final = ("id_ed25519", "id_ecdsa", "id_rsa")
_SILENCE: Final = 120.0
# A key of this kind signs by these names (RFC 8332).
_SIGNATURES: Final = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}


class Connection:
    """An authenticated connection to a machine that showed its known key."""

    def __init__(self, transport: paramiko.Transport, reach: Reach) -> None:
        self._transport = transport
        self._reach = reach
        Thread(target=_keep_alive, args=(transport, reach.keepalive), daemon=True).start()

    @property
    def is_alive(self) -> bool:
        """Whether it is not known to be broken."""
        return bool(self._transport.is_active())

    @property
    def host_key(self) -> HostKey:
        """The key that the machine showed."""
        return _shown_key(self._transport)

    def run(self, line: bytes) -> Wire | None:
        """Let the login shell run a line; None when the server opens no more channels here.

        Raises UnreachableError.
        """
        with _understood(self._reach):
            try:
                channel = self._transport.open_session(timeout=self._reach.connect_timeout)
            except paramiko.ChannelException:
                return None
            channel.exec_command(line)
        return Wire(channel, _quietly)

    def sftp(self) -> SftpFiles:
        """Open a session to read files. Raises UnreachableError."""
        with _understood(self._reach):
            channel = self._transport.open_session(timeout=self._reach.connect_timeout)
            channel.settimeout(self._reach.connect_timeout)
            channel.invoke_subsystem("sftp")
            files = paramiko.SFTPClient(channel)
            channel.settimeout(_SILENCE)
        return SftpFiles(files, lambda: _understood(self._reach))

    def tunnel(self, goal: Reach) -> paramiko.Channel:
        """Open a way through this machine to another. Raises UnreachableError."""
        with _understood(goal):
            return self._transport.open_channel(
                "direct-tcpip",
                (goal.address, goal.port),
                ("127.0.0.1", 0),
                timeout=goal.connect_timeout,
            )

    def round_trip(self) -> float:
        """Measure how many seconds a question and its answer take. Raises UnreachableError."""
        began = time.monotonic()
        with _understood(self._reach):
            self._transport.open_session(timeout=self._reach.connect_timeout).close()
        return time.monotonic() - began

    def close(self) -> None:
        """End it; what it carries is cut."""
        self._transport.close()


def connect(reach: Reach, through: Connection | None) -> Connection:
    """Reach a machine, believe only its known key, and enter.

    Raises UnreachableError, HostKeyError, AuthenticationError.
    """
    known = read_known(reach)
    transport = _negotiate(reach, through, known)
    try:
        demand_known(reach, _shown_key(transport), known)
        with _understood(reach):
            _enter(transport, reach)
    except BaseException:  # also an interrupt; it goes on below
        transport.close()
        raise
    return Connection(transport, reach)


def look_at_key(reach: Reach, through: Connection | None) -> HostKey:
    """Ask a machine for its key without entering, whether it is known or not.

    Raises UnreachableError, HostKeyError when the known ones cannot be read.
    """
    transport = _negotiate(reach, through, read_known(reach))
    try:
        return _shown_key(transport)
    finally:
        transport.close()


def _negotiate(reach: Reach, through: Connection | None, known: Known) -> paramiko.Transport:
    with _understood(reach):
        way = (
            socket.create_connection((reach.address, reach.port), reach.connect_timeout)
            if through is None
            else through.tunnel(reach)
        )
        transport = _Transport(way)
        transport.banner_timeout = transport.auth_timeout = reach.connect_timeout
        transport.handshake_timeout = reach.connect_timeout
        options = transport.get_security_options()
        options.key_types = _preferred(known, tuple(options.key_types))
        try:
            transport.start_client(timeout=reach.connect_timeout)
            transport.get_remote_server_key()
        except BaseException:  # also an interrupt; it goes on below
            transport.close()
            raise
    return transport


def _preferred(known: Known, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Ask for the known kinds of key first, so that a known machine never seems a new one."""
    kinds = [key.kind for key in known.accepted]
    names = [name for kind in kinds for name in _SIGNATURES.get(kind, (kind,)) if name in usual]
    return tuple(dict.fromkeys([*names, *usual]))


def _shown_key(transport: paramiko.Transport) -> HostKey:
    key = transport.get_remote_server_key()
    return HostKey(kind=str(key.get_name()), blob=bytes(key.asbytes()))


def _note_signal(channel: paramiko.Channel, message: paramiko.Message) -> None:
    """Keep the name of the signal that ended a program (RFC 4254, 6.10); paramiko drops it."""
    if message.get_text() == "exit-signal":
        message.get_boolean()
        channel.ended_by = message.get_text()
        return
    message.rewind()
    message.get_int()
    channel._handle_request(message)


class _Transport(paramiko.Transport):  # type: ignore[misc]  # paramiko has no types
    """One that keeps the names of signals, and whose own thread never waits for new keys.

    Only that thread can take the new keys. In paramiko it waits for them before it answers the end
    of a program, and the connection is lost (paramiko issue 822): keys are renewed after each
    512 MiB, so that long streams broke now and then.
    """

    _channel_handler_table: Final = {
        **paramiko.Transport._channel_handler_table,
        MSG_CHANNEL_REQUEST: _note_signal,
    }

    def __init__(self, way: socket.socket | paramiko.Channel) -> None:
        super().__init__(way)
        self._waiting: list[paramiko.Message] = []

    def _send_user_message(self, message: paramiko.Message) -> None:
        if current_thread() is self and not self.clear_to_send.is_set():
            self._waiting.append(message)
        else:
            super()._send_user_message(message)

    def _activate_inbound(self) -> None:
        super()._activate_inbound()
        while self._waiting:  # before anybody else may send again
            self._send_message(self._waiting.pop(0))


def _enter(transport: paramiko.Transport, reach: Reach) -> None:
    agent = paramiko.Agent()
    tried: list[str] = []
    try:
        for key in _keys(reach, agent):
            tried.append(str(key.fingerprint))
            try:
                transport.auth_publickey(reach.user, key)
            except paramiko.BadAuthenticationType:
                break
            except paramiko.AuthenticationException:
                continue
            if transport.is_authenticated():
                return
    finally:
        agent.close()
    raise not_let_in(reach, tuple(tried))


def _keys(reach: Reach, agent: paramiko.Agent) -> Iterator[paramiko.PKey]:
    """Give the keys to try: the one people named, or those of the agent and the user's own."""
    if reach.key is not None:
        yield _named_key(reach, reach.key, agent)
        return
    yield from agent.get_keys()
    for name in _OWN_KEYS:
        # One of many that may be there; what is unusable is passed over, as ssh does.
        with contextlib.suppress(
            OSError, ValueError, TypeError, paramiko.SSHException, paramiko.UnknownKeyType
        ):
            yield paramiko.PKey.from_path(Path.home() / ".ssh" / name)


def _named_key(reach: Reach, path: Path, agent: paramiko.Agent) -> paramiko.PKey:
    try:
        status = path.stat()
        if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) & 0o077:
            raise exposed_key(reach)
        return paramiko.PKey.from_path(path)
    except OSError as error:
        raise unusable_key(reach, error.strerror or type(error).__name__) from error
    except (TypeError, paramiko.PasswordRequiredException):  # it asks for a passphrase
        return _from_agent(reach, path, agent)
    except (ValueError, paramiko.SSHException, paramiko.UnknownKeyType) as error:
        raise unusable_key(reach, type(error).__name__) from error


def _from_agent(reach: Reach, path: Path, agent: paramiko.Agent) -> paramiko.PKey:
    """Find a key with a passphrase in the agent, by the public part beside it."""
    with contextlib.suppress(OSError, IndexError):  # no public part: refused below
        public = Path(f"{path}.pub").read_text().split()[1]
        for key in agent.get_keys():
            if key.get_base64() == public:
                return key
    raise locked_key(reach)


def _keep_alive(transport: paramiko.Transport, seconds: int) -> None:
    """Ask for a sign of life again and again; close what gives none for three times as long.

    paramiko's own keepalive sends and never looks whether anything comes back.
    """
    while transport.is_active():
        transport.join(seconds)
        if not transport.is_active():
            return
        deadline = Timer(MISSED * seconds, transport.close)
        deadline.daemon = True
        deadline.start()
        try:
            transport.global_request("keepalive@openssh.com")
        except (OSError, EOFError, paramiko.SSHException):
            transport.close()
        finally:
            deadline.cancel()


def _quietly(action: Callable[[], object]) -> None:
    # For what is sent to a connection that may be gone; who waits for its end sees that.
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        action()


@contextlib.contextmanager
def _understood(reach: Reach) -> Iterator[None]:
    """Turn what a network and its library can say into our own errors."""
    try:
        yield
    except TimeoutError as error:
        raise cannot_be_reached(reach, os.strerror(errno.ETIMEDOUT)) from error
    except (OSError, EOFError, paramiko.SSHException) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise cannot_be_reached(reach, reason.rstrip(".")) from error
