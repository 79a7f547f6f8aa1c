"""Properties judged on one course: which visits break them, for certain or for some missing value, and which count at all."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given, settings

from protocol import trace
from protocol.checks.properties_of_course import judged, moments_of
from protocol.language.from_yaml import parse_claim
from protocol.model.course import Course, Visit
from protocol.model.property import Minutes, OfVisits, Property, Response, Sentence, Until, Visits
from protocol.model.protocol import Protocol
from protocol.model.time import DAY
from protocol.semantics.claims import truth_of, watched
from protocol.testing import courses, protocols
from tests.semantics.small import ESCALATED, PROTOCOL, STARTED, WELL, visit

WELL_NOW = {name: value for name, value in WELL.items() if name != "died"}


def claiming(sentence: Sentence, *exceptions: str) -> Protocol:
    claims = tuple(parse_claim(text, PROTOCOL) for text in exceptions)
    return evolve(PROTOCOL, properties=(Property("it", sentence, claims),))


def of_visits(family: str, text: str, *exceptions: str) -> Protocol:
    return claiming(OfVisits(family, parse_claim(text, PROTOCOL)), *exceptions)  # type: ignore[arg-type]


def response(after: str, within: Visits | Minutes | Until, family: str, text: str, *exceptions: str) -> Protocol:
    sentence = Response(parse_claim(after, PROTOCOL), within, family, parse_claim(text, PROTOCOL))  # type: ignore[arg-type]
    return claiming(sentence, *exceptions)


def failing(protocol: Protocol, *visits: Visit) -> list[tuple[float, bool]]:
    """The day of each failure, and whether it is certain."""
    return [(one.time / DAY, one.certain) for one in judged(protocol, Course("c", visits)).failures]


def claimed(text: str, *visits: Visit) -> bool | None:
    """What a claim is at the last visit."""
    protocol = of_visits("never", text)
    *_, last = moments_of(protocol, Course("c", visits))
    sentence = protocol.properties[0].sentence
    return truth_of(sentence.claim, last)


HELD = visit(7, **{**WELL_NOW, "anc": "0.5"})
BACK = visit(14, **WELL_NOW)
NO_COUNT = visit(7, **{**WELL_NOW, "anc": "nd"})
RAISED = visit(28, "400 mg every day", **{**WELL_NOW, "response": "none"})
MAY_RAISE = visit(28, **{**WELL_NOW, "response": "none"})


@pytest.mark.parametrize(
    ("text", "visits", "truth"),
    [
        ("hold", (STARTED, HELD), True),
        ("held", (STARTED, HELD), True),
        ("was held", (STARTED, HELD), False),
        ("was on treatment at starting", (STARTED, HELD), True),
        ("held by hold-low at starting", (STARTED, HELD), True),
        ("held by hold-tox", (STARTED, HELD), False),
        ("held at escalated", (STARTED, HELD), False),
        ("no drug and dose lowered and dose below reduced", (STARTED, HELD), True),
        ("rule is hold-low and decided and not silent", (STARTED, HELD), True),
        ("time on hold >= 0 days", (STARTED, HELD), True),  # a clock whose event never happened is infinitely old
        ("time on hold < 8 days", (STARTED, HELD), False),
        ("time on hold < 8 days", (STARTED, HELD, BACK), True),
        ("episodes >= 1", (STARTED, HELD), True),
        ("resume and was held and on treatment and dose raised", (STARTED, HELD, BACK), True),
        ("dose is starting and dose at least starting and dose at most starting", (STARTED,), True),
        ("dose above reduced and dose below escalated and dose unchanged", (STARTED, visit(7, **WELL_NOW)), True),
        ("anc < 1", (STARTED, NO_COUNT), None),
        ("anc < 1 or anc >= 1", (STARTED, NO_COUNT), True),
        ("held while anc < 1", (STARTED, NO_COUNT), False),
        ("known(anc)", (STARTED, NO_COUNT), False),
        ("undecided and continue", (STARTED, NO_COUNT), True),
        ("continue and not escalate", (STARTED, MAY_RAISE), True),
        ("escalate and rule is escalate and dose raised", (STARTED, RAISED), True),
        ("dose above escalated", (STARTED, visit(7, "800 mg every day", **WELL_NOW)), False),
        ("stopped and no drug", (STARTED, visit(7, died="yes")), True),
    ],
)
def test_a_claim_is_true_false_or_unknown_at_a_visit(text: str, visits: tuple[Visit, ...], truth: bool | None) -> None:
    assert claimed(text, *visits) is truth


def test_counts_go_on_up_to_what_only_a_property_asks() -> None:
    holds = [visit(7 * number, **{**WELL_NOW, "anc": 4 if number % 2 else "0.5"}) for number in range(1, 12)]
    protocol = evolve(of_visits("never", "episodes >= 5"), rules=tuple(rule for rule in PROTOCOL.rules if rule.name != "give-up"))
    assert failing(protocol, STARTED, *holds) == [(70.0, True)]


@pytest.mark.parametrize(
    ("family", "text", "days"),
    [
        ("never", "hold", [(7.0, True)]),
        ("never", "anc < 0.5 and known(anc)", []),
        ("always", "on treatment", [(7.0, True)]),
        ("always", "not stopped", []),
        ("sometimes", "escalate", []),
    ],
)
def test_a_sentence_of_single_visits(family: str, text: str, days: list[tuple[float, bool]]) -> None:
    assert failing(of_visits(family, text), STARTED, HELD, BACK) == days


def test_what_happens_sometimes_is_shown_by_a_course_on_which_it_happens() -> None:
    assert judged(of_visits("sometimes", "held"), Course("c", (STARTED, HELD))).shown == ("it",)
    assert judged(of_visits("sometimes", "held"), Course("c", (STARTED, BACK))).shown == ()


def test_a_missing_value_makes_a_failure_possible_and_an_exception_that_is_true_forgives_it() -> None:
    assert failing(of_visits("never", "undecided while anc < 1"), STARTED, NO_COUNT) == [(7.0, False)]
    assert failing(of_visits("never", "undecided while anc < 1", "unknown(anc)"), STARTED, NO_COUNT) == []
    assert failing(of_visits("never", "hold", "toxicity >= 1"), STARTED, HELD) == [(7.0, True)]
    assert failing(of_visits("never", "hold", "toxicity <= 1"), STARTED, HELD) == []


def test_a_certain_failure_is_told_before_an_earlier_possible_one() -> None:
    later = visit(14, **{**WELL_NOW, "anc": "0.5"})
    assert failing(of_visits("never", "anc < 1"), STARTED, NO_COUNT, later) == [(14.0, True)]


@pytest.mark.parametrize(
    ("within", "family", "text", "days"),
    [
        (Visits(0), "always", "held", []),
        (Visits(0), "always", "on treatment", [(7.0, True)]),
        (Visits(0), "never", "held", [(7.0, True)]),
        (Visits(1), "sometimes", "on treatment", []),
        (Visits(1), "always", "held", [(7.0, True)]),
        (Visits(1), "sometimes", "stopped", [(7.0, True)]),
        (Visits(2), "sometimes", "stopped", []),  # the course ends before the span does
        (Minutes(7 * DAY), "sometimes", "on treatment", []),
        (Minutes(7 * DAY), "sometimes", "stopped", [(7.0, True)]),
        (Minutes(6 * DAY), "sometimes", "on treatment", []),  # nobody looked on the sixth day, so the next visit counts
        (Minutes(6 * DAY), "always", "held", []),
        (Minutes(7 * DAY), "always", "held", [(7.0, True)]),
        (Minutes(8 * DAY), "sometimes", "stopped", []),
    ],
)
def test_a_response_is_awaited_from_the_visit_on_to_the_end_of_its_span(
    within: Visits | Minutes, family: str, text: str, days: list[tuple[float, bool]]
) -> None:
    assert failing(response("hold", within, family, text), STARTED, HELD, BACK) == days


def test_an_answer_that_came_forgives_a_cause_that_is_not_known() -> None:
    decided_soon = response("anc < 1", Visits(1), "sometimes", "decided")
    assert failing(decided_soon, STARTED, NO_COUNT, visit(14, **WELL_NOW)) == []
    assert failing(decided_soon, STARTED, NO_COUNT, visit(14)) == [(7.0, False)]


def test_an_exception_ends_what_is_awaited() -> None:
    still = visit(14, **{**WELL_NOW, "anc": "0.9"})
    asked = response("hold", Visits(2), "sometimes", "on treatment", "died")
    assert failing(asked, STARTED, HELD, still, visit(21, **{**WELL_NOW, "anc": "0.9", "died": "no"})) == [(7.0, True)]
    assert failing(asked, STARTED, HELD, still, visit(21, died="yes")) == []


LOW = {**WELL_NOW, "anc": "0.9"}


@pytest.mark.parametrize(
    ("family", "text", "days"),
    [
        ("never", "no drug since hold", [(7.0, True)]),
        ("never", "resume while not (no drug since hold)", [(21.0, True)]),
        ("never", "resume while (was held since hold)", [(21.0, True)]),
        ("never", "at least 2 times no drug", [(14.0, True)]),
        ("never", "at least 3 times no drug", []),
        ("always", "not (at least 1 time hold)", [(7.0, True)]),
        ("sometimes", "at least 2 times no drug", []),
    ],
)
def test_a_claim_that_looks_back_counts_the_visits_up_to_this_one(family: str, text: str, days: list[tuple[float, bool]]) -> None:
    assert failing(of_visits(family, text), STARTED, HELD, visit(14, **LOW), visit(21, **WELL_NOW)) == days


def test_what_is_so_sometimes_can_look_back() -> None:
    course = Course("c", (STARTED, HELD, visit(14, **LOW)))
    assert judged(of_visits("sometimes", "at least 2 times no drug"), course).shown == ("it",)
    assert judged(of_visits("sometimes", "at least 3 times no drug"), course).shown == ()


def test_a_visit_at_which_something_was_missing_counts_perhaps() -> None:
    after = (STARTED, HELD, visit(14, **{**LOW, "anc": "nd"}), visit(21, **LOW))  # nor was it counted at the start
    assert failing(of_visits("never", "at least 4 times anc < 1"), *after) == [(21.0, False)]
    assert failing(of_visits("never", "at least 2 times anc < 1"), *after) == [(21.0, True)]
    assert failing(of_visits("never", "at least 5 times anc < 1"), *after) == []


@pytest.mark.parametrize(
    ("until", "count", "days"),
    [
        ("anc >= 1.5", "0.9", []),
        ("stopped", "0.9", [(7.0, True)]),  # what began at the hold and never ended
        ("hold", "0.9", []),  # ended at once
        ("anc >= 1 and anc < 4", "nd", [(7.0, False)]),  # for a count that would have ended it
        ("died", "nd", [(7.0, True)]),
    ],
)
def test_what_has_no_span_is_asked_until_something_ends_it(until: str, count: str, days: list[tuple[float, bool]]) -> None:
    protocol = response("hold", Until(parse_claim(until, PROTOCOL)), "always", "no drug")
    still = visit(14, **{**WELL_NOW, "anc": count})
    assert failing(protocol, STARTED, HELD, still, visit(21, **WELL_NOW)) == days


def test_the_protocol_does_not_answer_for_what_follows_a_deviation() -> None:
    missed = visit(7, "400 mg every day", **{**WELL_NOW, "anc": "0.5"})
    course = Course("c", (STARTED, missed, visit(14, **{**WELL_NOW, "anc": "0.5"})))
    found = judged(of_visits("never", "dose is escalated"), course)
    assert (found.visits, found.failures) == (2, ())
    assert claimed("hold and held and no drug", STARTED, missed) is True


def test_a_dose_that_some_missing_value_permits_is_not_the_protocols_but_the_course_goes_on_from_it() -> None:
    blind = visit(28, "400 mg every day", anc=4, platelets=200, toxicity=0, response="nd")
    protocol = of_visits("never", "escalate")
    assert failing(protocol, STARTED, blind) == []
    assert claimed("was on treatment at escalated", STARTED, blind, visit(35, **WELL_NOW)) is True


def test_what_was_recorded_later_counts_too() -> None:
    from protocol.model.course import Observation

    late = Visit(7 * DAY, (Observation("anc", "0.5", recorded=9 * DAY), *visit(7, platelets=200, toxicity=0).observations))
    assert failing(of_visits("never", "hold"), STARTED, late, visit(10, **WELL_NOW)) == [(7.0, True)]


def test_a_start_that_is_given_unlike_the_level_ordered_is_a_deviation() -> None:
    assert judged(of_visits("never", "stop"), Course("c", (ESCALATED, HELD))).visits == 1


@settings(max_examples=60)
@given(protocols().flatmap(lambda drawn: courses(drawn).map(lambda course: (drawn, course))))
def test_watching_for_properties_changes_no_decision(drawn: tuple[Protocol, Course]) -> None:
    protocol, course = drawn
    plain = trace(evolve(protocol, properties=()), course)
    assert [one.decision for one in trace(watched(protocol), course).steps] == [one.decision for one in plain.steps]


@settings(max_examples=60)
@given(protocols().flatmap(lambda drawn: courses(drawn).map(lambda course: (drawn, course))))
def test_any_property_can_be_judged_on_any_course(drawn: tuple[Protocol, Course]) -> None:
    protocol, course = drawn
    found = judged(protocol, course)
    assert {one.property for one in found.failures} <= set(protocol.properties)
    assert len({one.property.name for one in found.failures}) == len(found.failures)
