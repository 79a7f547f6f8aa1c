"""Spacer and the search never disagree, and what Spacer proves is checked by a second solver."""

from __future__ import annotations

import random

import pytest

from protocol.language.from_yaml import parse
from protocol.language.shipped import load
from protocol.model.property import OfVisits
from protocol.testing.protocols import any_protocol
from protocol.verification.proof.certificates import recheck
from protocol.verification.proof.prove import prove
from tests.oracle.provers import agreeing, shown_wrong

pytest.importorskip("z3", reason="Z3 is not installed")
pytest.importorskip("cvc5", reason="cvc5 is not installed")

TEXT = """protocol: waits
version: 1
doses: {low: 50 mg daily, full: 100 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days, every: 7 days}
otherwise: {before treatment: continue, on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: "anc >= 1.5", must: start at low}
  hold: {in: on treatment, when: "anc < 1", must: hold}
  raise: {in: on treatment at low, when: "time since dose change >= 4 weeks and anc >= 1.5", must: escalate}
  back: {in: held by hold, when: "anc >= 1.5 and time on hold >= 2 weeks", must: "resume at the same level"}
properties:
  not-raised-early: {never: "escalate and time since start < 4 weeks"}
  raised-early: {never: "escalate and time since start < 5 weeks"}
  not-back-early: {never: "resume and time on hold < 2 weeks"}
"""


@pytest.mark.parametrize("seed", [*range(40), 145])
def test_spacer_and_the_search_agree_on_random_protocols(seed: int) -> None:
    assert shown_wrong(agreeing(any_protocol(random.Random(seed).choice, inputs=2), limit=150)) == []


@pytest.mark.parametrize("name", ["cdiscpilot-xanomeline", "clozapine-anc"])
def test_spacer_and_the_search_agree_on_a_shipped_protocol(name: str) -> None:
    found = agreeing(load(name))
    assert len(found) > 10
    assert shown_wrong(found) == []


def test_spacer_finds_what_any_gap_between_visits_makes_possible() -> None:
    waits = parse(TEXT)
    said = agreeing(waits, limit=2_000)
    names = [item.name for item in waits.properties]
    found = {name: (searched, proof.outcome) for name, (searched, _, proof) in zip(names, said, strict=True)}
    assert found == {
        "not-raised-early": ("holds", "holds"),
        "raised-early": ("fails", "fails"),
        "not-back-early": ("holds", "holds"),
    }


def test_a_certificate_is_checked_by_the_second_solver_and_a_wrong_one_refused() -> None:
    waits = parse(TEXT)
    proof = prove(waits, waits.properties[0])
    assert proof.outcome == "holds"
    assert recheck(proof.certificate).confirmed
    lines = proof.certificate.splitlines()
    claims = [number for number, line in enumerate(lines) if line.startswith("(define-fun at-")]
    for claimed, answers in (("true", ("unsat", "unsat", "sat")), ("false", ("sat", "unsat", "unsat"))):
        planted = list(lines)
        for number in claims:
            planted[number] = f"{lines[number].partition(' Bool ')[0]} Bool {claimed})"
        assert recheck("\n".join(planted)).answers == answers


def test_what_cannot_be_put_to_the_solver_is_said() -> None:
    imatinib = load("imatinib-hes")
    at_visits = (item for item in imatinib.properties if isinstance(item.sentence, OfVisits))
    item = next(item for item in at_visits if item.sentence.family == "sometimes")  # type: ignore[union-attr]
    proof = prove(imatinib, item)
    assert proof.outcome == "unsupported"
    assert proof.why == "that something is so sometimes is shown by a course, not proved of all courses"
