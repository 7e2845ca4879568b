"""What the next read-back of a job reads, what that takes, and whether the budget suffices."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from continuity.app import App
from continuity.cli.columns import room, wrapped
from continuity.cli.language import _, plural, sentence
from continuity.cli.output import show, show_json, table
from continuity.cli.packs_read import amount
from continuity.cli.wording import brief, duration, moment, number, size
from continuity.domain.checks import checks_of
from continuity.domain.pack_ledger import Load, Pace
from continuity.domain.packs_judgement import REMEDY, short_of
from continuity.domain.packs_plain import plain_from_packs, plain_from_round
from continuity.domain.price import Prices, plain_cost
from continuity.domain.text import say
from continuity.workflows.history import read_history
from continuity.workflows.reading_back import next_slice, slices_of, witness_of
from continuity.workflows.reading_packs import PackPlan, plan_packs
from continuity.workflows.world import Protected


def show_read_back(app: App, protected: Protected, *, as_json: bool) -> None:
    """Print the plan; the repository is opened to count its packs, and none of them is read."""
    open_witness = witness_of(protected)
    if open_witness is None:
        _show_slice(app, protected, as_json=as_json)
        return
    plan = plan_packs(app.bench, protected, open_witness)
    if as_json:
        show_json(_plain(protected, plan))
        return
    title = _("Read-back of {job}: {title}")
    show(title.format(job=protected.job.name, title=protected.job.title))
    table(list(_rows(protected, plan)))
    for told in _remarks(protected, plan):
        show("\n".join(wrapped(told, "", room())))


def _show_slice(app: App, protected: Protected, *, as_json: bool) -> None:
    known = read_history(app.bench, protected.job.name).checks
    part = next_slice(checks_of(known, protected.job.repository), slices_of(protected))
    if as_json:
        show_json({"job": protected.job.name, "slice": {"k": part.k, "n": part.n}})
        return
    title = _("Read-back of {job}: {title}")
    show(title.format(job=protected.job.name, title=protected.job.title))
    told = _(
        "Slice {k} of {n}, read by {engine} itself: how much that is, and how long it takes, is"
        " not known before, and no budget holds."
    )
    engine = protected.repository.engine
    show("\n".join(wrapped(told.format(k=part.k, n=part.n, engine=engine), "", room())))


def _plain(protected: Protected, plan: PackPlan) -> dict[str, object]:
    taken = plan.opening.plus(plan.round.takes)
    return {
        "job": protected.job.name,
        "repository": protected.job.repository,
        "rounds": plan.pace.rounds,
        "packs": {
            "next": len(plan.round.due),
            "bytes": plan.round.takes.bytes,
            "requests": taken.requests,
            "transferred": taken.bytes,
            **plain_from_packs(plan.coverage, plan.pace.within),
            "ahead": plain_from_round(plan.round),
            **plain_cost(protected.repository.prices, taken),
        },
    }


def _rows(protected: Protected, plan: PackPlan) -> Iterator[list[str]]:
    coverage = plan.coverage
    place = f"{protected.job.repository} ({protected.repository.location})"
    yield [_("Repository"), place]
    yield [_("Deadline"), deadline(plan.pace)]
    proven = _("{proven} of {packs} packs, {size} of {all_size}")
    told = proven.format(
        proven=number(coverage.proven),
        packs=number(coverage.packs),
        size=size(coverage.proven_bytes),
        all_size=size(coverage.bytes),
    )
    yield [_("Proven"), told]
    if coverage.oldest is not None:
        yield [_("Waiting since"), moment(coverage.oldest, ZoneInfo(protected.zone))]
    yield [_("Overdue"), _load(coverage.overdue, Load(coverage.overdue_bytes, 0))]
    yield [_("Read next"), _load(len(plan.round.due), plan.round.takes)]
    yield [_("Needed in a round"), _of(*plan.round.needs)]
    yield [_("Allowed in a round"), _of(*plan.round.most)]
    if plan.speed:
        takes = duration(plan.round.takes.bytes / plan.speed)
        yield [_("Takes about"), takes]
    prices = protected.repository.prices
    if prices is not None:
        yield [_("Costs about"), _cost(prices, plan)]


def deadline(pace: Pace) -> str:
    """Say by when everything is read."""
    if pace.within is None:
        return plural(
            "none; everything in {count} check", "none; everything in {count} checks", pace.rounds
        ).format(count=number(pace.rounds))
    if pace.gap is None:
        return _("{within}; no timetable, so everything in {count} checks").format(
            within=brief(pace.within), count=number(pace.rounds)
        )
    return _("{within}, in {count} rounds {gap} apart, and one in reserve").format(
        within=brief(pace.within), count=number(pace.rounds), gap=brief(pace.gap)
    )


def _load(packs: int, load: Load) -> str:
    told = plural("{count} pack", "{count} packs", packs).format(count=number(packs))
    return f"{told}, {size(load.bytes)}" if packs else told


def _of(bytes_: int | None, requests: int | None) -> str:
    if bytes_ is None and requests is None:
        return _("no bound")
    told = [] if bytes_ is None else [size(bytes_)]
    if requests is not None:
        counted = plural("{count} request", "{count} requests", requests)
        told.append(counted.format(count=number(requests)))
    return ", ".join(told)


def _cost(prices: Prices, plan: PackPlan) -> str:
    told = _("{amount} {currency}; everything once {all}, by the prices written down for {day}")
    everything = Load(plan.coverage.bytes, plan.coverage.requests)
    return told.format(
        amount=amount(prices.of(plan.opening.plus(plan.round.takes))),
        all=amount(prices.of(everything)),
        currency=prices.currency,
        day=prices.as_of.isoformat(),
    )


def _remarks(protected: Protected, plan: PackPlan) -> Iterator[str]:
    too_large = len(plan.round.too_large)
    if too_large:
        told = plural(
            "{count} pack, of {size}, is larger than all that a round is allowed.",
            "{count} packs, of up to {size}, are larger than all that a round is allowed.",
            too_large,
        )
        yield told.format(count=number(too_large), size=size(plan.round.largest.bytes))
    shortage = plan.round.shortage
    if shortage is not None:
        yield sentence(short_of(shortage, plan.pace.within))
        yield _("What to do: {remedy}").format(remedy=sentence(say(REMEDY)))
    if protected.repository.prices is not None:
        yield _("What restic itself reads to check the structure is in no estimate.")
