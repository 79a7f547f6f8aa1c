"""The literal text of 2003, the repairs of it that look right, and heparin in whole seconds: each with the patient who breaks it.

The golden files say it for people, one file for each sentence, with the course as a table that can be pasted into a file of
courses. PROTOCOL_GOLDEN=write writes them anew; read the difference before keeping it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from attrs import evolve

from protocol.adapters.from_markdown import from_markdown
from protocol.adapters.verification_text import failure_lines, standing_lines
from protocol.adapters.verified import Verified
from protocol.adapters.verified import judged as standings
from protocol.checks.properties_of_course import judged
from protocol.commands.verified import Asked, verified
from protocol.errors import InputError
from protocol.language.shipped import load
from protocol.model.course import Course, Observation, Visit
from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.model.verification import Verdict
from protocol.semantics.trace import trace
from protocol.verification.verify import verify
from tests.verification.literal_text import HERE, LITERAL, Literal, file_of

LEVEL = "  of-leukaemia: 300 mg every day\n"
GOLDEN = Path(__file__).parent / "golden" / "literal"
WELL: dict[str, str | Fraction | int] = {
    "hes": "yes", "consent": "yes", "ecog": 1, "nyha": 1, "life-expectancy": 52, "creatinine": 1, "bilirubin": 1, "alt": 20,
    "ast": 20, "anc": 4, "platelets": 250, "aec": Fraction(1, 5), "toxicity": 0, "unmanageable-toxicity": "no",
    "symptoms": "improved", "benefit": "yes", "response": "partial", "progression": "no", "new-rash": "no", "rash": "none",
    "facial-oedema": "no", "temperature": 37, "organs": 0,
}  # fmt: skip
"""A patient who is well and responds."""

each = pytest.mark.parametrize("one", LITERAL, ids=[one.name for one in LITERAL])


@cache
def found(one: Literal) -> Verified:
    """What is found of the one property in the part of the file, without the places in it."""
    asked = Asked((one.property,), {"every": one.every}, from_cache=False)
    searched = verified(file_of(one.part.file), one.part.searched(one.property), asked, lambda text: None)
    verdicts = tuple(_without_places(verdict) for verdict in searched.report.verdicts)
    return evolve(searched, file="", lines={}, report=evolve(searched.report, verdicts=verdicts))


def _without_places(verdict: Verdict) -> Verdict:
    shown = verdict.counterexample
    if shown is not None:
        near, waits = (re.sub(r" \([^()]*\.yaml:\d+\)", "", said) for said in (shown.near_says, shown.waits_says))
        shown = evolve(shown, near_says=near, waits_says=waits)
    return evolve(verdict, file="", line=0, counterexample=shown)


def fails(one: Literal) -> tuple[Verdict, Course]:
    """The verdict on it, and the course on which it fails."""
    (verdict,) = found(one).report.verdicts
    assert verdict.outcome == "fails" and verdict.counterexample is not None
    return verdict, verdict.counterexample.course


def all_else_normal(one: Literal, protocol: Protocol, course: Course) -> Course:
    """The course with each finding of which it says nothing normal, as far as none counts that was measured before."""
    seen: dict[str, int] = {}
    visits = []
    for visit in course.visits:
        seen |= {reading.input: visit.time for reading in visit.observations}
        more = tuple(_normal(one, protocol, visit, seen))
        seen |= {reading.input: visit.time for reading in more}
        visits.append(evolve(visit, observations=tuple(map(_with_limit, (*visit.observations, *more)))))
    return evolve(course, visits=tuple(visits))


def _normal(one: Literal, protocol: Protocol, visit: Visit, seen: dict[str, int]) -> Iterator[Observation]:
    for item in protocol.inputs:
        last = seen.get(item.name)
        counts = last is not None and (item.valid_for is None or visit.time - last <= item.valid_for)
        if item.name in WELL and not counts and item.name not in one.missing:
            value = WELL[item.name]
            yield Observation(item.name, value if isinstance(value, str) else Fraction(value))


def _with_limit(reading: Observation) -> Observation:
    """A liver test that is normal where its record has no limit of normal."""
    of_liver = reading.input in ("bilirubin", "alt", "ast") and reading.upper is None
    return evolve(reading, upper=reading.value) if of_liver and isinstance(reading.value, Fraction) else reading


@each
def test_the_text_at_its_word_fails_with_the_shortest_patient(one: Literal) -> None:
    shown = found(one)
    (standing,) = standings(shown)
    said = "\n".join((*standing_lines(standing, 100), "", *failure_lines(shown, standing, 100)))
    story, heading, course = said.partition("\n\n## ")
    reading = f", with {one.part.reading[0]} read as {one.part.reading[1]}" if one.part.reading else ""
    title = one.name.replace("-", " ").capitalize()
    where = f"{one.part.file}: {shown.protocol.name} {shown.protocol.version}{reading}"
    text = f"# {title}\n\n{one.sentence}\n\nIn {where}.\n\n```text\n{story}\n```{heading}{course}\n"
    golden = GOLDEN / f"{one.name}.md"
    if os.environ.get("PROTOCOL_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    (example,) = from_markdown(f"# Courses\n\n## {course}", one.part.whole).examples
    assert len(example.course.visits) == one.visits


@each
def test_with_all_else_normal_the_whole_file_decides_the_same_and_breaks_the_property(one: Literal) -> None:
    verdict, course = fails(one)
    whole = one.part.whole
    patient = all_else_normal(one, whole, course)
    part, all_of_it = trace(one.part.searched(one.property), course), trace(whole, patient)
    assert [_done(step) for step in all_of_it.steps] == [_done(step) for step in part.steps]
    if verdict.origin == "spec":
        assert (one.property, True) in {(failure.property.name, failure.certain) for failure in judged(whole, patient).failures}


def _done(step: Step) -> tuple[object, ...]:
    """What a visit comes to, and whether what was given is permitted."""
    decision = step.decision
    return decision.action, decision.after, decision.rule, decision.conflict, step.verdict and step.verdict.permitted


@each
def test_the_amended_text_keeps_the_property_or_waives_it_by_name(one: Literal) -> None:
    (verdict,) = verify(one.kept.searched(one.property), only=(one.property,), every=one.every).verdicts
    assert (verdict.outcome, bool(verdict.waiver)) == ("fails" if one.waived else "holds", one.waived)
    assert not verdict.vacuous


def test_a_level_of_leukaemia_that_is_not_on_the_ladder_is_refused_before_anything_is_searched(tmp_path: Path) -> None:
    text = (HERE / "as-in-leukaemia.yaml").read_text(encoding="utf-8")
    without = text.replace("  of-leukaemia: 300 mg every day\n", "").replace(
        "../../../specs/imatinib-hes/protocol.yaml", "imatinib-hes"
    )
    (tmp_path / "as-in-leukaemia.yaml").write_text(without, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load(str(tmp_path / "as-in-leukaemia.yaml"))
    assert [problem.code for problem in raised.value.problems] == ["P013"]
