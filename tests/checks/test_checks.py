"""Each check finds its defect, and finds nothing where the defect is not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve

from protocol import load
from protocol.checks import findings
from protocol.checks.ladder_order import ladder_order
from protocol.model.dispensing import Dispensing
from protocol.model.guard import Always, And, Clock, Compare, Is, Known, Or, Value
from protocol.model.input import Input, Number, YesNo
from protocol.model.protocol import Level, Protocol
from protocol.model.regimen import amount, regimen
from protocol.model.rule import Action, By, Citation, Rule, Same, To, Where
from protocol.model.time import DAY
from protocol.semantics import truth
from protocol.semantics.compiled import true_of
from tests.semantics.small import ON, PROTOCOL, RULES, above, with_rules

OURS = Citation("ours")


def closed(rule: Rule) -> Rule:
    """The rule with a source, and with what happens where its step has no rung."""
    by_rungs = isinstance(rule.action.target, By)
    instead = "stop" if rule.action.kind == "resume" else "continue"
    return evolve(rule, source=OURS, action=evolve(rule.action, off_ladder=instead) if by_rungs else rule.action)


SOUND = evolve(PROTOCOL, rules=tuple(closed(rule) for rule in (RULES[8], *RULES[:8])))
HOLD = Rule("hold", ON, above("anc", "<", 1), "must", Action("hold"))
RESUME = Rule("resume", (Where("held"),), above("anc", ">=", 1), "must", Action("resume", Same()))


def test_a_guard_of_many_conditions_is_asked_no_more_than_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(truth, "true_of", lambda atom, value: asked.append(atom) or true_of(atom, value))
    many = Or(tuple(Compare(Value("anc"), "<", Fraction(number)) for number in range(1, 65)))
    found = findings(evolve(SOUND, rules=(closed(evolve(HOLD, when=many)), *SOUND.rules[1:])))
    assert not [one for one in found if one.code == "F008" and "never true" in one.message]
    assert len(asked) < 20_000


def codes(protocol: Protocol) -> list[str]:
    """The codes of what is found, but for what the small protocols here leave out: they use little of what they declare."""
    left_out = {"F006", "F011", "F016"}
    return [finding.code for finding in findings(protocol) if finding.code not in left_out]


def test_a_sound_protocol_has_no_findings() -> None:
    assert findings(SOUND) == ()
    assert findings(load("imatinib-hes")) == ()


def test_a_control_state_without_otherwise_is_silence() -> None:
    (finding,) = findings(evolve(SOUND, otherwise=("on treatment",)))
    assert (finding.code, finding.about) == ("F001", "held")
    assert "otherwise: {held: continue}" in finding.hint and "{held: silent}" in finding.hint


def test_a_control_state_that_is_said_to_be_silent_is_no_finding() -> None:
    assert findings(evolve(SOUND, otherwise=("on treatment",), silent=("held",))) == ()


def test_a_rule_that_is_always_true_breaks_the_silence() -> None:
    stay = Rule("stay", (Where("held"),), Always(), "must", Action("continue"))
    assert codes(evolve(SOUND, otherwise=("on treatment",), rules=(*SOUND.rules, stay))) == []


@pytest.mark.parametrize(
    ("where", "steps", "found"),
    [
        (ON, 1, ["F002"]),
        ((Where("on treatment", ("starting", "escalated")),), 1, []),
        ((Where("on treatment", ("starting", "escalated")),), 2, ["F002"]),
    ],
)
def test_a_step_off_the_ladder_is_found_unless_the_rule_leaves_that_level_out(
    where: tuple[Where, ...], steps: int, found: list[str]
) -> None:
    assert codes(with_rules(Rule("down", where, above("toxicity", ">=", 2), "must", Action("reduce", By(steps))))) == found


@pytest.mark.parametrize(
    ("lower", "found"),
    [
        (above("anc", "<", 1), ["F003"]),
        (And((above("anc", "<", 1), Is("response", "partial"))), []),
        (And((above("anc", "<", 1), Compare(Clock("start"), "<", DAY))), ["F003"]),
    ],
)
def test_a_raise_above_a_hold_is_found_where_both_can_be_true(lower: object, found: list[str]) -> None:
    up = Rule("up", (Where("on treatment", ("starting",)),), Is("response", "none"), "must", Action("escalate", By(1)))
    assert codes(with_rules(up, evolve(HOLD, when=lower), RESUME)) == found  # type: ignore[arg-type]


def test_a_hold_from_which_no_rule_resumes_is_found() -> None:
    assert codes(with_rules(HOLD)) == ["F004"]
    assert codes(with_rules(HOLD, RESUME)) == []
    assert codes(with_rules(HOLD, evolve(RESUME, where=(Where("held", by=("other",)),)))) == ["F004"]


def test_a_hold_from_which_no_rule_resumes_at_some_levels_names_the_first_of_them() -> None:
    upper = evolve(RESUME, where=(Where("held", by=("hold",), levels=("starting", "escalated")),))
    up = Rule("up", ON, Is("response", "none"), "must", Action("escalate", By(1), "continue"))
    start = Rule("begin", (Where("before treatment"),), Is("died", "no"), "must", Action("start", To("reduced")))
    (finding,) = [one for one in findings(evolve(SOUND, rules=(start, HOLD, upper, up))) if one.code == "F004"]
    assert finding.message == "no rule resumes a patient held by 'hold' at 'reduced'"
    assert "held by hold at reduced" in finding.hint


def test_a_level_that_no_rule_leads_to_needs_no_way_out_of_a_hold() -> None:
    upper = evolve(RESUME, where=(Where("held", by=("hold",), levels=("starting",)),))
    start = Rule("begin", (Where("before treatment"),), Is("died", "no"), "must", Action("start", To("starting")))
    assert "F004" not in codes(evolve(SOUND, rules=(start, HOLD, upper)))


def test_a_step_off_the_ladder_that_does_not_say_what_then_is_no_hold_without_a_way_out() -> None:
    assert codes(with_rules(HOLD, evolve(RESUME, action=Action("resume", By(1))))) == ["F002"]


def test_raising_on_what_is_not_known_is_found_unless_it_is_waived() -> None:
    start = Rule("start", (Where("before treatment"),), Known("anc"), "must", Action("start", To("starting")))
    assert codes(with_rules(start)) == ["F005"]
    assert codes(with_rules(evolve(start, waiver="the source starts everybody who was tested"))) == []


def test_a_ladder_that_is_not_lowest_first_is_found() -> None:
    upside_down = evolve(SOUND, levels=SOUND.levels[::-1])
    assert {one.code for one in findings(upside_down)} >= {"F007"}
    twice = evolve(SOUND, levels=(*SOUND.levels, evolve(SOUND.levels[-1], name="again")))
    assert [one.about for one in findings(twice) if one.code == "F007"] == ["again"]


@pytest.mark.parametrize(
    ("lower", "upper", "found"),
    [
        ("2 U/kg/h", "1 U/kg/h", True),
        ("1 U/h", "1 U/min", False),
        ("1 U/h", "24 U every day", True),
        ("500 mg daily", "5 mg/kg daily", False),
        ("500 mg daily", "5 U daily", False),
        ("1 g/m2 daily", "999 mg/m2 daily", True),
        ("100 mg daily", "100 mg daily", True),
        ("25 mg once", "25 mg once", False),
        ("50 mg once", "25 mg once", True),
        ("50 mg once", "25 mg daily", False),
        ("placebo daily", "5 U daily", False),
        ("5 U daily", "placebo daily", True),
        ("100 % daily", "50 % daily", True),
        ("10 mg daily", "10 mg daily on days 1 to 21 of 28", True),
    ],
)
def test_only_regimens_that_can_be_compared_are_found_in_the_wrong_order(lower: str, upper: str, found: bool) -> None:
    ladder = (Level("reduced", regimen(lower)), Level("starting", regimen(upper)))
    assert bool([one for one in ladder_order(evolve(SOUND, levels=ladder))]) is found


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            Rule("never", ON, And((above("platelets", "<", 50), above("platelets", ">", 60))), "must", Action("stop")),
            "the guard of rule 'never' is never true",
        ),
        (
            Rule("nowhere", (Where("on treatment", ("starting",)),), Is("died", "no"), "may", Action("escalate", To("starting"))),
            "rule 'nowhere' never changes the dose",
        ),
    ],
)
def test_a_rule_that_can_do_nothing_is_found(rule: Rule, message: str) -> None:
    assert [one.message for one in findings(evolve(SOUND, rules=(rule, *SOUND.rules))) if one.code == "F008"] == [message]


def test_a_body_size_by_which_doses_are_dispensed_is_asked_for() -> None:
    weight = Input("weight", Number("kg", Fraction(2), Fraction(300)), DAY)
    by_weight = Dispensing((amount("100 mg"),), "nearest", size="weight")
    assert findings(evolve(SOUND, inputs=(*SOUND.inputs, weight), dispensing=by_weight)) == findings(SOUND)


def test_an_input_that_nothing_asks_is_found() -> None:
    extra = Input("weight-loss", YesNo(), DAY)
    (finding,) = findings(evolve(SOUND, inputs=(*SOUND.inputs, extra)))
    assert (finding.code, finding.about) == ("F006", "weight-loss")
