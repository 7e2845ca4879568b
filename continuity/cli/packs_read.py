"""What a read-back read, what is proven since, and what it took, as lines that people read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from continuity.cli.language import _
from continuity.cli.output import show_below
from continuity.cli.wording import brief, number, size
from continuity.domain.plain import flag_in, mapping_in, number_in, text_in
from continuity.domain.price import MILLION


def show_packs(packs: Mapping[str, object]) -> None:
    """Print it; nothing for a run that read no packs."""
    if not packs:
        return
    told = _("Packs read back: {read} of {of}, {size}; never read so far: {never}.")
    counts = {name: number(number_in(packs, name)) for name in ("read", "of", "never")}
    show_below(told.format(size=size(number_in(packs, "bytes")), **counts))
    if flag_in(packs, "out_of_time"):
        show_below(_("It stopped there because read_back.max_time was over."))
    _show_proven(packs)
    cost = mapping_in(packs, "cost")
    if cost:
        told = _("About {amount} {currency}, by the prices written down for {day}.")
        spent = amount(number_in(cost, "millionths"))
        currency, day = text_in(cost, "currency"), text_in(cost, "prices_of")
        show_below(told.format(amount=spent, currency=currency, day=day))


def _show_proven(packs: Mapping[str, object]) -> None:
    within = number_in(packs, "within_seconds")
    if not within:
        return
    told = _("Proven within {within}: {proven} of {of} packs, {size} of {all_size}.")
    show_below(
        told.format(
            within=brief(timedelta(seconds=within)),
            proven=number(number_in(packs, "proven")),
            of=number(number_in(packs, "of")),
            size=size(number_in(packs, "proven_bytes")),
            all_size=size(number_in(packs, "of_bytes")),
        )
    )


def amount(millionths: int) -> str:
    """Write an amount of money, as cents; what is less than one of them is said to be."""
    cent = MILLION // 100
    told = number(max(millionths, cent if millionths else 0) / MILLION, 2)
    return told if millionths >= cent or not millionths else f"< {told}"
