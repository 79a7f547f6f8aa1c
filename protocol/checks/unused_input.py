"""F006: an input that nothing asks and that is not scheduled to be measured."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding
from protocol.model.guard import Guard, nodes
from protocol.model.protocol import Protocol


def unused_input(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each input that no rule, derived input, tracker or reading asks, under any interpretation."""
    asked = {name for guard in _guards(protocol) for node in nodes(guard) for name in _names(node)}
    asked |= {tracker.input for tracker in protocol.trackers}
    for item in protocol.inputs:
        if item.name not in asked and item.schedule is None:
            yield Finding(
                "F006", f"nothing asks the input '{item.name}'", item.name, "Remove it, use it in a rule, or give it 'every:'."
            )


def _guards(protocol: Protocol) -> Iterator[Guard]:
    yield from (rule.when for rule in protocol.rules)
    yield from (derived.when for derived in protocol.derived)
    for tracker in protocol.trackers:
        yield from (guard for guard in (tracker.when, tracker.until) if guard is not None)
    for interpretation in protocol.interpretations:
        yield from (reading.guard for reading in interpretation.readings if reading.guard is not None)


def _names(node: object) -> Iterator[str]:
    yield getattr(node, "input", "")
    yield getattr(getattr(node, "term", None), "input", "")
