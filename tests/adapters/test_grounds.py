"""How it is said what permits something, and what another reading of an open question would order."""

from __future__ import annotations

from attrs import evolve

from protocol.adapters.to_text import explanation
from protocol.model.course import Visit
from protocol.model.decision import Decision, Effect, Fact, Missing, Outcome, Permission, Step
from protocol.model.grounds import Ground, OpenQuestion, OtherReading
from protocol.model.protocol import Protocol
from protocol.model.regimen import NO_DRUG, at_level
from protocol.model.rule import Citation
from protocol.model.state import Control, State

STARTING = Effect(Control("on treatment"), at_level("starting"), at_level("starting"))
ESCALATED = Effect(Control("on treatment"), at_level("escalated"), at_level("escalated"))
HELD = Effect(Control("held"), at_level("starting"), NO_DRUG)
PERMITS = Permission("escalate-no-response", "escalate", ESCALATED, "permitted")
DECISION = Decision(0, "decided", "continue", STARTING, STARTING, permitted=(PERMITS,))
ANC = Fact("anc", "4", "measured", 0)
GROUND = Ground("escalate-no-response", Citation("label", "p. 4"), "They could be raised.", ("could, or were",), (ANC,))


def said(decision: Decision, protocol: Protocol, grounds: tuple[Ground, ...] = (), *others: OtherReading) -> str:
    step = Step(Visit(0), decision, State(STARTING.control, STARTING.level, STARTING.dose), assumed=True)
    asked = (OpenQuestion("low", "How low is low?", "strict", "Below 2.", "a guess", others),) if others else ()
    return explanation(step, protocol, 100, grounds=grounds, questions=asked)


def test_below_what_is_permitted_stands_its_rule(protocol: Protocol) -> None:
    assert "\n".join((
        "Permitted beside it",
        "  escalate-no-response permits: escalate to escalated (400 mg every day)",
        "    Source: label, p. 4 (US prescribing information)",
        "    Says: They could be raised.",
        "    Unverified: could, or were",
        "    anc: 4 10*9/L, measured on day 0",
        "",
    )) in said(DECISION, protocol, (GROUND,))  # fmt: skip


def test_of_several_rules_that_permit_the_same_each_is_told_by_its_name(protocol: Protocol) -> None:
    either = evolve(PERMITS, also=("raise",), needs=("response",))
    text = said(evolve(DECISION, permitted=(either,)), protocol, (GROUND, Ground("raise", Citation("label", "p. 5"))))
    permits = "escalate-no-response or raise permits: escalate to escalated (400 mg every day), whatever response may be"
    assert permits in " ".join(text.split())
    assert "\n".join((
        "    By escalate-no-response:",
        "    Source: label, p. 4 (US prescribing information)",
        "    Says: They could be raised.",
        "    Unverified: could, or were",
        "    anc: 4 10*9/L, measured on day 0",
        "    By raise:",
        "    Source: label, p. 5 (US prescribing information)",
        "",
    )) in text  # fmt: skip


def test_a_rule_that_decided_is_not_told_twice(protocol: Protocol) -> None:
    recommended = evolve(DECISION, action="escalate", after=ESCALATED, rule="escalate-no-response")
    assert said(recommended, protocol, (GROUND,)).count("Source:") == 1


def test_an_open_question_is_told_with_what_each_other_reading_would_make_of_the_visit(protocol: Protocol) -> None:
    hold = OtherReading("lax", "Below 3.", Decision(0, "decided", "hold", STARTING, HELD, "hold-cytopenia"))
    same = OtherReading("other", "Below 4.", evolve(DECISION, permitted=()))
    missing = Missing("anc", (Outcome("anc < 1", ("hold",)), Outcome("anc >= 1", ("silent",))))
    open_ = OtherReading("open", "If known.", evolve(DECISION, status="undecided", missing=(missing,)))
    assert "\n".join((
        "Open question 'low'",
        "  How low is low?",
        "  Read here as 'strict': Below 2.",
        "  Unverified: a guess",
        "  Read as 'lax': Below 3.",
        "    Then: hold, by rule hold-cytopenia",
        "    Nothing is permitted beside it",
        "  Read as 'other': Below 4.",
        "    Then too: continue",
        "    Nothing is permitted beside it",
        "  Read as 'open': If known.",
        "    Then: undecided, the dose stands",
        "    anc < 1: hold",
        "    anc >= 1: silent",
        "",
    )) in said(DECISION, protocol, (), hold, same, open_)  # fmt: skip
