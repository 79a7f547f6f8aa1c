"""Mutants that the search, or a reasoning by hand, finds equivalent are asked again of cvc5, in formulas of their own."""

from __future__ import annotations

import pytest
from attrs import evolve

from protocol.language.from_yaml import parse
from protocol.language.shipped import find, load
from protocol.model.input import Choice
from protocol.verification.mutation.mutants import mutants

pytest.importorskip("cvc5", reason="cvc5 is not installed")

from tests.oracle.by_solver import Comparing, places, reasons
from tests.oracle.formulas import Facts, Term
from tests.oracle.formulas_of_rules import Rules

ONE_IN = 40
ALIKE = {
    "resume-after-recurrent-cytopenia-at-400/condition/0a4e",
    "resume-after-recurrent-cytopenia-at-400/count/4aac",
    "stop-death/order/116f",
    "stop-consent-withdrawn/order/3557",
    "do-not-start/order/9f25",
    "hold-cytopenia/order/2c84",
    "hold-hepatic/order/8b2c",
    "reduce-toxicity/order/ac77",
    "resume-after-first-cytopenia-at-400/order/2e28",
    "otherwise/otherwise/af95",
}
"""Mutants of imatinib-hes of 2003 of which no patient is decided differently. Four name another rule for the same decision."""

SMALL = """protocol: small
version: 1
sources: {ours: made for this test}
doses: {low: 50 mg daily, high: 100 mg daily}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
  alt: {unit: U/L, plausible: 0 to 2000, valid for: 8 days}
  rash: {yes or no, valid for: 8 days}
  outcome: {choice: [over, goes-on], valid for: ever}
trackers:
  falls: {episodes of: "anc < 1", until: "anc >= 1.5", measured only: yes}
otherwise: {before treatment: continue, on treatment: continue, held: continue, in review: continue}
rules:
  start: {in: before treatment, when: "anc >= 1", must: start at high}
  hold: {in: on treatment, when: "anc < 1", must: hold}
  other: {in: on treatment, when: "alt > 100", must: hold}
  ask: {in: on treatment at high, when: rash, must: "review, dose continues"}
  lower: {in: on treatment at high, when: "alt > 50", must: reduce}
  answer: {in: in review by ask, when: "within(outcome, 3 days)", must: resume at the same level}
  back: {in: held by hold, when: "anc >= 1.5 and falls <= 1", must: resume at the same level}
  back-often: {in: held by hold, when: "anc >= 1.5 and falls >= 2", must: resume at low}
  back-other: {in: held by other, when: "alt <= 100", must: resume at the same level}
  raise: {in: on treatment at low, when: "alt <= 50 and time since start >= 4 weeks", may: escalate}
"""
HOLD = '  hold: {in: on treatment, when: "anc < 1", must: hold}\n'
OTHER = '  other: {in: on treatment, when: "alt > 100", must: hold}\n'
ASK = '  ask: {in: on treatment at high, when: rash, must: "review, dose continues"}\n'
LOWER = '  lower: {in: on treatment at high, when: "alt > 50", must: reduce}\n'
OFTEN = '  back-often: {in: held by hold, when: "anc >= 1.5 and falls >= 2", must: resume at low}\n'
BACK = '  back: {in: held by hold, when: "anc >= 1.5 and falls <= 1", must: resume at the same level}\n'

ALIKE_IN_SMALL = {
    "the same in other words": ('when: "anc < 1"', 'when: "not anc >= 1"'),
    "asked twice": ('"alt > 50"', '"alt > 50 and alt > 40"'),
    "a rule above answers the reason first": ("falls >= 2", "falls >= 1"),
    "rules that exclude each other": (BACK + OFTEN, OFTEN + BACK),
    "holds that ask nothing in common": (HOLD + OTHER, OTHER + HOLD),
    "what would not last": ('"anc >= 1.5 and falls <= 1"', '"anc >= 1.5 and falls <= 1 and alt <= 100"'),
    "the only review": ("in review by ask,", "in review,"),
}
DIFFERENT = {
    "a limit": ('when: "anc < 1"', 'when: "anc <= 1"'),
    "a level": ("resume at low", "resume at the same level"),
    "a count": ("falls <= 1", "falls <= 2"),
    "a date": (">= 4 weeks", "> 4 weeks"),
    "when an episode is over": ('until: "anc >= 1.5"', 'until: "anc >= 1.6"'),
    "how long a value counts": ("0 to 2000, valid for: 8 days", "0 to 2000, valid for: 9 days"),
    "how new an outcome is": ("3 days", "4 days"),
    "a permission": ("may: escalate", "must: escalate"),
    "a rule above it": (ASK + LOWER, LOWER + ASK),
    "a second hold": ('"alt > 100"', '"alt > 100 and not anc < 1"'),
    "a reason without a way out": ("held by other,", "held by hold,"),
    "a way out of any hold": ("held by other,", "held,"),
    "a step on a reading that was acted on": ("must: reduce", "must: reduce, again: yes"),
    "a hold by one reading once": ('"anc < 1", must: hold', '"anc < 1", must: hold, again: no'),
    "nothing said": ("held: continue, ", ""),
}


@pytest.mark.parametrize("what", ALIKE_IN_SMALL)
def test_what_is_decided_alike_is_told(what: str) -> None:
    assert not _differs(*ALIKE_IN_SMALL[what])


@pytest.mark.parametrize("what", DIFFERENT)
def test_what_can_be_decided_otherwise_is_told(what: str) -> None:
    assert _differs(*DIFFERENT[what])


def test_the_first_rule_that_is_sure_is_asked_of_all_that_is_missing() -> None:
    """In each completion both decide alike. Where the rash is not known only the first has a rule that is sure of the dose."""
    text = SMALL.replace("must: reduce", 'must: "review, dose withheld"')
    assert _differs('"alt > 50"', '"alt > 50 and not rash"', text)
    known = text.replace("when: rash", 'when: "known(rash) and rash"')
    assert not _differs('"alt > 50"', '"alt > 50 and not (known(rash) and rash)"', known)


def test_reasons_are_remembered_beside_what_acts() -> None:
    text = SMALL.replace('"alt > 100", must: hold', '"alt > 100", may: hold')
    assert _differs('"alt > 100"', '"alt > 100 and not anc < 1"', text)


def _differs(old: str, new: str, text: str = SMALL) -> bool:
    assert text.count(old) == 1
    return bool(Comparing(parse(text)).differs(parse(text.replace(old, new))))


def test_mutants_of_imatinib_hes_are_equivalent_or_not_as_was_reasoned() -> None:
    protocol = load(find("imatinib-hes"))
    comparing, found = Comparing(protocol), tuple(mutants(protocol))
    asked = [one for number, one in enumerate(found) if one.name in ALIKE or number % ONE_IN == 0]
    assert {one.name for one in asked if not comparing.differs(one.protocol)} == ALIKE


def test_an_outcome_that_withholds_once_withholds_as_long_as_it_stands() -> None:
    """Of hold-reaction by one reading once cvc5 finds a patient who is decided otherwise: treated, and the outcome was acted on.

    There is none where an outcome is recorded at the visit at which it is observed. Who has an outcome that was acted on is held
    for it, or drug was given in spite of it. That is so at first, as nothing was acted on; a new outcome was not; and cvc5 shows
    that what follows a visit of whom it is so leaves it so. It stands in every completion, because a known outcome has no other.
    """
    protocol = load(find("imatinib-hes/2026-dress"))
    once = evolve(protocol, rules=tuple(evolve(rule, once=rule.once or rule.name == WITHHELD) for rule in protocol.rules))
    comparing = Comparing(protocol)
    assert comparing.differs(once)
    assert not comparing.differs(once, always=_held_for_it)
    facts = Facts(comparing.words, once)
    assert facts.asks(once.rule(WITHHELD).when) == {"reaction"} and isinstance(once.input("reaction").kind, Choice)
    for place in places(once):
        rules = Rules(facts, place, reasons(once))
        assert not comparing.is_possible(
            comparing.words.all([_held_for_it(rules), rules.for_a_reason(), _no_longer_after(rules)])
        )


WITHHELD = "hold-reaction"


def _held_for_it(rules: Rules) -> Term:
    """Unless the outcome is another one, or newer than what was acted on, or drug was given during the hold."""
    w, rule = rules.words, rules.protocol.rule(WITHHELD)
    there = rules.reason(WITHHELD) if rules.place.control == "held" else w.no
    return w.any([w.isnt(rules.facts.true(rule.when)), w.isnt(rules.used(rule)), there])


def _no_longer_after(rules: Rules) -> Term:
    """After the visit the outcome was acted on, and the patient is not held for it, nor is a reason of the hold remembered."""
    w, rule, held = rules.words, rules.protocol.rule(WITHHELD), rules.place.control == "held"
    acts, acted_on = rules.acts(rule), w.all([w.truth("held before"), w.isnt(rules.facts.newer(rule.when, True, "hold"))])
    begins = acts if held else w.yes
    not_there = w.isnt(w.any([acts, rules.reason(WITHHELD)]))
    stays_held = w.all([w.any([begins, acted_on]), not_there])
    resumed = [when for what, when in rules.said.items() if what[0] in ("orders", "permits") and what[2]]
    forgotten = w.all([acted_on, w.any(resumed)])
    treated = w.all([acted_on, w.isnt(w.any(map(rules.reason, rules.reasons)))])
    return w.all([rules.facts.true(rule.when), w.any([stays_held, forgotten, treated])])
