"""The runbooks that come along: one for every failure, in both languages, readable anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from continuity.cli.columns import width
from continuity.cli.language import speak
from continuity.cli.paint import unpainted
from continuity.cli.runbook_screen import Reading, lines_of, plain_of
from continuity.config.loading import load
from continuity.config.workspace import Workspace
from continuity.domain.failure import FailureClass
from continuity.domain.fault import FaultKind
from continuity.domain.offering import Concern, runbook_offered
from continuity.domain.runbook_document import RunbookDocument
from tests.support.incidents import opened
from tests.support.shapes import shape_of
from tests.support.shipped import LANGUAGES, Language, begun_in

ROOT = Path(__file__).parents[2]
SECTIONS = {
    "es": ["significado", "impacto", "diagnostico", "mitigacion", "verificacion"],
    "en": ["meaning", "impact", "diagnosis", "mitigation", "verification"],
}
ELSEWHERE = {
    FaultKind.CHANNEL_SILENT,
    FaultKind.TRACKER_REFUSES,
    FaultKind.HEARTBEAT_SILENT,
    FaultKind.NEIGHBOUR_SILENT,
    FaultKind.NEIGHBOUR_UNWELL,
    FaultKind.WATCHER_DEAF,
}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[Language]:
    speak(request.param)
    yield request.param
    speak("en")


TWINS = {
    "perdida-identidad": "identity-lost",
    "perdida-sede": "site-lost",
    "posible-cifrado": "possible-encryption",
    "recuperar-continuity": "recover-continuity",
    "recuperar-correo": "recover-mail",
    "recuperar-facturacion": "recover-billing",
    "recuperar-ficheros": "recover-files",
    "recuperar-nominas": "recover-payroll",
    "recuperar-tienda-online": "recover-shop",
    "recuperar-tpv": "recover-tills",
    "traspaso-a-interno": "hand-over-inside",
    "traspaso-a-proveedor": "hand-over-provider",
}

CHOICES = {
    "take a desk off the network": ("posible-cifrado", "aislar-puesto"),
    "take a server off the network": ("posible-cifrado", "aislar-servidores"),
    "cut remote access, or the internet": ("posible-cifrado", "cortar-exterior"),
    "disable accounts, the provider's too": ("posible-cifrado", "deshabilitar-cuentas"),
    "restore over production or beside": ("recuperar-facturacion", "restaurar-donde"),
    "accept a loss of data": ("recuperar-facturacion", "aceptar-perdida"),
    "call paid help": ("posible-cifrado", "urgencias"),
    "go to paper": ("posible-cifrado", "pasar-a-papel"),
    "tell authority, insurer, customers": ("posible-cifrado", "avisar-fuera"),
    "declare it over": ("posible-cifrado", "dar-por-terminado"),
    "loss of the site: what is lost": ("perdida-sede", "aceptar-perdida"),
    "loss of the site: paid help": ("perdida-sede", "urgencias"),
    "loss of the site: who outside is told": ("perdida-sede", "avisar-fuera"),
    "loss of the site: declare it over": ("perdida-sede", "dar-por-terminado"),
}


@cache
def load_firm() -> Workspace:
    return load(ROOT)


def explaining(workspace: Workspace) -> dict[str, RunbookDocument]:
    return {name: book for name, book in workspace.books.items() if not book.steps}


def answered(workspace: Workspace) -> Counter[str]:
    fronts = workspace.runbooks.values()
    return Counter(one.value for front in fronts for one in front.scope.failure_classes)


def test_every_failure_class_has_one_runbook_of_its_own(language: Language) -> None:
    for workspace in (begun_in(language), load_firm()):
        alone = [len(one.scope.failure_classes) <= 1 for one in workspace.runbooks.values()]

        assert answered(workspace) == Counter(one.value for one in FailureClass)
        assert all(alone)


def test_every_kind_of_incident_is_offered_a_runbook(language: Language) -> None:
    _board, incident = opened()
    books = begun_in(language).runbooks
    for kind in FaultKind:
        for failure in FailureClass:
            one = replace(incident, kind=kind, failure=failure.value)
            offered = books[runbook_offered(books, Concern(incident=one))]
            expected = (kind in ELSEWHERE, kind not in ELSEWHERE)

            assert (kind in offered.scope.faults, failure in offered.scope.failure_classes) == (
                expected
            )


def test_a_runbook_that_explains_has_the_five_sections(language: Language) -> None:
    for name, book in explaining(begun_in(language)).items():
        assert [one.anchor for one in book.passages] == SECTIONS[language], name
        assert book.front.lang == language


def test_the_firm_of_the_demonstration_has_the_same_pages() -> None:
    firm, shipped = explaining(load_firm()), explaining(begun_in("es"))

    assert firm.keys() == shipped.keys()
    for name, book in shipped.items():
        told = [(one.title, one.prose) for one in book.passages]

        assert [(one.title, one.prose) for one in firm[name].passages] == told, name
        assert firm[name].front.title == book.front.title
        assert firm[name].front.scope == book.front.scope


def test_every_runbook_fits_a_terminal_of_80_columns(language: Language) -> None:
    for workspace in (begun_in(language), load_firm()):
        for name, book in workspace.books.items():
            lines = list(lines_of(Reading(book=book, people=workspace.people, columns=80)))

            assert max(map(width, lines)) <= 80, name
            assert all(unpainted(line).isprintable() for line in lines), name


def test_what_is_followed_step_by_step_is_the_same_in_both_languages() -> None:
    spanish, english = (begun_in(one).books for one in LANGUAGES)
    followed = {name for name, book in spanish.items() if book.steps}

    assert followed == TWINS.keys()
    assert {name for name, book in english.items() if book.steps} == set(TWINS.values())
    for ours, theirs in TWINS.items():
        assert shape_of(spanish[ours]) == shape_of(english[theirs]), ours


def test_the_firm_follows_the_same_steps_with_its_own_names() -> None:
    shipped, firm = begun_in("es").books, load_firm().books
    for name in TWINS:
        told = [(one.anchor, one.step and one.step.type) for one in shipped[name].passages]

        assert [(one.anchor, one.step and one.step.type) for one in firm[name].passages] == told


def test_no_new_workspace_knows_the_firm_of_the_demonstration() -> None:
    names = ("Montelar", "Norbit", "Elena", "Marcos", "Lucía", "Rubén")
    for workspace in map(begun_in, LANGUAGES):
        for name, book in workspace.books.items():
            told = str(plain_of(book))

            assert [one for one in names if one in told] == [], name


@pytest.mark.parametrize("choice", CHOICES)
def test_the_choices_of_the_bad_day_are_settled_before_it(choice: str) -> None:
    name, decision = CHOICES[choice]
    for books in (begun_in("es").books, load_firm().books):
        found = books[name].decision(decision)

        assert found is not None
        assert found.trigger
        assert found.decide_within is not None
        assert found.if_unreachable is not None
        assert len(found.decides) + len(found.consult) > 1


def test_everybody_in_a_runbook_of_the_firm_has_two_who_stand_in() -> None:
    for name, book in load_firm().books.items():
        short = [role for role, part in book.front.roles.items() if len(part.deputies) < 2]

        assert short == [], name
