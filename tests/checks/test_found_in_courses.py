"""What a check says can never happen does not happen, in random protocols and courses."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from protocol import initial, step
from protocol.checks import findings
from protocol.checks.places import levels_reached
from protocol.model.decision import Step
from protocol.model.protocol import Protocol
from protocol.testing import any_protocol, any_time, any_visit

NEVER = {"F008", "F010", "F019"}


def walked(protocol: Protocol, random: Random, visits: int = 12, given: bool = True) -> Iterator[Step]:
    state, time = initial(protocol), 0
    for _ in range(visits):
        taken = step(protocol, state, any_visit(random.choice, protocol, time, given=given))
        yield taken
        state, time = taken.state, any_time(random.choice, protocol, time)


@pytest.mark.parametrize("seed", range(120))
def test_a_rule_that_is_said_to_do_nothing_gives_no_decision_and_no_permission(seed: int) -> None:
    protocol = any_protocol(Random(seed).choice)
    idle = {
        finding.about for finding in findings(protocol) if finding.code in NEVER and "changes the dose" not in finding.message
    }
    for number in range(4 if idle else 0):
        for taken in walked(protocol, Random(1000 * seed + number)):
            assert taken.decision.rule not in idle
            assert not idle & {item.rule for item in taken.decision.permitted}


@pytest.mark.parametrize("seed", range(120))
def test_recommendations_alone_lead_only_to_levels_that_are_said_to_be_reached(seed: int) -> None:
    protocol = any_protocol(Random(seed).choice)
    reached = levels_reached(protocol)
    for taken in walked(protocol, Random(seed), given=False):
        assert taken.state.level.kind != "level" or taken.state.level.name in reached


def test_the_random_protocols_have_what_is_said_never_to_happen() -> None:
    found = [finding.code for seed in range(120) for finding in findings(any_protocol(Random(seed).choice))]
    assert all(found.count(code) > 5 for code in ("F008", "F011", "F019"))
