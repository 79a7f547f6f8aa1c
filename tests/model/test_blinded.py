"""A blinded decision says whether it is made and what to measure, and nothing from which the treatment can be told."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import initial, step
from protocol.model.decision import Decision
from protocol.model.guard import Compare, Named, nodes
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number
from protocol.testing import courses, protocols
from tests.semantics.small import STARTED, WELL, after, visit
from tests.test_laws import often


def words(value: Any) -> list[str]:
    """Every text in a value that JSON has, numbers too."""
    if isinstance(value, dict):
        return [word for name, one in value.items() for word in (name, *words(one))]
    return [word for one in value for word in words(one)] if isinstance(value, list) else [str(value)]


def secrets(protocol: Protocol, hide: frozenset[str]) -> set[str]:
    """What a blinded reader must not see."""
    levels = {text for level in protocol.levels for text in (level.name, str(level.regimen))}
    levels |= {"placebo" if level.regimen.is_placebo else str(level.regimen.amount) for level in protocol.levels}
    named = {item.name for item in (*protocol.rules, *protocol.trackers, *protocol.derived, *protocol.interpretations)}
    guards = [*(rule.when for rule in protocol.rules), *(tracker.when for tracker in protocol.trackers)]
    constants = {say_number(node.constant) for guard in guards for node in nodes(guard) if isinstance(node, Compare)}
    named |= {node.name for guard in guards for node in nodes(guard) if isinstance(node, Named)}
    sources = {text for source in protocol.sources for text in (source.name, source.cite)}
    return levels | named | sources | hide | {one for one in constants if not one.isdigit()}


def decisions(data: st.DataObject) -> list[tuple[Protocol, Decision]]:
    protocol = data.draw(protocols())
    state, found = initial(protocol), []
    for one in data.draw(courses(protocol)).visits:
        taken = step(protocol, state, one)
        found.append((protocol, taken.decision))
        state = taken.state
    return found


@often
@given(st.data())
def test_no_dose_level_rule_threshold_or_hidden_input_stands_in_the_json_of_a_blinded_decision(data: st.DataObject) -> None:
    for protocol, decision in decisions(data):
        hide = frozenset(data.draw(st.sets(st.sampled_from([item.name for item in protocol.inputs]), max_size=2)))
        for action in (False, True):
            document = json.loads(json.dumps(attrs.asdict(decision.blinded(hide=hide, action=action))))
            assert document.pop("time") == decision.time  # the visit's own; minute 2 is no dose of 2 U
            shown = words(document)
            assert not [(secret, word) for secret in secrets(protocol, hide) for word in shown if secret in word.split()]
            assert not [word for word in shown if any(level.name in word for level in protocol.levels)] or action


@often
@given(st.data())
def test_a_blinded_decision_names_every_input_that_an_open_decision_waits_for(data: st.DataObject) -> None:
    for protocol, decision in decisions(data):
        inputs = {item.name for item in protocol.inputs}
        blinded = decision.blinded()
        assert set(blinded.needs) <= inputs
        # How much drug was taken is no input: what was given says it, or does not.
        assert set(blinded.needs) == {name for missing in decision.missing for name in missing.inputs}
        assert (blinded.time, blinded.status, blinded.due) == (decision.time, decision.status, decision.due)


def test_the_action_is_shown_only_if_it_is_asked_for() -> None:
    decision = after(STARTED, visit(7, **WELL | {"anc": 0.5})).decision
    assert decision.blinded().action is None
    assert decision.blinded(action=True).action == "hold"


def test_what_is_missing_is_named_as_inputs_also_where_a_tracker_asks_them() -> None:
    decision = after(STARTED, visit(30, toxicity=0)).decision
    assert decision.status == "undecided"
    assert set(decision.blinded().needs) == {"anc", "platelets"}
    assert decision.blinded(hide={"anc"}).needs == ("platelets",)
    assert decision.blinded(hide="anc").needs == ("platelets",)


@pytest.mark.parametrize(
    "name", ["before", "after", "rule", "rules", "facts", "missing", "reasons", "source", "permitted", "says"]
)
def test_a_blinded_decision_has_no_field_that_tells_the_treatment(name: str) -> None:
    assert not hasattr(after(STARTED, visit(7, **WELL)).decision.blinded(), name)
