"""Where the source says nothing: what a missing value makes of it, and for which values that is so."""

from __future__ import annotations

from attrs import evolve

from protocol.model.guard import Is
from protocol.model.rule import Action, Rule
from tests.semantics.small import ON, PROTOCOL, RULES, STARTED, WELL, above, after, visit


def test_what_a_missing_value_would_make_of_it_is_silent_where_the_source_is() -> None:
    for otherwise, then in (((), "silent"), (("on treatment",), "continue")):
        taken = after(STARTED, visit(7, **WELL | {"anc": "nd"}), protocol=evolve(PROTOCOL, otherwise=otherwise))
        (missing,) = taken.decision.missing
        assert [(one.when, one.then) for one in missing.outcomes] == [("anc < 1", ("hold",)), ("anc >= 1", (then,))]


def test_what_only_makes_the_source_silent_is_not_missing() -> None:
    low, well = Rule("low", ON, above("anc", "<", 1), "must", Action("hold")), Is("response", "complete")
    goes_on = Rule("goes-on", ON, well, "must", Action("continue"))
    protocol = evolve(PROTOCOL, rules=(low, goes_on, *(rule for rule in RULES if rule.name == "start")), otherwise=())
    decision = after(STARTED, visit(7, anc="nd", response="nd"), protocol=protocol).decision
    assert [one.name for one in decision.missing] == ["anc"]
    assert decision.missing[0].outcomes[1].then == ("continue", "silent")


def test_the_facts_of_silence_are_all_that_the_rules_of_that_place_ask() -> None:
    decision = after(STARTED, visit(7, **WELL), protocol=evolve(PROTOCOL, otherwise=())).decision
    assert [fact.name for fact in decision.facts][:3] == ["died", "anc", "platelets"]
    assert after(STARTED, visit(7, **WELL)).decision.facts == ()
