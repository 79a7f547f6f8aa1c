"""Which trackers does a property speak of, so that it is worth asking it again where these are followed?

It speaks of a tracker that it asks, and of one that rests on an input that it asks. What is followed besides settles nothing, and
a search that follows more than is needed has many times as many states.
"""

from __future__ import annotations

from protocol.model.guard import Compare, Named, Term, Tracked
from protocol.model.input import Tracker
from protocol.model.property import Property
from protocol.model.protocol import Protocol
from protocol.semantics.claims import asked_name
from protocol.verification.search.asked import asked_by, opened
from protocol.verification.search.freed import Free

Told = tuple[str, frozenset[str]]


class SpeakingOf:
    """The properties of a protocol, with what was followed for each so far; ``least`` is free in the first search."""

    def __init__(self, protocol: Protocol, least: Free) -> None:
        self.asked, self.least = asked_by(protocol), least
        self.inputs = {one.name: self._inputs(one) for one in self.asked.trackers}
        self.spoken = {item.name: self._of(item) for item in protocol.properties}
        self._seen: set[Told] = set()

    def worth(self, free: Free, names: frozenset[str]) -> frozenset[str]:
        """Those of some properties for which something is followed that was not followed for them before."""
        if not free:
            return names
        terms: frozenset[Term] = (self.least.terms - free.terms) | free.roughly
        followed = frozenset(term.tracker for term in terms if isinstance(term, Tracked))
        told = {(name, followed & self.spoken.get(name, followed)) for name in names}
        found = frozenset(name for name, some in told if some and (name, some) not in self._seen)
        self._seen |= told
        return found

    def _of(self, item: Property) -> frozenset[str]:
        """The trackers of which a property speaks."""
        guards = [Named(asked_name(guard)) for guard in item.guards()]
        inputs = {name for guard in guards for name in self.asked.prepared.inputs_of(guard)}
        nodes = (node for guard in guards for node in opened(self.asked.prepared, guard))
        names = {node.term.tracker for node in nodes if isinstance(node, Compare) and isinstance(node.term, Tracked)}
        return frozenset(name for name, some in self.inputs.items() if name in names or not inputs.isdisjoint(some))

    def _inputs(self, tracker: Tracker) -> frozenset[str]:
        guards = (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)
        return frozenset(name for guard in guards for name in self.asked.prepared.inputs_of(guard))
