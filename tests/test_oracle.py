"""The oracle alone: it finds every state of small protocols, and decides by hand-computed examples as it should."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from attrs import evolve

from protocol.model.course import Given
from protocol.model.guard import Always, And, Clock, Compare, Is, Known, Not, Or, Ratio, Tracked, Value
from protocol.model.input import Input, Number, Tracker, YesNo
from protocol.model.protocol import Level, Protocol
from protocol.model.regimen import NO_DRUG, at_level, regimen
from protocol.model.rule import Action, By, Rule, Same, To, Where
from protocol.model.state import Control, Held, Interval, State
from protocol.model.time import DAY, WEEK
from tests.oracle.decide import Answer, decide
from tests.oracle.explore import Explored, explore

LEVELS = (
    Level("low", regimen("100 mg every 2 days")),
    Level("middle", regimen("100 mg every day")),
    Level("high", regimen("400 mg every day")),
)
ANC = Input("anc", Number("10*9/L", Fraction(0), Fraction(100)), 7 * DAY)
RASH = Input("rash", YesNo(), 7 * DAY)
ON, HELD = (Where("on treatment"),), (Where("held"),)

LOW_ANC = Compare(Value("anc"), "<", Fraction(1))
GOOD_ANC = Compare(Value("anc"), ">=", Fraction(3, 2))
HAS_RASH = Is("rash", "yes")


def rule(name: str, where: tuple[Where, ...], when: object, action: Action, mode: str = "must", **more: object) -> Rule:
    return Rule(name, where, when, mode, action, **more)


START = rule("start", (Where("before treatment"),), Always(), Action("start", To("middle")))
HOLD = rule("hold", ON, LOW_ANC, Action("hold"))
RESUME = rule("resume", HELD, GOOD_ANC, Action("resume", Same()))
ESCALATE = rule("escalate", ON, Not(HAS_RASH), Action("escalate", By(1), "continue"))
REDUCE = rule("reduce", ON, HAS_RASH, Action("reduce", By(1), "stop"))
REVIEW = rule("review", ON, HAS_RASH, Action("review", meanwhile="continue"))
CLEARED = rule("cleared", (Where("in review", by=("review",)),), Not(HAS_RASH), Action("resume", Same()))


def protocol(inputs: tuple[Input, ...], *rules: Rule, trackers: tuple[Tracker, ...] = (), levels: int = 3) -> Protocol:
    return Protocol("small", "1", LEVELS[:levels], inputs, rules, trackers=trackers)


def least(clock: str, constant: int) -> Compare:
    return Compare(Clock(clock), ">=", Fraction(constant))


def tracked(name: str, constant: int) -> Compare:
    return Compare(Tracked(name), ">=", Fraction(constant))


SECOND = Tracker("second", "episodes", LOW_ANC, GOOD_ANC)
TWICE = Tracker("twice", "consecutive", HAS_RASH)
LASTING = Tracker("lasting", "duration", HAS_RASH)
ELIGIBLE = rule("start", (Where("before treatment"),), Not(LOW_ANC), Action("start", To("low")))
NOT_ELIGIBLE = rule("exclude", (Where("before treatment"),), LOW_ANC, Action("stop"))
GIVEN = (None, Given("none"), Given("regimen", LEVELS[0].regimen))

SMALL = {
    "a hold and its resume": (protocol((ANC,), START, HOLD, RESUME), {}),
    "a ladder": (protocol((RASH,), START, REDUCE, ESCALATE), {}),
    "a review": (protocol((RASH,), START, REVIEW, CLEARED), {}),
    "eligibility": (protocol((ANC,), NOT_ELIGIBLE, ELIGIBLE), {}),
    "a second episode stops": (
        protocol((ANC,), START, rule("stop", ON, tracked("second", 2), Action("stop")), HOLD, RESUME, trackers=(SECOND,)), {},
    ),
    "two in a row hold": (
        protocol((RASH,), START, rule("hold", ON, tracked("twice", 2), Action("hold")),
                 rule("resume", HELD, Not(HAS_RASH), Action("resume", By(1), "stop")), trackers=(TWICE,)), {},
    ),
    "two weeks of rash reduce": (
        protocol((RASH,), START, rule("reduce", ON, tracked("lasting", 2 * WEEK), Action("reduce", To("low"))),
                 trackers=(LASTING,)),
        {},
    ),
    "escalated after two weeks on drug": (
        protocol((ANC,), START, HOLD, RESUME,
                 rule("escalate", (Where("on treatment", ("middle",)),), least("treatment", 2 * WEEK),
                      Action("escalate", By(1)))),
        {},
    ),
    "stopped after three weeks on hold": (
        protocol((RASH,), START, rule("hold", ON, HAS_RASH, Action("hold")),
                 rule("stop", HELD, least("state", 3 * WEEK), Action("stop")),
                 rule("resume", HELD, Not(HAS_RASH), Action("resume", Same()))), {"gaps": (5 * DAY, WEEK)},
    ),
    "doses given against the recommendation": (protocol((RASH,), START, REDUCE), {"given": GIVEN}),
}  # fmt: skip


@cache
def explored(name: str) -> tuple[Protocol, Explored]:
    small, how = SMALL[name]
    return small, explore(small, **how)


COUNTS: dict[str, tuple[int, int]] = {
    "a hold and its resume": (74, 444),
    "a ladder": (34, 102),
    "a review": (25, 75),
    "eligibility": (28, 112),
    "a second episode stops": (778, 4668),
    "two in a row hold": (140, 420),
    "two weeks of rash reduce": (88, 264),
    "escalated after two weeks on drug": (249, 1494),
    "stopped after three weeks on hold": (1614, 9681),
    "doses given against the recommendation": (424, 3816),
}
"""States and transitions of each."""


@pytest.mark.parametrize("name", SMALL)
def test_every_state_of_a_small_protocol_is_found_and_there_are_finitely_many(name: str) -> None:
    found = explored(name)[1]
    assert found.complete
    assert (len(found.states), len(found.taken)) == COUNTS[name]


@pytest.mark.parametrize("name", SMALL)
def test_the_dose_is_on_the_ladder_or_none(name: str) -> None:
    small, found = explored(name)
    doses = {at_level(level.name) for level in small.levels} | {NO_DRUG}
    assert {state.dose for state in found.states.values()} <= doses


@pytest.mark.parametrize("name", SMALL)
def test_stopped_is_final_in_every_state(name: str) -> None:
    found = explored(name)[1]
    stopped = [taken for before, taken in found.taken if found.states[before].control.kind == "stopped"]
    assert all(taken.state.control.kind == "stopped" for taken in stopped)


@pytest.mark.parametrize("name", SMALL)
def test_a_hold_is_left_only_by_a_resume_a_stop_or_a_given_dose(name: str) -> None:
    found = explored(name)[1]
    for before, taken in found.taken:
        if found.states[before].control.kind == "held" and taken.state.control.kind != "held":
            assert taken.decision.action in ("resume", "stop") or taken.visit.given is not None


def test_the_shortest_course_to_a_second_episode_has_four_visits() -> None:
    found = explored("a second episode stops")[1]
    course = found.shortest(lambda state: state.control.kind == "stopped")
    assert course is not None
    assert [[str(item.value) for item in visit.observations] for visit in course][1:] == [["1/2"], ["3/2"], ["1/2"]]


def test_a_state_that_no_course_reaches_has_no_shortest_course() -> None:
    assert explored("a hold and its resume")[1].shortest(lambda state: state.control.kind == "stopped") is None


# What follows is computed by hand from the meaning of a decision.


def treated(level: str = "middle", **more: object) -> State:
    began = {"time": 0, "started": 0, "entered": 0, "stepped": 0} | more
    return State(Control("on treatment"), at_level(level), at_level(level), **began)


def held(*reasons: str, level: str = "middle") -> State:
    began = {"time": 0, "started": 0, "entered": 0, "hold_began": 0, "stepped": 0}
    return State(Control("held"), at_level(level), NO_DRUG, reasons=frozenset(reasons), **began)


def read(name: str, low: object, high: object = None, observed: int = WEEK, upper: object = None) -> Held:
    value = low if isinstance(low, str) else Interval(Fraction(low), Fraction(low if high is None else high))
    return Held(name, value, observed, str(low), upper=None if upper is None else Fraction(upper))


def ask(small: Protocol, state: State, *readings: Held, time: int = WEEK, bounds: object = None) -> Answer:
    return decide(small, evolve(state, readings=readings), time, bounds or {})


def outcome(answer: Answer) -> tuple[str, str, str]:
    return answer.status, answer.after.control.kind, str(answer.after.dose)


def test_a_missing_count_leaves_the_dose_in_force_undecided() -> None:
    assert outcome(ask(protocol((ANC,), HOLD), treated())) == ("undecided", "on treatment", "middle")


def test_a_known_count_decides() -> None:
    assert outcome(ask(protocol((ANC,), HOLD), treated(), read("anc", 0))) == ("decided", "held", "none")
    assert outcome(ask(protocol((ANC,), HOLD), treated(), read("anc", 1))) == ("decided", "on treatment", "middle")


def test_a_censored_count_decides_where_its_interval_lies_on_one_side() -> None:
    assert outcome(ask(protocol((ANC,), HOLD), treated(), read("anc", Fraction(0), Fraction(1, 2))))[0] == "decided"
    assert outcome(ask(protocol((ANC,), HOLD), treated(), read("anc", Fraction(0), Fraction(1))))[0] == "undecided"


def test_a_reading_is_valid_to_the_last_minute_and_no_longer() -> None:
    small = protocol((ANC,), HOLD)
    assert outcome(ask(small, treated(), read("anc", 2, observed=0), time=7 * DAY))[0] == "decided"
    assert outcome(ask(small, treated(), read("anc", 2, observed=0), time=7 * DAY + 1))[0] == "undecided"


def test_two_lowerings_give_the_lower_one_that_can_be_undone() -> None:
    reduce = rule("reduce", ON, Not(LOW_ANC), Action("reduce", By(1)))
    assert outcome(ask(protocol((ANC,), HOLD, reduce), treated())) == ("provisional", "held", "none")
    stop = rule("stop", ON, LOW_ANC, Action("stop"))
    assert outcome(ask(protocol((ANC,), stop, reduce), treated())) == ("provisional", "on treatment", "low")


def test_a_stop_that_is_true_whatever_is_missing_withholds_and_does_not_end_treatment() -> None:
    small = protocol(
        (ANC, RASH), rule("escalate", ON, LOW_ANC, Action("escalate", By(1))), rule("stop", ON, HAS_RASH, Action("stop"))
    )
    answer = ask(small, treated(), read("rash", "yes"))
    assert (outcome(answer), answer.withheld) == (("provisional", "on treatment", "none"), True)


def test_a_reduction_needs_evidence_later_than_the_last_step() -> None:
    small = protocol((RASH,), REDUCE)
    assert outcome(ask(small, treated(), read("rash", "yes", observed=0)))[2] == "middle"
    assert outcome(ask(small, treated(), read("rash", "yes", observed=1)))[2] == "low"


def test_a_clock_is_evidence_from_the_moment_it_comes_due() -> None:
    small = protocol((ANC,), rule("escalate", ON, least("start", WEEK), Action("escalate", By(1))))
    assert outcome(ask(small, treated()))[2] == "high"
    assert outcome(ask(small, treated(time=WEEK, stepped=WEEK), time=2 * WEEK))[2] == "middle"


def test_a_step_below_the_ladder_is_undecided_unless_the_rule_says_what_happens() -> None:
    bare = rule("reduce", ON, HAS_RASH, Action("reduce", By(1)))
    assert outcome(ask(protocol((RASH,), bare), treated("low"), read("rash", "yes"))) == ("undecided", "on treatment", "low")
    assert outcome(ask(protocol((RASH,), REDUCE), treated("low"), read("rash", "yes"))) == ("decided", "stopped", "none")


def test_a_hold_is_left_when_every_reason_is_covered_and_at_the_lowest_level() -> None:
    rules = (
        rule("resume-anc", (Where("held", by=("hold",)),), GOOD_ANC, Action("resume", Same())),
        rule("resume-rash", (Where("held", by=("itch",)),), Not(HAS_RASH), Action("resume", By(1))),
    )
    small = protocol((ANC, RASH), *rules)
    good, clear = read("anc", 2), read("rash", "no")
    assert outcome(ask(small, held("hold", "itch"), good, read("rash", "yes"))) == ("decided", "held", "none")
    assert outcome(ask(small, held("hold", "itch"), good, clear)) == ("decided", "on treatment", "low")
    assert outcome(ask(small, held("hold"), good, clear)) == ("decided", "on treatment", "middle")


def test_any_resume_rule_ends_a_hold_that_no_rule_ordered() -> None:
    resume = rule("resume", (Where("held", by=("hold",)),), GOOD_ANC, Action("resume", Same()))
    assert outcome(ask(protocol((ANC,), HOLD, resume), held("unordered"), read("anc", 2)))[1] == "on treatment"


def test_a_resume_is_passed_over_while_a_hold_of_the_level_it_leads_to_is_true() -> None:
    low_only = rule("hold-low", (Where("on treatment", ("low",)),), HAS_RASH, Action("hold"))
    small = protocol((ANC, RASH), low_only, RESUME)
    assert outcome(ask(small, held("hold", level="low"), read("anc", 2), read("rash", "yes")))[1] == "held"
    assert outcome(ask(small, held("hold", level="middle"), read("anc", 2), read("rash", "yes")))[1] == "on treatment"


def test_a_may_rule_is_permitted_in_all_completions_or_unknown_in_some() -> None:
    small = protocol((ANC, RASH), rule("may-escalate", ON, Not(HAS_RASH), Action("escalate", By(1)), "may"))
    assert list(ask(small, treated(), read("rash", "no")).certainty.values()) == [("permitted", {"may-escalate"})]
    assert list(ask(small, treated()).certainty.values()) == [("unknown", {"may-escalate"})]
    assert ask(small, treated(), read("rash", "yes")).certainty == {}


def test_a_verdict_is_every_some_or_none() -> None:
    small, high = (
        protocol((RASH,), rule("may", ON, Not(HAS_RASH), Action("escalate", By(1)), "may")),
        Given("regimen", LEVELS[2].regimen),
    )
    said = [
        ask(small, treated(), *readings).verdict(small, high) for readings in ((read("rash", "no"),), (), (read("rash", "yes"),))
    ]
    assert said == ["every", "some", "none"]


def test_a_ratio_is_unknown_without_the_limit_of_its_record() -> None:
    small = protocol((ANC,), rule("hold", ON, Compare(Ratio("anc", "ULN"), ">", Fraction(3)), Action("hold")))
    assert outcome(ask(small, treated(), read("anc", 10, upper=3)))[1] == "held"
    assert outcome(ask(small, treated(), read("anc", 10)))[0] == "undecided"


def test_known_is_what_it_is_in_every_completion() -> None:
    small = protocol((ANC,), rule("hold", ON, And((Not(Known("anc", DAY)), Or((LOW_ANC, Not(LOW_ANC))))), Action("hold")))
    assert outcome(ask(small, treated(), read("anc", 2, observed=WEEK - DAY)))[1] == "on treatment"
    assert outcome(ask(small, treated(), read("anc", 2, observed=WEEK - DAY - 1)))[1] == "held"


def test_a_tracker_can_be_anything_between_its_bounds() -> None:
    small = protocol((ANC,), rule("hold", ON, tracked("second", 2), Action("hold")), trackers=(SECOND,))
    assert outcome(ask(small, treated(), bounds={"second": (2, 3, 0)})) == ("decided", "held", "none")
    assert outcome(ask(small, treated(), bounds={"second": (1, 3, 0)}))[0] == "undecided"


def test_in_review_the_dose_continues_and_a_hold_is_still_in_force() -> None:
    reviewed = State(Control("in review", "review"), at_level("middle"), at_level("middle"), time=0, started=0, stepped=0)
    small = protocol((ANC, RASH), HOLD, REVIEW, CLEARED)
    assert outcome(ask(small, reviewed, read("anc", 2), read("rash", "yes"))) == ("decided", "in review", "middle")
    assert outcome(ask(small, reviewed, read("anc", 0), read("rash", "yes"))) == ("decided", "held", "none")
