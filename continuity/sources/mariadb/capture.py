"""Copy databases as a stream that their own dump program makes of one consistent instant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from threading import Event, Timer

from continuity.domain.failure import (
    AuthenticationError,
    LockedError,
    RevivalError,
    SourceError,
)
from continuity.domain.job import Source
from continuity.domain.portrait import Portrait
from continuity.domain.text import N_, Message, say, shown
from continuity.sources.mariadb.calls import Programs, answer_of, live_server
from continuity.sources.mariadb.dump import Dump
from continuity.sources.mariadb.layout import Layout, Table, databases_of, layout_of
from continuity.sources.mariadb.options import MysqlFamilySource
from continuity.sources.mariadb.portrait import (
    Looking,
    Looks,
    changed_meanwhile,
    drawn,
    look,
    merged,
    portrait_from,
)
from continuity.sources.mariadb.sample import Range
from continuity.sources.mariadb.session import Server, Session, session
from continuity.sources.mariadb.words import parts_from_text, table_name
from continuity.sources.source import (
    NO_FILES,
    Capture,
    Captured,
    Capturing,
    Extent,
    captured_path,
)

_SNAPSHOT = "START TRANSACTION WITH CONSISTENT SNAPSHOT;\n"
_LOCK_SECONDS = 2
# Should the dump not begin, writing goes on after this.
_HELD_SECONDS = 5.0
_NAMED = 5


def extent(_source: Source) -> Extent:
    """Give what of a host's files it covers: none."""
    return NO_FILES


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """Everything that sees the database as the dump does.

    ``sessions`` is one with the dump's own view, or two with a view just before and just after.
    ``early`` is what was seen before the dump went on of tables that no transaction holds still.
    """

    server: Server
    capturing: Capturing
    databases: tuple[str, ...]
    layout: Layout
    looking: Looking
    sessions: tuple[Session, ...]
    between: dict[Table, Range]
    early: Looks

    def portrait(self) -> Portrait:
        """Look at everything. Raises ContinuityError."""
        first, layout = self.sessions[0], self.layout
        _require_same(layout, layout_of(first, self.databases))
        held = tuple(table for table in layout.tables if table.transactional)
        between = {**self.between, **drawn(first, held, self.capturing.turn, self.looking)}
        looks = look(first, layout.tables, between, self.looking)
        for other in self.sessions[1:]:
            looks = merged(looks, look(other, layout.tables, between, self.looking))
        loose = merged(self.early, {name: looks[name] for name in self.early})
        told = portrait_from(layout, {**looks, **loose})
        return replace(told, answers=tuple(self._answers()))

    def _answers(self) -> Iterator[tuple[str, str | None]]:
        """Ask what the checks will ask; what is refused here has no answer to compare with."""
        only = self.databases[0] if len(self.databases) == 1 else None
        for question in self.capturing.questions:
            try:
                # Whatever is asked, nothing is written.
                asked = f"SET SESSION TRANSACTION READ ONLY;\n{question}"
                answer = answer_of(self.server, asked, only)
            except RevivalError:
                continue
            yield question, answer


def capture_by(programs: Programs) -> Capture:
    """Make the way to capture with these programs."""

    @contextmanager
    def capture(capturing: Capturing) -> Iterator[Captured]:
        with ExitStack() as opened:
            yield _captured(programs, capturing, opened)

    return capture


def _captured(programs: Programs, capturing: Capturing, opened: ExitStack) -> Captured:
    source = options_of(capturing.source)
    server = live_server(programs, source, capturing.host, capturing.password)
    first = opened.enter_context(session(server))
    databases = _present(first, source.databases)
    held = source.lock and _hold(first)
    if not held:
        first.close()
        first = opened.enter_context(session(server))
        first.ask(_SNAPSHOT)
    data_time = capturing.now()
    dump = Dump(server, databases)
    opened.callback(dump.close)
    exact = _begun(dump, first, held=held)
    sessions = (first,) if exact else (first, opened.enter_context(_looking_on(server)))
    layout = layout_of(first, databases)
    looking = looking_of(source, databases)
    loose = tuple(table for table in layout.tables if not table.transactional)
    between = drawn(first, loose, capturing.turn, looking)
    watch = Watch(
        server=server,
        capturing=capturing,
        databases=databases,
        layout=layout,
        looking=looking,
        sessions=sessions,
        between=between,
        early=look(first, loose, between, looking),
    )
    return Captured(
        path=captured_path(capturing.job, "sql"),
        data_time=data_time,
        pieces=dump.pieces(),
        portrait=watch.portrait,
        warnings=tuple(_warnings(layout, source, exact=exact)),
    )


def options_of(source: Source) -> MysqlFamilySource:
    """Give the source as what it is."""
    if not isinstance(source, MysqlFamilySource):
        raise TypeError(f"{type(source).__name__} is no source of this kind")
    return source


def looking_of(source: MysqlFamilySource, databases: tuple[str, ...]) -> Looking:
    """Say how the databases of a source are looked at."""
    only = databases[0] if len(databases) == 1 else ""
    named = [parts_from_text(text) for text in source.newest]
    times = tuple((database or only, table, column) for database, table, column in named)
    return Looking(times=times, zone=source.zone, count=source.exact_rows)


def _present(first: Session, wanted: tuple[str, ...]) -> tuple[str, ...]:
    found = databases_of(first)
    for name in wanted:
        if name not in found:
            raise SourceError(
                say(
                    N_("The database {database} does not exist, or may not be seen."),
                    database=shown(name.encode()),
                ),
                remedy=say(N_("Bring it back, or correct the job's databases if it was renamed.")),
            )
    if not found:
        raise SourceError(
            say(N_("The server shows no database that could be copied.")),
            remedy=say(N_("See whether it is the right server, and what the account may read.")),
        )
    return wanted or found


def _hold(first: Session) -> bool:
    """Keep everybody from writing and begin to look; False when that may or can not be had."""
    try:
        first.ask(
            f"SET SESSION lock_wait_timeout={_LOCK_SECONDS};\n"
            f"FLUSH TABLES WITH READ LOCK;\n{_SNAPSHOT}SET SESSION lock_wait_timeout=30;"
        )
    except (AuthenticationError, LockedError):
        return False
    return True


@contextmanager
def _looking_on(server: Server) -> Iterator[Session]:
    with session(server) as second:
        second.ask(_SNAPSHOT)
        yield second


def _begun(dump: Dump, first: Session, *, held: bool) -> bool:
    """Begin the dump and let writing go on; tells whether it was held all that time."""
    late = Event()

    def release() -> None:
        late.set()
        first.tell("UNLOCK TABLES;\n")

    limit = Timer(_HELD_SECONDS, release)
    limit.daemon = True
    if held:
        limit.start()
    try:
        dump.begin()
    finally:
        limit.cancel()
        if held:
            first.tell("UNLOCK TABLES;\n")
    return held and not late.is_set()


def _require_same(before: Layout, after: Layout) -> None:
    for database, name in sorted(before.names ^ after.names):
        raise changed_meanwhile(table_name(database, name))


def _warnings(layout: Layout, source: MysqlFamilySource, *, exact: bool) -> Iterator[Message]:
    loose = [
        table_name(table.database, table.name) for table in layout.tables if not table.transactional
    ]
    if loose:
        yield say(
            N_(
                "No transaction holds these tables still while they are copied: {tables}."
                " Convert them to InnoDB, or stop writing to them during the backup."
            ),
            tables=_named(loose),
        )
    if layout.elsewhere:
        yield say(
            N_("The rows of these tables lie elsewhere and are not in the copy: {tables}."),
            tables=_named([table_name(*name) for name in layout.elsewhere]),
        )
    if source.lock and not exact:
        yield say(
            N_(
                "Writing could not be held for an instant, so rows were counted just before and"
                " just after. Grant RELOAD to the account, or set lock to false."
            )
        )


def _named(names: list[str]) -> str:
    rest = len(names) - _NAMED
    words = [shown(name.encode("utf-8", "surrogateescape")) for name in names[:_NAMED]]
    return ", ".join([*words, f"+{rest}"] if rest > 0 else words)
