"""All mutants of both versions of imatinib-hes, of the package and of the text: `SOAK=1 pytest -m soak -s <this file>`.

Where cvc5 finds that no patient is decided differently, no course that was written by hand tells the mutant. Where it finds one,
who need not be reachable, a course tells it or the search has one; what the search proves to be the same on all courses is to be
found alike by cvc5 too, or is listed here with the reason. `SOAK_CASES` asks so many of each kind only, drawn by `SOAK_SEED`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from attrs import define, evolve, field

from protocol.commands.told import by_hand, met
from protocol.errors import ProtocolError
from protocol.language.shipped import find, load
from protocol.model.course import Course
from protocol.model.difference import Look
from protocol.model.input import Derived
from protocol.model.protocol import Protocol
from protocol.semantics.trace import trace
from protocol.verification.difference.meanings import look_at, meaning_of
from protocol.verification.mutation.differing import Search
from protocol.verification.mutation.mutants import mutants
from protocol.verification.search.grids import visit_grid
from tests.verification.text_mutants import text_mutants

pytest.importorskip("cvc5", reason="cvc5 is not installed")

from tests.oracle.by_solver import Comparing

STATES, SECONDS = 100_000, 30.0
REACHABLE_ONLY = {
    "hold-reaction/once/73df": "an outcome is entered when it is observed: see the test of verification",
    "hold-severe-toxicity/order/4174": "whether a reaction is withheld is never open, so never are both holds only possible",
}
"""Mutants that differ for a patient who cannot be, or that the formulas take for different to be safe, each with why."""


@define
class Told:
    """The courses written by hand, and what the protocol shows on each; those that told a mutant last are tried first."""

    protocol: Protocol
    shown: list[tuple[Course, list[Look]]] = field(factory=list)

    def by(self, other: Protocol) -> str:
        for place, (course, looks) in enumerate(self.shown):
            if _tells(other, course, looks):
                self.shown.insert(0, self.shown.pop(place))
                return course.name
        return ""


def _tells(other: Protocol, course: Course, looks: list[Look]) -> bool:
    try:
        steps = trace(other, course).steps
    except ProtocolError:
        return True
    return any(meaning_of(look, look_at(other, one)) is not None for look, one in zip(looks, steps, strict=True))


def plainly(protocol: Protocol) -> Protocol:
    """The rules that are in force and what they mean, without the readings that were not chosen, so that none is changed."""
    chosen = [(one.name, one.reading().guard) for one in protocol.interpretations]
    derived = (*protocol.derived, *(Derived(name, guard) for name, guard in chosen if guard is not None))
    rules = tuple(evolve(rule, under=()) for rule in protocol.in_force())
    return evolve(protocol, rules=rules, derived=derived, interpretations=(), properties=(), expectations=(), monitoring=())


def changed(protocol: Protocol, kind: str) -> Iterator[tuple[str, Protocol]]:
    if kind == "text":
        return text_mutants(protocol)
    return ((one.name, one.protocol) for one in mutants(protocol))


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
@pytest.mark.parametrize("kind", ["mutate", "text"])
@pytest.mark.parametrize("spec", ["imatinib-hes", "imatinib-hes/2026-dress"])
def test_cvc5_and_the_courses_and_the_search_agree(spec: str, kind: str) -> None:
    protocol = plainly(load(find(spec)))
    courses = [one.course for one in met(load(find(spec)), by_hand(spec, load(find(spec))))]
    told = Told(protocol, [(one, [look_at(protocol, step) for step in trace(protocol, one).steps]) for one in courses])
    comparing, found, wrong = Comparing(protocol), Counter[str](), list[str]()
    asked = list(changed(protocol, kind))
    seed = int(os.environ.get("SOAK_SEED") or 0)
    for name, other in Random(seed).sample(asked, min(len(asked), int(os.environ.get("SOAK_CASES") or len(asked)))):
        says = _judged(comparing, told, other)
        found[says] += 1
        if says in ("alike, and told by a course", "proved the same, and not alike") and name not in REACHABLE_ONLY:
            wrong.append(f"{name}: {says}")
        if "not" in says or says.startswith("alike") or wrong:
            print(f"{spec} {kind} {name}: {says}", flush=True)
    print(f"\n{spec}, {kind}, {len(asked)} mutants, {len(courses)} courses: {dict(found)}", flush=True)
    assert not wrong


def _judged(comparing: Comparing, told: Told, other: Protocol) -> str:
    alike, course = not comparing.differs(other), told.by(other)
    if alike:
        return "alike, and told by a course" if course else "alike"
    if course:
        return "told by a course"
    searched = Search(told.protocol, other, visit_grid(told.protocol), STATES, SECONDS).first()
    return "proved the same, and not alike" if searched.proved else "found by the search" if searched.courses else "not told"
