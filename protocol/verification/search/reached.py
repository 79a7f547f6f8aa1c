"""What of a protocol does some course come to: its rules, levels, control states and statuses?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.rule import CONTROLS
from protocol.semantics.prepared import Prepared
from protocol.verification.search.explored import Explored


def reached(prepared: Prepared, explored: Explored) -> set[str]:
    """Everything that is come to, each with the word for what it is: ``level escalated``, ``rule hold-low``."""
    found = {f"state {explored.states[0].place.control.kind}"}
    for outcome in {outcome for _, _, options in explored.visits for outcome, _, _ in options.outcomes}:
        found.add(f"status {outcome.status}")
        for way in outcome.ways:
            found |= {f"rule {name}" for name in way.rules if name}
            found.add(f"state {way.place.control.kind}")
            if way.place.dose.kind == "level":
                found.add(f"level {way.place.dose.name}")
    return found


def unreached(prepared: Prepared, found: set[str]) -> Iterator[str]:
    """What no course comes to of all that could be."""
    protocol = prepared.protocol
    reviews = any(rule.action.kind == "review" for rule in prepared.rules)
    wanted = [f"rule {rule.name}" for rule in prepared.rules]
    wanted += [f"level {level.name}" for level in protocol.levels]
    wanted += [f"state {kind}" for kind in CONTROLS if kind != "in review" or reviews]
    yield from (one for one in wanted if one not in found)
