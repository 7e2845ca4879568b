"""What the checks of a job were answered, for other programs and for people."""

from __future__ import annotations

from collections.abc import Mapping

from continuity.cli.columns import plain
from continuity.cli.language import _, sentence
from continuity.cli.output import show_below
from continuity.cli.wording import number
from continuity.domain.plain import flag_in, list_in, mapping_in, text_in
from continuity.domain.text import message_from_plain
from continuity.domain.verdict import Verdict


def plain_answers(body: Mapping[str, object]) -> dict[str, object]:
    """Give the keys of `drill --json` that tell what was asked, and how far it was shut off."""
    return {
        "answers": [
            {**one, "expected": _said(one, "expected"), "found": _said(one, "found")}
            for one in _answers(body)
        ],
        "unasked": list_in(body, "unasked"),
        "isolation": text_in(mapping_in(body, "sandbox"), "isolation") or None,
    }


def show_answers(body: Mapping[str, object]) -> None:
    """Print what was asked of what was restored, and that nothing was."""
    answers = _answers(body)
    for one in answers:
        if one.get("passed") is not True:
            word = _("WRONG") if one.get("passed") is False else _("NOT ANSWERED")
            show_below(f"{word}  {plain(text_in(one, 'name'))}", 4)
            told = _("expected {expected}, found {found}")
            show_below(told.format(expected=_said(one, "expected"), found=_said(one, "found")), 6)
    right = sum(one.get("passed") is True for one in answers)
    if right:
        show_below(
            _(
                "Asked of what was restored in a sandbox of level {level}, and right: {count}."
            ).format(level=text_in(mapping_in(body, "sandbox"), "isolation"), count=number(right))
        )
    _show_unasked(body, answers)


def _show_unasked(body: Mapping[str, object], answers: list[Mapping[str, object]]) -> None:
    unasked = [plain(str(name)) for name in list_in(body, "unasked")]
    if unasked:
        names = ", ".join(unasked)
        show_below(_("Asked in full drills only: {names}").format(names=names))
    passed = text_in(body, "verdict") == Verdict.PASS
    if passed and flag_in(body, "full") and not answers and not mapping_in(body, "revived"):
        show_below(_("No application was asked: the job has no checks."))


def _answers(body: Mapping[str, object]) -> list[Mapping[str, object]]:
    return [one for one in list_in(body, "answers") if isinstance(one, Mapping)]


def _said(one: Mapping[str, object], key: str) -> str:
    return sentence(message_from_plain(mapping_in(one, key)))
