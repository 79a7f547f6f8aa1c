"""Why a hold goes on: which rules answer its reasons, and what keeps each from acting."""

from __future__ import annotations

from attrs import evolve

from protocol.model.course import Visit
from protocol.model.rule import Action, By, Rule, Where
from protocol.model.waiting import Elsewhere, Waiting
from protocol.semantics.waiting import waiting
from tests.semantics.small import PROTOCOL, RULES, STARTED, WELL, above, after, visit

HELD = visit(7, **{**WELL, "anc": "0.5"})
BY_BOTH = visit(7, **{**WELL, "anc": "0.5", "toxicity": 3})


def found(*visits: Visit, rules: tuple[Rule, ...] = RULES) -> tuple[Waiting, ...]:
    protocol = evolve(PROTOCOL, rules=rules)
    return waiting(protocol, after(STARTED, *visits, protocol=protocol))


def test_a_condition_that_is_not_true_is_told_with_what_it_asks() -> None:
    (one,) = found(HELD, visit(14, **{**WELL, "anc": "0.9"}))
    (way,) = one.ways
    assert (one.reason, way.rule, way.truth) == ("hold-low", "resume-low", False)
    assert [(fact.name, fact.value, fact.status) for fact in way.facts] == [
        ("anc", "0.9", "measured"),
        ("platelets", "200", "measured"),
    ]
    assert not one.is_answered


def test_a_value_that_is_missing_leaves_it_open_and_may_end_treatment_again() -> None:
    (one,) = found(HELD, visit(14, **{**WELL, "anc": "nd"}))
    assert [(way.truth, way.blocked_by, way.may_block) for way in one.ways] == [(None, (), ("hold-low",))]


def test_a_reason_that_is_answered_waits_for_one_that_is_not() -> None:
    low, tox = found(BY_BOTH, visit(14, **{**WELL, "toxicity": 3}))
    assert (low.reason, tox.reason) == ("hold-low", "hold-tox")
    assert low.is_answered and not tox.is_answered
    assert low.ways[0].blocked_by == ("hold-tox",)


def test_a_reason_that_no_rule_answers_at_this_level_is_told_so() -> None:
    elsewhere = Rule("resume-low", (Where("held", ("escalated",), ("hold-low",)),), above("anc", ">=", 1), "must",
                     Action("resume", By(1)))  # fmt: skip
    rules = tuple(elsewhere if rule.name == "resume-low" else rule for rule in RULES)
    assert found(HELD, visit(14, **WELL), rules=rules) == (
        Waiting("hold-low", (), "starting", (Elsewhere("resume-low", ("escalated",), True),)),
    )
    (low,) = found(HELD, visit(14, **{**WELL, "anc": "0.9"}), rules=rules)
    assert [one.truth for one in low.elsewhere] == [False]


def test_a_new_reading_that_begins_a_hold_once_more_is_told_with_what_it_asks() -> None:
    rules = tuple(evolve(rule, once=True) if rule.name == "hold-low" else rule for rule in RULES)
    (again,) = found(HELD, visit(14, **{**WELL, "anc": "0.5"}), rules=rules)
    assert [(fact.name, fact.value, fact.status) for fact in again.anew] == [
        ("anc", "0.5", "measured"),
        ("platelets", "200", "measured"),
    ]
    (between,) = found(HELD, visit(14, **{**WELL, "anc": "1.2"}), rules=rules)
    (carried,) = found(HELD, visit(8), rules=rules)
    assert not between.anew and not carried.anew, "no new reading calls for a hold"
    assert not found(HELD, visit(14, **{**WELL, "anc": "0.5"}))[0].anew, "a hold that counts always goes on"


def test_a_resume_rule_that_only_permits_is_marked() -> None:
    rules = tuple(evolve(rule, mode="may") if rule.name == "resume-low" else rule for rule in RULES)
    (one,) = found(HELD, visit(14, **WELL), rules=rules)
    assert one.ways[0].permitted and one.ways[0].truth is True


def test_nothing_is_told_where_no_hold_goes_on() -> None:
    assert found(visit(7, **WELL)) == ()
    assert found(HELD) == (), "the hold begins here"
    assert found(HELD, visit(14, **WELL)) == (), "the hold ends here"
    assert found(HELD, visit(14, "none", **WELL)) == (), "it was to end here and was not ended"
