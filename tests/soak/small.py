"""Small protocols, drawn at random: of one that is larger about half of the rules, and of the rest what these ask.

What is left of the language is that of the larger one, so all of them together show the same constructs; and there is time for
thousands, of most of which all that can be reached is reached.
"""

from __future__ import annotations

from random import Random
from typing import Any

from attrs import evolve

from protocol.errors import InputError
from protocol.language.from_yaml import parse
from protocol.language.to_yaml import print_protocol
from protocol.model.protocol import Protocol
from protocol.testing import any_protocol
from tests.soak.clocks import with_clocks

ONE_IN, KEPT = 10, 0.5
"""Of so many seeds one is drawn as large as it comes; of the others this part of the rules is kept, and what they need."""
CLOCKS_IN = 3
"""Of so many seeds the rules of one ask clocks more often."""
_SAFE_SIDES = ("less", "less", "less", "less", "more", "none")
_PARTS = ("interpretations", "scores", "trackers", "derived", "numbers", "inputs")


def any_size(seed: int) -> Protocol:
    """A random protocol, mostly a small one; the same seed gives the same one."""
    random = Random(seed)
    one = any_protocol(random.choice, inputs=2, known=seed % 2 == 0, safe_sides=_SAFE_SIDES)
    one = one if seed % ONE_IN == 0 else smaller(one, random)
    return with_clocks(random.choice, one) if seed % CLOCKS_IN == 0 else one


def smaller(one: Protocol, random: Random) -> Protocol:
    """The protocol without some of its rules, and then without what nobody asks any more."""
    for rule in reversed(one.rules):
        if rule.action.kind != "start" and not rule.table and random.random() > KEPT:
            one = _without(one, rules=[rule])
    for table in one.tables:
        if random.random() > KEPT:
            one = _without(one, tables=[table], rules=[rule for rule in one.rules if rule.table == table.name])
    for entry in one.monitoring:
        if random.random() > KEPT:
            one = _without(one, monitoring=[entry])
    for part in _PARTS:
        for item in getattr(one, part):
            one = _without(one, **{part: [item]})
    return one


def _without(one: Protocol, **parts: list[Any]) -> Protocol:
    """The protocol without some things; as it was, where others need them."""
    kept = {part: tuple(item for item in getattr(one, part) if item not in out) for part, out in parts.items()}
    less = evolve(one, **kept)
    try:
        return less if parse(print_protocol(less)) is not None else one
    except (InputError, KeyError):
        return one
