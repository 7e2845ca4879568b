"""What `plan --drill` says of the two ways in which a sample is proven."""

from __future__ import annotations

from continuity.cli.language import _, plural, sentence
from continuity.cli.output import show
from continuity.cli.wording import number, size
from continuity.workflows.planning import DrillPlan
from continuity.workflows.splitting import Split


def split_rows(plan: DrillPlan, split: Split | None) -> list[list[str]]:
    """Give the rows of the table: what is read a second way, from which packs, at what cost."""
    rows: list[list[str]] = []
    if split is not None:
        read = split.shares.read
        told = f"{number(len(read))}, {size(sum(entry.size for entry in read))}"
        rows.append([_("Read a second way"), told])
        rows.append([_("Both ways"), number(len(split.shares.both))])
    if plan.reach is not None:
        reach = plan.reach
        told = _("{reached} of {packs}, never seen so far: {unseen}").format(
            reached=number(len(reach.reached)),
            packs=number(len(reach.packs)),
            unseen=number(reach.unseen),
        )
        rows.append([_("Packs"), told])
    if split is not None and split.cost is not None:
        told = plural(
            "{size} in {requests} request, and {directories} for directories",
            "{size} in {requests} requests, and {directories} for directories",
            split.cost.requests,
        ).format(
            size=size(split.cost.bytes),
            requests=number(split.cost.requests),
            directories=number(split.directories),
        )
        rows.append([_("Takes of storage"), told])
    return rows


def show_why(plan: DrillPlan, split: Split | None) -> None:
    """Say why packs did not decide, or why nothing can be read a second way."""
    if split is not None and split.error is not None:
        show("  " + _("Nothing can be read a second way: {why}").format(why=sentence(split.error)))
    elif plan.by_age is not None:
        told = _("Which files are due was decided by their age alone, not by packs. {why}")
        show("  " + told.format(why=sentence(plan.by_age)))


def plain_split(plan: DrillPlan, split: Split | None) -> dict[str, object]:
    """Give the same as JSON; null where everything is restored."""
    return {
        "ways": None if split is None else _plain_ways(split),
        "packs": None
        if plan.reach is None
        else {
            "reached": len(plan.reach.reached),
            "of": len(plan.reach.packs),
            "never_seen": plan.reach.unseen,
            "files_for_them": plan.reach.chosen,
        },
        "by_age": None if plan.by_age is None else sentence(plan.by_age),
    }


def _plain_ways(split: Split) -> dict[str, object]:
    shares, cost = split.shares, split.cost
    return {
        "restored": {
            "entries": len(shares.restored),
            "bytes": sum(entry.size for entry in shares.restored),
        },
        "read": {"files": len(shares.read), "bytes": sum(entry.size for entry in shares.read)},
        "both": len(shares.both),
        "requests": None if cost is None else cost.requests,
        "stored_bytes": None if cost is None else cost.bytes,
        "directories": split.directories,
        "error": None if split.error is None else sentence(split.error),
    }
