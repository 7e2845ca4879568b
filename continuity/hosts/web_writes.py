"""Writes over HTTP, each with one of the four outcomes."""

from __future__ import annotations

from collections.abc import Callable

from continuity.domain.delivery import Outcome, Rejected, Retryable, Uncertain
from continuity.domain.failure import AuthenticationError, ContinuityError
from continuity.domain.text import N_, say
from continuity.hosts.web import Ask, Web
from continuity.hosts.web_answer import Answer, BusyError, LostError, RefusedError


def write(web: Web, ask: Ask, understood: Callable[[Answer], Outcome | None]) -> Outcome:
    """Send a write and tell what became of it.

    ``understood`` reads a 2xx answer; None when it does not say what was promised, which leaves the
    write uncertain. A lost answer to a write that is ``repeatable`` is no loss.
    """
    try:
        answer = web.send(ask)
    except LostError as error:
        return Retryable(reason=error.what) if ask.repeatable else Uncertain(reason=error.what)
    except ContinuityError as error:
        return outcome_from_error(error)
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - known to all
        return _outcome_from_trouble(web, ask, answer)
    outcome = understood(answer)
    if outcome is not None:
        return outcome
    return Uncertain(
        reason=say(
            N_("{name} answered that it took it, and not what it made of it."), name=web.site.name
        )
    )


def _outcome_from_trouble(web: Web, ask: Ask, answer: Answer) -> Outcome:
    trouble = web.trouble(answer)
    if answer.status < 500 or isinstance(trouble, BusyError) or ask.repeatable:  # noqa: PLR2004 - known to all
        return outcome_from_error(trouble)
    return Uncertain(reason=trouble.what)


def outcome_from_error(error: ContinuityError) -> Outcome:
    """Tell what becomes of a write that an error kept from being sent."""
    if isinstance(error, RefusedError):
        return Rejected(reason=error.what, fields=error.fields)
    if isinstance(error, AuthenticationError):
        return Rejected(reason=error.what)
    after = error.after if isinstance(error, BusyError) else None
    return Retryable(reason=error.what, after=after)


def attempted(attempt: Callable[[], Outcome]) -> Outcome:
    """Do a write that has to read first: an error in reading means that nothing was written."""
    try:
        return attempt()
    except ContinuityError as error:
        return outcome_from_error(error)
