"""The rules that permit something are told as the one that decided, and an open question matters where a reading decides else."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from protocol import step, trace
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.decision import Fact
from protocol.model.guard import Named
from protocol.model.protocol import Interpretation, Protocol, Reading
from protocol.model.rule import Action, Citation, Rule
from protocol.model.time import DAY
from protocol.semantics.grounds import grounds, open_questions
from protocol.semantics.trace import state_before
from tests.semantics.small import ON, PROTOCOL, RULES, STARTED, WELL, above, after, visit, with_rules

LOW = Interpretation(
    "low",
    "How low is low?",
    (
        Reading("strict", "Below 2.", above("anc", "<", 2), "a guess"),
        Reading("lax", "Below 1.", above("anc", "<", 1)),
        Reading("laxer", "Below 1.5.", above("anc", "<", "1.5")),
    ),
    "strict",
)
ASKING = with_rules(Rule("hold", ON, Named("low"), "must", Action("hold")), interpretations=(LOW,))


def questions(protocol: Protocol, *visits: Visit) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The open questions of the last visit: name, chosen reading, and what each other reading would do."""
    before, taken = after(*visits[:-1], protocol=protocol), after(*visits, protocol=protocol)
    found = open_questions(protocol, before.state, taken)
    return [(one.name, one.chosen, [(other.reading, other.decision.action) for other in one.others]) for one in found]


@pytest.mark.parametrize(
    ("anc", "others"),
    [
        (2, []),
        (1.8, [("lax", "continue"), ("laxer", "continue")]),
        (1.2, [("lax", "continue")]),
        (0.5, []),
    ],
)
def test_a_question_matters_where_another_reading_decides_otherwise(anc: float, others: list[tuple[str, str]]) -> None:
    assert questions(ASKING, STARTED, visit(7, anc=anc)) == ([("low", "strict", others)] if others else [])


def test_a_question_carries_what_is_asked_what_was_chosen_and_why_that_may_be_wrong() -> None:
    (one,) = open_questions(ASKING, after(STARTED).state, after(STARTED, visit(7, anc=1.2), protocol=ASKING))
    assert (one.question, one.means, one.unverified) == ("How low is low?", "Below 2.", "a guess")
    assert [other.means for other in one.others] == ["Below 1."]


def test_a_question_matters_too_where_only_what_is_permitted_differs_or_how_sure_it_is() -> None:
    rest = Rule("rest", ON, Named("low"), "may", Action("hold"))
    permits = with_rules(rest, interpretations=(LOW,))
    assert questions(permits, STARTED, visit(7, anc=1.2)) == [("low", "strict", [("lax", "continue")])]
    assert questions(ASKING, STARTED, visit(7, anc="nd")) == []
    below = visit(7, anc=1.2)
    censored = evolve(below, observations=(Observation("anc", Fraction("1.6"), censored="<"),))
    assert questions(ASKING, STARTED, censored) == [("low", "strict", [("lax", "continue"), ("laxer", "continue")])]


def test_a_protocol_without_open_questions_has_none_that_matter() -> None:
    assert questions(PROTOCOL, STARTED, visit(7, anc=0.5)) == []


def test_a_rule_that_permits_is_told_with_its_source_its_doubt_and_its_facts() -> None:
    sourced = evolve(RULES[7], source=Citation("paper", "p. 4"), says="They could be raised.", unverified="could, or were")
    protocol = evolve(PROTOCOL, rules=tuple(sourced if one.name == "escalate" else one for one in RULES))
    visits = (STARTED, visit(28, **WELL | {"response": "none"}))
    (one,) = grounds(protocol, after(STARTED, protocol=protocol).state, after(*visits, protocol=protocol))
    assert (one.rule, one.source, one.says, one.unverified) == (
        "escalate", Citation("paper", "p. 4"), "They could be raised.", ("could, or were",),
    )  # fmt: skip
    assert one.facts == (Fact("response", "none", "measured", 28 * DAY), Fact("time since start", "4 weeks", "computed"))


LATE = Observation("anc", Fraction("0.5"), observed=7 * DAY, recorded=13 * DAY)
COURSES = {
    "every visit in time": (STARTED, visit(7, **WELL), visit(14, **WELL | {"anc": 0.5}), visit(21, **WELL)),
    "one recorded later": (STARTED, Visit(7 * DAY, (LATE,)), visit(10, anc=4), visit(14, **WELL)),
    "a date that is a range": (STARTED, Visit(7 * DAY, (Observation("anc", Fraction(4)),), latest=9 * DAY), visit(28, **WELL)),
    "one that was not followed": (STARTED, evolve(visit(7, anc=0.5), given=Given("none")), visit(14, **WELL)),
}


@pytest.mark.parametrize("name", COURSES)
def test_from_the_state_before_a_visit_the_visit_is_decided_as_it_was(name: str) -> None:
    course = Course(name, COURSES[name])
    for one in trace(PROTOCOL, course).steps:
        assert step(PROTOCOL, state_before(PROTOCOL, course, one), one.visit).decision == one.decision
