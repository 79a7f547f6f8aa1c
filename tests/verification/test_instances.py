"""Of a built-in property that fails only some failures are named: every other one is shown, and what is named has to fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import evolve

from protocol.checks.properties_of_course import moments_of
from protocol.language.from_yaml import parse
from protocol.model.course import Course
from protocol.model.expectation import Expectation
from protocol.model.property import Claim, Past, claims
from protocol.model.protocol import Protocol
from protocol.model.time import WEEK
from protocol.model.verification import Verdict
from protocol.semantics.claims import truth_of
from protocol.verification.properties.built_in import ALL, failing
from protocol.verification.properties.instances import Instances
from protocol.verification.properties.judging import Judging
from protocol.verification.verify import verify
from tests.oracle.explore import explore
from tests.oracle.search import drawn, letters, search

WARD = """protocol: ward
version: 1
doses: {low: 50 mg daily, full: 100 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days, every: 7 days, worse: low}
  rash: {yes or no, valid for: 8 days, every: 7 days}
otherwise: {before treatment: continue, on treatment: continue}
rules:
  hold-low: {in: on treatment, when: "anc < 1", must: hold}
  hold-rash: {in: on treatment, when: "rash", must: hold}
  start: {in: before treatment, when: "anc >= 1.5 and rash is no", must: start at full}
  back-low: {in: held by hold-low, when: "anc >= 1.5", must: resume at the next lower level}
  back-rash: {in: held by hold-rash, when: "rash is no", must: resume at the same level}
  wait: {in: held by hold-low, when: "anc < 1.5", must: continue}
properties:
"""
STUCK = "was held by hold-low at low"
SILENT = f'where: ["was held by hold-rash", "{STUCK}", "was held by hold-low and rash"]'


def verdicts(said: str, name: str, text: str = WARD) -> list[Verdict]:
    return list(verify(parse(f"{text}  {name}: {{waiver: Ours., {said}}}\n"), only=[name]).verdicts)


@pytest.mark.parametrize(
    ("name", "where", "outcomes", "red"),
    [
        # What is named is all that fails; it is named by several claims, of each of which something fails.
        ("every-hold-has-a-way-out", f'where: "{STUCK}"', ["holds", "fails"], []),
        ("no-dead-end", f'where: ["{STUCK} and rash is no", "{STUCK} and rash"]', ["holds", "fails", "holds"], [2]),
        ("no-silent-visit", SILENT, ["holds", "fails", "fails", "fails"], []),
        # Something else fails as well; at what is named nothing does; both.
        ("no-silent-visit", 'where: "was held by hold-rash"', ["fails", "fails"], [0]),
        ("no-silent-visit", 'where: ["was held", "was on treatment"]', ["holds", "fails", "holds"], [2]),
        ("every-hold-has-a-way-out", 'where: "was on treatment"', ["fails", "holds"], [0, 1]),
    ],
)  # fmt: skip
def test_what_is_not_named_holds_or_is_red_and_so_is_what_is_named_and_does_not_fail(
    name: str, where: str, outcomes: list[str], red: list[int]
) -> None:
    found = verdicts(where, name)
    assert [one.outcome for one in found] == outcomes
    assert [one.named for one in found if not one.is_as_expected] == red
    assert all(one.counterexample for one in found if one.outcome == "fails")
    assert [bool(one.waiver) for one in found] == [False, *(True for _ in found[1:])]


def test_another_silent_visit_that_is_planted_is_shown_on_its_shortest_course() -> None:
    planted = WARD.replace('when: "anc < 1.5", must: continue', 'when: "anc < 1.4", must: continue')
    assert planted != WARD
    elsewhere, *_ = verdicts(SILENT, "no-silent-visit", planted)
    assert elsewhere.outcome == "fails" and not elsewhere.is_as_expected
    assert elsewhere.counterexample is not None
    assert [visit.time for visit in elsewhere.counterexample.course.visits] == [0, WEEK, 2 * WEEK]
    assert elsewhere.counterexample.rule == ""


def test_of_two_patients_it_is_asked_of_the_worse_one_who_gets_more() -> None:
    more = WARD.replace(
        "rules:\n",
        """rules:
  too-well: {in: on treatment at full, when: "anc >= 3", must: hold}
  raise: {in: on treatment at low, when: "anc >= 1 and anc < 1.2", must: escalate}
""",
    )
    held, raised = "not escalate and anc < 3", "escalate"
    for where, outcomes in (
        (f'["{held}", "{raised}"]', ["holds", "fails", "fails"]),
        (f'["{held}"]', ["fails", "fails"]),
        ('["hold", "escalate"]', ["fails", "holds", "fails"]),
    ):
        found = verdicts(f"where: {where}", "never-better-never-more", more)
        assert [one.outcome for one in found] == outcomes
    assert found[0].counterexample is not None and found[0].counterexample.beside is not None


def test_a_missing_value_that_may_be_one_that_is_named_is_not_asked_for_beside_it() -> None:
    """Where the count is missing the protocol is silent for some of its values only, each of which is looked at by itself."""
    gap = WARD.replace("on treatment: continue}", "held: continue}").replace(
        "rules:\n", 'rules:\n  go-on: {in: on treatment, when: "anc >= 1.1 and rash is no", must: continue}\n'
    )
    assert [one.outcome for one in verdicts('where: "anc >= 1 and anc < 1.1"', "no-silent-visit", gap)] == ["holds", "fails"]
    assert [one.outcome for one in verdicts('where: "anc >= 1 and anc < 1.05"', "no-silent-visit", gap)] == ["fails", "fails"]


def test_without_where_a_waiver_is_of_all_failures() -> None:
    (one,) = verify(parse(f"{WARD}  no-silent-visit: {{waiver: Ours.}}\n"), only=["no-silent-visit"]).verdicts
    assert (one.outcome, one.is_as_expected, one.named) == ("fails", True, 0)


def claims_of_one_visit(one: Protocol) -> Iterator[Claim]:
    """What the properties of a protocol claim of a visit by itself."""
    for item in one.properties:
        roots = (item.sentence.claim, *item.exceptions)
        yield from (root for root in roots if not any(isinstance(part, Past) for part in claims(root)))


SEEDS = [seed for seed in range(60) if letters(drawn(seed)) <= 24]


@pytest.mark.parametrize("seed", SEEDS[:16])
def test_what_is_named_and_all_else_are_together_all_failures(seed: int) -> None:
    one = drawn(seed)
    exploring, explored = search(one, remembers=False, limit=60)
    judging = Judging(exploring)

    for claim in list(dict.fromkeys(claims_of_one_visit(one)))[:2]:
        for item in ALL:
            whole, named, other = (
                min((len(way.path) for way in failing(exploring, explored, item, instances).certain), default=99)
                for instances in (Instances(judging), Instances(judging, (claim,), named=True), Instances(judging, (claim,)))
            )
            assert whole == min(named, other)


@pytest.mark.parametrize("seed", SEEDS[:16])
def test_a_silent_visit_that_brute_force_comes_to_and_that_is_not_named_is_never_passed_over(seed: int) -> None:
    one = drawn(seed)
    by_force = explore(one, (WEEK,), limit=6)
    for claim in list(dict.fromkeys(claims_of_one_visit(one)))[:2]:
        said = evolve(one, properties=(), expectations=(Expectation("no-silent-visit", waiver="Ours.", where=(claim,)),))
        missed = False
        for here, step in by_force.taken:
            if step.decision.silent and not missed:
                visits = by_force.shortest(lambda state, here=here: state == by_force.states[here]) or ()
                *_, last = moments_of(said, Course("one", (*visits, step.visit)))
                missed = truth_of(claim, last) is False
        elsewhere, _ = verify(said, only=["no-silent-visit"], every=WEEK, states=400).verdicts
        assert not (missed and elsewhere.outcome == "holds")
