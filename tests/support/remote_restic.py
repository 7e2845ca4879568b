"""A restic repository on storage of each sort, kept by a real server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from continuity.domain.secret import Secret
from continuity.engines.engine import Engine, Opening
from continuity.engines.registry import engine_kinds
from continuity.hosts.local import LocalHost
from continuity.hosts.transport import Transport
from tests.support.engines import PASSWORD, bench
from tests.support.sshd import Sshd, running_sshd
from tests.support.storages import REST_CREDENTIALS, S3_CREDENTIALS, rclone, rest_server, s3_server


@dataclass(frozen=True, kw_only=True)
class Remote:
    """An address and what its storage asks for; ``kept`` is where its files really are.

    ``stop`` and ``start`` end the server and bring it back at the same address.
    """

    location: str
    kept: Path
    program: Path
    scratch: Path
    start: Callable[[], None]
    stop: Callable[[], None]
    credentials: Mapping[str, str] = field(default_factory=dict)
    transport: Transport | None = None
    ca_certificate: Path | None = None
    options: Mapping[str, object] = field(default_factory=dict)

    def open(self, *, use_cache: bool = False, **options: object) -> Engine:
        """Open the repository, which need not be there."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        kind = engine_kinds()["restic"]
        return kind.open(
            Opening(
                host=LocalHost(),
                location=self.location,
                password=PASSWORD,
                options=kind.options.model_validate({**self.options, **options}),
                scratch=self.scratch,
                use_cache=use_cache,
                program=str(self.program),
                credentials={name: Secret(text) for name, text in self.credentials.items()},
                transport=self.transport,
                ca_certificate=self.ca_certificate,
            )
        )

    def initialised(self) -> Engine:
        """Put an empty repository there behind the server's back, whose key costs no time."""
        spare = replace(bench("restic", self.scratch / "spare", self.program))
        spare.initialised()
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(spare.repository, self.kept)
        return self.open()


@contextmanager
def served_over(sort: str, place: Path, program: Path) -> Iterator[Remote]:
    """Start the server of this sort of storage."""
    with _SORTS[sort](place, program) as remote:
        yield remote


SORTS = ("s3", "rest", "sftp", "rclone")


@contextmanager
def _s3(place: Path, program: Path) -> Iterator[Remote]:
    root = place / "buckets"
    (root / "vault").mkdir(parents=True)
    with s3_server(root) as server:
        yield Remote(
            location=f"s3:{server.url}/vault/erp",
            kept=root / "vault/erp",
            program=program,
            scratch=place / "scratch",
            start=server.start,
            stop=server.stop,
            credentials=S3_CREDENTIALS,
        )


@contextmanager
def _rest(place: Path, program: Path) -> Iterator[Remote]:
    with rest_server(place / "rest") as server:
        yield Remote(
            location=f"rest:{server.url}/erp",
            kept=place / "rest/erp",
            program=program,
            scratch=place / "scratch",
            start=server.start,
            stop=server.stop,
            credentials=REST_CREDENTIALS,
        )


@contextmanager
def _sftp(place: Path, program: Path) -> Iterator[Remote]:
    with running_sshd(place / "sshd") as server:
        yield Remote(
            location=f"sftp:nas:{place / 'kept/erp'}",
            kept=place / "kept/erp",
            program=program,
            scratch=place / "scratch",
            start=server.start,
            stop=server.stop,
            transport=transport_to(server),
        )


@contextmanager
def _rclone(place: Path, program: Path) -> Iterator[Remote]:
    """Reach the S3 server through rclone, which knows it from the environment alone."""
    root = place / "buckets"
    (root / "vault").mkdir(parents=True)
    with s3_server(root) as server:
        yield Remote(
            location="rclone:store:vault/erp",
            kept=root / "vault/erp",
            program=program,
            scratch=place / "scratch",
            start=server.start,
            stop=server.stop,
            credentials={
                "RCLONE_CONFIG_STORE_TYPE": "s3",
                "RCLONE_CONFIG_STORE_PROVIDER": "Rclone",
                "RCLONE_CONFIG_STORE_ENDPOINT": server.url,
                "RCLONE_CONFIG_STORE_ACCESS_KEY_ID": S3_CREDENTIALS["AWS_ACCESS_KEY_ID"],
                "RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY": S3_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                "RCLONE_CONFIG": str(place / "no-rclone.conf"),
            },
            options={"storage": {"rclone.program": rclone()}},
        )


_SORTS = {"s3": _s3, "rest": _rest, "sftp": _sftp, "rclone": _rclone}


def transport_to(server: Sshd) -> Transport:
    """Reach a server by the ssh program with its key and its known hosts."""
    *words, target = server.ssh()
    return Transport(words=tuple(words), target=target)
