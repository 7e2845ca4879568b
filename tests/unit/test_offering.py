"""An incident names the runbook that is about it, not just any that somebody wrote down."""

from __future__ import annotations

from dataclasses import replace

from continuity.domain.fault import FaultKind
from continuity.domain.incident import Incident
from continuity.domain.offering import Concern, runbook_offered
from continuity.domain.runbook import Runbook
from continuity.domain.ticket import Severity
from tests.support.incidents import opened


def front(name: str, *, status: str = "active", **scope: object) -> Runbook:
    written = {"format": "continuity-runbook/1", "id": name, "title": name, "lang": "en"}
    return Runbook.model_validate({**written, "owner": "ana", "status": status, "scope": scope})


def books(*fronts: Runbook) -> dict[str, Runbook]:
    return {one.id: one for one in fronts}


def incident(failure: str = "locked", kind: FaultKind = FaultKind.BACKUP_FAILED) -> Incident:
    _board, one = opened()
    return replace(one, failure=failure, kind=kind, severity=Severity.S2)


LOCKED = front("locked", failure_classes=["locked"])
SPACE = front("no-space", failure_classes=["no-space"])


def test_what_answers_the_failure_goes_before_a_name_that_is_about_another_one() -> None:
    concern = Concern(incident=incident(), of_job="no-space", of_system="recover")

    assert runbook_offered(books(SPACE, LOCKED, front("recover")), concern) == "locked"


def test_what_the_job_names_goes_first_where_it_fits() -> None:
    own = front("own")
    concern = Concern(incident=incident(), of_job="own", of_system="recover")

    assert runbook_offered(books(LOCKED, own), concern) == "own"


def test_a_kind_of_incident_is_closer_than_its_failure_class() -> None:
    silent = front("silent", faults=["channel-silent"])
    concern = Concern(incident=incident(kind=FaultKind.CHANNEL_SILENT))

    assert runbook_offered(books(LOCKED, silent), concern) == "silent"
    assert runbook_offered(books(LOCKED, silent), Concern(incident=incident())) == "locked"


def test_the_runbook_of_this_job_is_closer_than_that_of_all_jobs() -> None:
    here = front("z-here", failure_classes=["locked"], jobs=["erp"])
    both = books(LOCKED, here)

    assert runbook_offered(both, Concern(incident=incident(), job="erp")) == "z-here"
    assert runbook_offered(both, Concern(incident=incident(), job="mail")) == "locked"


def test_a_retired_runbook_and_one_for_graver_things_are_not_offered() -> None:
    old = front("old", status="retired", failure_classes=["locked"])
    grave = front("grave", failure_classes=["locked"], min_severity="S1")
    concern = Concern(incident=incident())

    assert runbook_offered(books(old, grave), concern) == ""


def test_without_an_answer_the_system_is_brought_back_by_its_own() -> None:
    concern = Concern(incident=incident("timeout"), of_job="locked", of_system="recover")

    assert runbook_offered(books(LOCKED), concern) == "recover"
    assert runbook_offered({}, Concern(incident=incident())) == ""
