"""What of a protocol can only the reference decide, so that every course goes there; and of which trackers is the date asked?"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.guard import Atom, Clock, Compare, CumulativeDose, Guard, Is, Not, Tracked, nodes
from protocol.model.protocol import Protocol
from protocol.semantics.prepared import Prepared, prepare

_MOST_INPUTS = 62


def only_by_reference(protocol: Protocol) -> tuple[str, ...]:
    """Why a protocol is left to the reference, in words that end 'the protocol ...'; empty where it is compiled."""
    return tuple(dict.fromkeys(_reasons(prepare(protocol))))


def _reasons(prepared: Prepared) -> Iterator[str]:
    if len(prepared.protocol.inputs) + len(prepared.numbers) > _MOST_INPUTS:
        yield f"has more than {_MOST_INPUTS} inputs"
    for tracker in prepared.trackers:
        guards = (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)
        atoms = (atom for guard in guards for atom, _ in _atoms(prepared, guard, False))
        if any(isinstance(atom, Compare) and isinstance(atom.term, Clock | Tracked | CumulativeDose) for atom in atoms):
            yield f"asks a time, a tracker or the cumulative dose in the tracker {tracker.name}"


def dated(prepared: Prepared) -> frozenset[str]:
    """The trackers of extremes of which it is asked when they changed, and the times since of which it is when that was found."""
    return frozenset(_dated(prepared))


def _dated(prepared: Prepared) -> Iterator[str]:
    kinds = {tracker.name: tracker.kind for tracker in prepared.trackers}
    for rule in prepared.rules:
        is_step = rule.action.kind in ("escalate", "reduce") and not rule.again
        if not (is_step or (rule.action.kind == "hold" and rule.once)):
            continue
        for atom, is_negated in _atoms(prepared, rule.when, False):
            name = atom.term.tracker if isinstance(atom, Compare) and isinstance(atom.term, Tracked) else ""
            is_long = isinstance(atom, Compare) and atom.operator in (">", ">=") and not is_negated
            if kinds.get(name) in ("lowest", "highest") or (kinds.get(name) == "since" and not is_long):
                yield name


def _atoms(prepared: Prepared, guard: Guard, is_negated: bool) -> Iterator[tuple[Atom, bool]]:
    """The comparisons of a guard, those of named guards and scores too, each with whether it can count where it is false."""
    negated = is_negated or any(isinstance(node, Not) for node in nodes(guard))
    for node in nodes(guard):
        name = getattr(node, "name", "")
        if name in prepared.definitions:
            yield from _atoms(prepared, prepared.definitions[name], negated)
        elif isinstance(node, Compare | Is):
            yield node, negated
            score = prepared.scores.get(getattr(node.term, "input", "")) if isinstance(node, Compare) else None
            for part in score.guards() if score else ():
                yield from _atoms(prepared, part, True)
