"""The information pack on a screen of 80 columns: what is known before somebody decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from continuity.cli.columns import plain, wrapped
from continuity.cli.information_outside import outside_lines, reach_text
from continuity.cli.language import _, plural
from continuity.cli.output import verdict_text
from continuity.cli.overview import criticality_text
from continuity.cli.paint import painted
from continuity.cli.wording import brief, duration, moment, number, size
from continuity.domain.decision import InformationItem
from continuity.domain.information_pack import (
    InformationPack,
    PlacePart,
    SystemPart,
    Times,
    age,
    lacks_a_repository,
    proven_in_reach,
)
from continuity.domain.information_plain import EVERYTHING
from continuity.speech.terms import TIME_KINDS

_INDENT = "    "


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A pack and how it is shown: which items of it, in which zone, in how many columns."""

    pack: InformationPack
    zone: tzinfo
    columns: int
    items: Collection[InformationItem] = EVERYTHING


def pack_lines(shown: Shown) -> Iterator[str]:
    """Write all of it that was asked for."""
    pack = shown.pack
    yield painted(_("What is known, {moment}").format(moment=moment(pack.at, shown.zone)), "cyan")
    direct = [one for one in pack.systems if not one.waits_for]
    for place, system in enumerate(direct, start=1):
        yield from _system(shown, system, place)
    if not direct:
        yield _("No system is named.")
    for one in pack.systems:
        if one.waits_for:
            waits = _("Waits for {names}: {system} (agreed {target})").format(
                names=", ".join(one.waits_for), system=plain(one.title), target=_target(one)
            )
            yield from wrapped(waits, "  ", shown.columns)
    yield from outside_lines(pack, shown.items, shown.zone, shown.columns)


def short_lines(shown: Shown) -> Iterator[str]:
    """Write one line for each system that is down: the loss now, and how long it takes."""
    for one in shown.pack.systems:
        if not one.waits_for:
            yield from wrapped(_short(shown.pack, one), "  ", shown.columns)


def _short(pack: InformationPack, one: SystemPart) -> str:
    lacks = lacks_a_repository(pack, one)
    text = _("{system}: would lose {loss} (agreed {agreed}); back in {time} (agreed {target})")
    return text.format(
        system=plain(one.title),
        loss=brief(age(pack, proven_in_reach(pack, one) if lacks else one.proven_at)),
        agreed=_or_nothing(one.loss_target),
        time=_("unknown time") if one.safe is None else brief(one.safe),
        target=_target(one),
    )


def _system(shown: Shown, one: SystemPart, place: int) -> Iterator[str]:
    yield f"{place}. {plain(one.title)} ({one.name}) · {criticality_text(one.criticality)}"
    lines = {
        InformationItem.SYSTEMS: [plain(one.why)] if one.why else [],
        InformationItem.RESTORE_POINTS: list(_points(shown, one)),
        InformationItem.DRILLS: [_tested(shown, one)],
        InformationItem.RECOVERY_TIMES: list(_measured(one)),
        InformationItem.ESTIMATES: [_estimate(one)],
        InformationItem.REPOSITORIES: list(_kept(shown, one)),
        InformationItem.ALTERNATIVES: [_alternative(one)],
    }
    for item, texts in lines.items():
        if item in shown.items:
            for text in texts:
                yield from wrapped(text, _INDENT, shown.columns)


def _points(shown: Shown, one: SystemPart) -> Iterator[str]:
    proven = age(shown.pack, one.proven_at)
    if one.proven_at is None or proven is None:
        yield painted(_("No restore point is proven: nobody knows whether it comes back."), "red")
    else:
        late = one.loss_target is not None and proven > one.loss_target
        text = _("Newest proven point: {moment}; {age} would be lost (agreed {target})").format(
            moment=_at(shown, one.proven_at),
            age=brief(proven),
            target=_or_nothing(one.loss_target),
        )
        yield painted(text, "red") if late else text
    if lacks_a_repository(shown.pack, one):
        yield painted(_reach_line(shown, one), "red")
    if one.claimed_at is None:
        yield _("No point is claimed either.")
    elif one.claimed_at != one.proven_at:
        yield _("Newest claimed point, not proven: {moment}, {age} old").format(
            moment=_at(shown, one.claimed_at), age=brief(age(shown.pack, one.claimed_at))
        )


def _reach_line(shown: Shown, one: SystemPart) -> str:
    """Say what is left where a repository cannot be reached: of a copy, of nothing."""
    left = proven_in_reach(shown.pack, one)
    if left is None:
        return _("A repository cannot be reached, and no copy of it has a proven point.")
    text = _("A repository cannot be reached. From the others: {moment}; {age} would be lost")
    return text.format(moment=_at(shown, left), age=brief(age(shown.pack, left)))


def _tested(shown: Shown, one: SystemPart) -> str:
    if one.tested is None or one.tested_at is None:
        return _("Last restore test: none")
    return _("Last restore test: {verdict}, {moment}").format(
        verdict=verdict_text(one.tested), moment=_at(shown, one.tested_at)
    )


def _measured(one: SystemPart) -> Iterator[str]:
    restores, conducted = one.restores, one.conducted
    known = _("nothing") if restores is None else _times(restores)
    yield _("Restores measured: {times} (agreed {target})").format(times=known, target=_target(one))
    if conducted is not None:
        yield _("By people, to the verified service: {times}").format(times=_times(conducted))


def _times(times: Times) -> str:
    text = plural(
        "{median} ({count} time)", "median {median}, worst {worst} ({count} times)", times.count
    )
    return text.format(
        median=duration(times.median.total_seconds()),
        worst=duration(times.worst.total_seconds()),
        count=times.count,
    )


def _estimate(one: SystemPart) -> str:
    if one.safe is None or one.likely is None:
        return _("Expected time with all it depends on: not known")
    text = _("Expected time with all it depends on: {likely} to {safe} ({kind}) for {size}")
    amount = _("an unknown amount")
    if one.files:
        amount = _("{size} in {files} files").format(size=size(one.bytes), files=number(one.files))
    return text.format(
        likely=duration(one.likely.total_seconds()),
        safe=duration(one.safe.total_seconds()),
        kind=_(TIME_KINDS[one.kind]),
        size=amount,
    )


def _kept(shown: Shown, one: SystemPart) -> Iterator[str]:
    states = {part.name: part.reachable for part in shown.pack.repositories}
    if one.repositories:
        names = (f"{name} {reach_text(states.get(name))}" for name in one.repositories)
        yield _("Kept in: {names}").format(names=", ".join(names))
    for place in one.kept:
        if place.copy_of:
            yield _copied(shown, place)


def _copied(shown: Shown, place: PlacePart) -> str:
    if place.proven_at is None:
        text = _("{copy}, a copy of {original}: nothing of {job} is proven in it")
    else:
        text = _("{copy}, a copy of {original}: {job} proven there of {moment}, {age} old")
    return text.format(
        copy=plain(place.repository),
        original=plain(place.copy_of),
        job=plain(place.job),
        moment="" if place.proven_at is None else _at(shown, place.proven_at),
        age=brief(age(shown.pack, place.proven_at)),
    )


def _alternative(one: SystemPart) -> str:
    return _("Meanwhile: {text}").format(text=plain(one.alternative) or _("nothing is agreed"))


def _target(one: SystemPart) -> str:
    return _or_nothing(one.time_target)


def _or_nothing(span: timedelta | None) -> str:
    return _("nothing") if span is None else brief(span)


def _at(shown: Shown, when: datetime) -> str:
    return moment(when, shown.zone)
