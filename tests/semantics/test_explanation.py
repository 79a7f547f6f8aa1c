"""A decision explains itself: rule, source, facts, what is due, what is unverified; and coverage counts what was reached."""

from __future__ import annotations

from attrs import evolve

from protocol import initial, trace
from protocol.model.course import Course
from protocol.model.decision import Due, Fact
from protocol.model.guard import Always, And, Clock, Compare, Is, Known, Named
from protocol.model.input import Derived, Schedule
from protocol.model.protocol import Interpretation, Reading, Source
from protocol.model.rule import Action, Citation, Rule
from protocol.model.time import DAY
from protocol.semantics.coverage import coverage
from tests.semantics.small import LOW, ON, PROTOCOL, RULES, STARTED, WELL, above, after, said, visit, with_rules


def test_the_facts_are_what_the_rule_asks_with_value_time_and_how_well_they_are_known() -> None:
    taken = after(STARTED, visit(5, platelets=180), visit(7, anc=0.8))
    assert taken.decision.facts == (
        Fact("anc", "0.8", "measured", 7 * DAY),
        Fact("platelets", "180", "carried", 5 * DAY),
    )


def test_a_fact_that_lapsed_is_unknown_and_says_when_it_was_last_seen() -> None:
    taken = after(STARTED, visit(5, platelets=180), visit(20, anc=0.8))
    assert taken.decision.facts[1] == Fact("platelets", "180", "unknown", 5 * DAY)


def test_clocks_and_trackers_are_facts_too() -> None:
    taken = after(STARTED, visit(7, **WELL | {"anc": 0.5}), visit(14, **WELL), visit(28, **WELL | {"response": "none"}))
    rule = evolve(RULES[7], mode="must")
    protocol = evolve(PROTOCOL, rules=tuple(rule if one.name == "escalate" else one for one in RULES))
    taken = after(STARTED, visit(28, **WELL | {"response": "none"}), protocol=protocol)
    assert taken.decision.facts == (
        Fact("response", "none", "measured", 28 * DAY),
        Fact("time since start", "4 weeks", "computed"),
    )


def test_source_paraphrase_and_doubt_travel_with_the_decision() -> None:
    doubted = Source("memo", "A memo", unverified="seen once, years ago")
    hold = Rule("hold", ON, LOW, "must", Action("hold"), source=Citation("memo", "p. 2"), says="Low counts hold.")
    protocol = with_rules(hold, sources=(doubted,))
    decision = after(STARTED, visit(7, anc=0.5), protocol=protocol).decision
    assert (decision.source, decision.says) == (Citation("memo", "p. 2"), "Low counts hold.")
    assert decision.unverified == ("seen once, years ago",)


def test_a_rule_of_an_unverified_reading_says_so() -> None:
    readings = (Reading("a", "one way", unverified="a guess"), Reading("b", "another"))
    hold = Rule("hold", ON, LOW, "must", Action("hold"), under=(("question", "a"),))
    protocol = with_rules(hold, interpretations=(Interpretation("question", "Which?", readings, "a"),))
    assert after(STARTED, visit(7, anc=0.5), protocol=protocol).decision.unverified == ("a guess",)
    other = protocol.with_reading("question", "b")
    assert said(after(STARTED, visit(7, anc=0.5), protocol=other))[1] == "continue"


def test_a_reading_can_give_a_name_in_a_guard_its_meaning() -> None:
    readings = (Reading("strict", "", above("anc", "<", 2)), Reading("lax", "", above("anc", "<", 1)))
    protocol = with_rules(
        Rule("hold", ON, Named("low"), "must", Action("hold")),
        interpretations=(Interpretation("low", "How low?", readings, "strict"),),
    )
    assert said(after(STARTED, visit(7, anc=1.5), protocol=protocol))[1] == "hold"
    assert said(after(STARTED, visit(7, anc=1.5), protocol=protocol.with_reading("low", "lax")))[1] == "continue"


def test_a_derived_input_is_computed_at_each_visit_and_unknown_where_its_guard_is() -> None:
    well = Derived("well", And((above("anc", ">=", 2), Is("response", "complete"))))
    protocol = with_rules(Rule("rest", ON, Named("well"), "must", Action("hold")), derived=(well,))
    for response, expected in (("complete", "decided"), ("nd", "undecided"), ("none", "decided")):
        assert said(after(STARTED, visit(7, anc=3, response=response), protocol=protocol))[0] == expected


def test_what_is_due_and_overdue_is_said() -> None:
    weekly = evolve(PROTOCOL.input("anc"), schedule=Schedule(7 * DAY, 8 * DAY))
    protocol = evolve(PROTOCOL, inputs=(weekly, *PROTOCOL.inputs[1:]))

    def due(day: int) -> tuple[Due, ...]:
        return after(STARTED, visit(7, anc=4), visit(day), protocol=protocol).decision.due

    assert due(13) == ()
    assert due(14) == (Due("anc", "due", 14 * DAY, 15 * DAY),)
    assert due(16) == (Due("anc", "overdue", 14 * DAY, 15 * DAY),)
    not_done = after(STARTED, visit(7, anc=4), visit(16, anc="nd"), protocol=protocol)
    assert not_done.decision.due == (Due("anc", "overdue", 14 * DAY, 15 * DAY),)
    assert after(STARTED, visit(9), protocol=protocol).decision.due == (Due("anc", "never measured", 7 * DAY, 8 * DAY),)


def test_coverage_counts_only_visits_that_assert_something() -> None:
    course = Course("a patient", (STARTED, visit(7, **WELL | {"anc": 0.5}), visit(14, **WELL)))
    run = trace(PROTOCOL, course)
    everything = coverage(PROTOCOL, [(run, (True, True, True))])
    nothing = coverage(PROTOCOL, [(run, (False, False, False))])
    assert ("rule", "hold-low") in everything.reached
    assert nothing.reached == frozenset()
    assert "rule: 0 of 9" in nothing.lines()
    assert not everything.complete


def test_a_guard_that_cannot_be_unknown_is_not_expected_to_be() -> None:
    rules = (
        Rule("always", ON, Always(), "may", Action("stop")),
        Rule("clock", ON, Compare(Clock("start"), ">=", DAY), "may", Action("stop")),
        Rule("known", ON, And((Known("died"), Is("died", "yes"))), "may", Action("stop")),
        Rule("open", ON, Is("died", "yes"), "may", Action("stop")),
    )
    goals = [name for kind, name in coverage(with_rules(*rules), []).goals if kind == "guard"]
    assert goals == [
        "always true",
        *("clock true", "clock false"),
        *("known true", "known false"),
        *("open true", "open false", "open unknown"),
    ]


def test_a_provisional_visit_is_wanted_only_where_lowerings_can_compete() -> None:
    hold = Rule("hold", ON, Is("died", "yes"), "must", Action("hold"))
    another = Rule("another", ON, Is("eligible", "no"), "must", Action("hold"))
    stop = Rule("stop", ON, Is("eligible", "no"), "must", Action("stop"))
    ask = Rule("ask", ON, Is("eligible", "no"), "must", Action("review", meanwhile="continue"))
    wanted = {
        "one lowering": (hold, another),
        "two lowerings": (hold, stop),
        "one below a review": (ask, hold),
    }
    assert {
        name: [goal for goal in coverage(with_rules(*rules), []).goals if goal[1] == "provisional"]
        for name, rules in wanted.items()
    } == {
        "one lowering": [],
        "two lowerings": [("status", "provisional")],
        "one below a review": [("status", "provisional")],
    }


def test_nothing_is_known_of_a_patient_at_the_beginning() -> None:
    state = initial(PROTOCOL)
    assert (state.control.kind, str(state.dose), state.time) == ("before treatment", "none", None)
