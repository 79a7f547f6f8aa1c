"""Where does a protocol go together with what a property remembers of the course?

Each location is told apart by the history of the property there. What a property counts in minutes is no part of a location, so
that such a property is not followed here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from attrs import field, frozen

from protocol.model.property import Minutes, Response
from protocol.model.quantity import how_many
from protocol.semantics.monitors import History, Monitor, after_visit, first_history
from protocol.verification.proof.anytime import Kind
from protocol.verification.proof.machine import START, Machine, join, numbers_after
from protocol.verification.proof.needs import Needs
from protocol.verification.properties.judging import Judging, Part, Truths
from protocol.verification.search.followed import settled
from protocol.verification.search.kept import Kept
from protocol.verification.search.outcomes import Way

Errors = dict[int, dict[int, Any]]
Move = tuple[Way, Truths, Needs]


@frozen(eq=False)
class Along:
    """A machine with a property followed along it."""

    base: Machine
    judging: Judging
    monitor: Monitor
    parts: tuple[Part, ...]
    moves: dict[Hashable, list[Move]] = field(factory=dict)

    def of(self, kind: Kind) -> list[Move]:
        """Each way of following a visit of this kind, with the truths of the property's parts, and what it needs."""
        key = (self.judging.kind(kind.options, self.parts), kind.letters)
        found = self.moves.get(key)
        if found is None:
            found = self.moves[key] = list(self._found(kind))
        return found

    def _found(self, kind: Kind) -> Iterator[Move]:
        options = kind.options
        for number in range(max((len(one.ways) for one, _, _ in options.outcomes), default=0)):
            node = self.judging.told(options, self.parts, number, lambda truths: True)
            for value, needs in () if node is None else self.base.anytime.needed(node, kind.letters).items():
                if value is not None:
                    yield value[0].ways[number], value[1], needs


def counts_minutes(monitor: Monitor) -> bool:
    """Whether what a property remembers is a length of time."""
    sentence = monitor.property.sentence
    return isinstance(sentence, Response) and isinstance(sentence.within, Minutes)


def followed(
    base: Machine, judging: Judging, monitor: Monitor, kinds: dict[int, list[Kind]], limit: int
) -> tuple[Machine, Errors]:
    """The machine whose locations have a history, and the conditions under which a visit there fails the property for certain."""
    along = Along(base, judging, monitor, judging.parts(monitor))
    found, errors = Machine(base.anytime), Errors()
    places = {kept: place for place, kept in enumerate(base.locations) if place != START}
    waiting: list[tuple[int, History]] = [(START, first_history(monitor))]
    index: dict[tuple[int, History], int] = {}
    number = 0
    while number < len(waiting):
        base.anytime.search.diagrams.watch.look()
        place, history = waiting[number]
        found.locations.append(base.locations[place])
        for kind in kinds.get(place, ()):
            for way, truths, needs in along.of(kind):
                judgement, where = after_visit(monitor, history, truths), base.anytime.where(kind, needs)
                if judgement.fails is True:
                    errors.setdefault(number, {})[where.get_id()] = where
                    continue
                after = _after(base, kind, way)
                there = (places[after], judgement.history)
                if index.setdefault(there, len(waiting)) == len(waiting):
                    waiting.append(there)
                join(found, number, index[there], numbers_after(base.anytime, after, kind.numbers, way), where)
        number += 1
        if number > limit:
            found.ended.append(f"with what the property remembers it has more than {how_many(limit, 'location')}")
            break
    return found, errors


def _after(base: Machine, kind: Kind, way: Way) -> Kept:
    return base.ages.location(settled(base.anytime.abstraction, kind.options.kept, way))
