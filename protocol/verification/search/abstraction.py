"""What of a patient is kept in a state, and what of a visit in a letter, so that there are finitely many of both?

Times are ages at the visit, in minutes, and end above the largest constant that they are compared with. What was acted on before
is kept as one bit of each comparison and tracker: whether it came due, or moved, since the last step (and since the last hold,
where a rule holds once). Of readings only those are kept that a later visit can look back to: those of fixed inputs, and of
inputs of which a tracker follows how long something has been so. All others are free at each visit: measured in any cell,
unknown, or carried over where that makes a difference, whatever was measured before. So there may be more courses here than there
are: what holds here holds, and what fails here is shown only when it has been replayed.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from itertools import chain

from attrs import evolve, frozen

from protocol.model.guard import Clock, Compare, Guard, Is, Known, Term, Tracked
from protocol.model.input import Tracker
from protocol.model.protocol import Protocol
from protocol.semantics.prepared import Prepared
from protocol.verification.search.asked import (
    AskedBy,
    asked_by,
    axes_asked,
    axis_name,
    dating_alike,
    due_at,
    in_one_form,
    in_order,
    is_of_input,
    opened,
    trackers_acted_on,
)
from protocol.verification.search.at_start import Base, bases_of
from protocol.verification.search.axes import Axis
from protocol.verification.search.common import Common
from protocol.verification.search.freed import NOTHING, Free
from protocol.verification.search.scoring import FollowedScore

DATES = ("started", "entered", "changed", "raised", "lowered", "hold_began", "stepped")
CLOCKS = {
    "start": "started", "state": "entered", "dose change": "changed", "dose raised": "raised", "dose lowered": "lowered",
    "hold": "hold_began",
}  # fmt: skip


@frozen(eq=False)
class Abstraction:
    """A protocol with everything that its states and letters are made of; ``every`` is minutes between two visits.

    ``free`` are clocks and trackers by the axis at which they are asked like inputs; ``roughly`` the places of the trackers that
    are followed without dates, by such an axis; ``scores``, by axis, follow from the other axes. ``told`` is what is asked of
    inputs, one form of each comparison and its opposite: of what else could be asked one cell may have values of both kinds.
    """

    protocol: Protocol
    prepared: Prepared
    every: int
    axes: tuple[Axis, ...]
    trackers: tuple[Tracker, ...]
    caps: dict[str, int]
    stopwatch: int | None
    due: tuple[Compare, ...]
    remembered: tuple[int, ...]
    cares: frozenset[str]
    holds_once: bool
    steps: bool
    clocks: tuple[Compare, ...]
    free: dict[int, Term]
    roughly: dict[int, int]
    scores: dict[int, FollowedScore]
    told: frozenset[Guard]
    bases: tuple[Base, ...] = ()

    @cached_property
    def base_of(self) -> dict[int, int]:
        """For the place of an axis that is a baseline its place among these."""
        return {base.place: number for number, base in enumerate(self.bases)}

    @cached_property
    def freedom(self) -> Free:
        """What is free, and what of it is followed roughly."""
        rough = (Tracked(self.trackers[place].name) for place in self.roughly.values())
        return Free(frozenset(self.free.values()), frozenset(rough))

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each axis among the axes."""
        return {axis.name: place for place, axis in enumerate(self.axes)}

    @cached_property
    def ways(self) -> dict[int, tuple[tuple[int, ...], ...]]:
        """For each axis the complete values of its letters."""
        return {place: tuple(letter.complete for letter in axis.letters) for place, axis in enumerate(self.axes)}

    @cached_property
    def dated(self) -> frozenset[str]:
        """The events of which it matters when, or whether, they were."""
        wanted = {"stepped": self.steps, "hold_began": self.holds_once, "changed": self.prepared.counts_dose, "started": True}
        return frozenset({name for name, so in wanted.items() if so} | (set(self.caps) - {"stepped"}))

    @cached_property
    def by_lapsing(self) -> frozenset[str]:
        """The inputs of which a reading can be evidence later than it was read: that another lapses, or becomes known, makes the
        condition of a time since true on which a step rests."""
        acted_on = trackers_acted_on(self.prepared)
        whens = (one.when for one in self.trackers if one.kind == "since" and one.name in acted_on)
        known = (when for when in whens if any(isinstance(node, Known) for node in opened(self.prepared, when)))
        return frozenset(name for when in known for name in self.prepared.inputs_of(when))

    @cached_property
    def due_at_once(self) -> dict[str, int]:
        """For each event the comparisons that come due as it is, because their window opens no later."""
        found: dict[str, int] = {}
        for number, atom in enumerate(self.due):
            if isinstance(atom.term, Clock) and atom.term.name in CLOCKS and due_at(atom) <= 0:
                name = CLOCKS[atom.term.name]
                found[name] = found.get(name, 0) | 1 << number
        return found

    def axis_of(self, term: Term | Known) -> int:
        """The place of the axis that a term asks."""
        return self.places[axis_name(term)]

    def tells(self, guard: Guard) -> bool:
        """Whether all that a condition asks is told of a visit, whatever the state."""
        asked = (node for node in opened(self.prepared, guard) if isinstance(node, Compare | Is | Known))
        return all(is_of_input(node) and in_one_form(node) in self.told for node in asked)

    @cached_property
    def has_untold(self) -> bool:
        """Whether a tracker that is free asks something that is not told, so that one cell may have values of both kinds."""
        trackers = [self.protocol.tracker(term.tracker) for term in self.free.values() if isinstance(term, Tracked)]
        guards = [guard for tracker in trackers for guard in (tracker.when, tracker.until) if guard is not None]
        return not all(map(self.tells, guards))

    def axes_of(self, guard: Guard) -> frozenset[int]:
        """The places of the axes that a condition asks."""
        return frozenset(self.places[name] for name in axes_asked(self.prepared, [guard]))


def abstraction(
    protocol: Protocol, every: int, remembered: Iterable[str] = (), free: Free = NOTHING, *, settled: bool = False
) -> Abstraction:
    """The abstraction of a protocol on a grid of visits.

    ``remembered`` names inputs of which the last reading is kept, so that only what was measured is carried over. Clocks and
    trackers that are ``free`` can be anything at each visit. ``settled``: what the first dose settles is kept, too, so that it is
    not another at each visit.
    """
    kept = tuple(remembered)
    found = abstractions((protocol,), every, kept, free)[0]
    return evolve(found, bases=tuple(bases_of(asked_by(protocol, frozenset(kept), free), found.axes))) if settled else found


def abstractions(
    protocols: Iterable[Protocol], every: int, remembered: Iterable[str] = (), free: Free = NOTHING
) -> tuple[Abstraction, ...]:
    """The abstractions of several protocols with the same axes and letters, so that a letter is one visit for all of them.

    Where a reading counts longer in one than in another, there are letters in which it is carried over in the one and unknown in
    the other.
    """
    asking = dating_alike([asked_by(protocol, frozenset(remembered), free) for protocol in protocols])
    names = in_order(asking)
    constants = _constants(chain.from_iterable(one.compared() for one in asking))
    axes = [axes for name in names for axes in Common(asking, constants, every).axes(name)]
    return tuple(_of(one, every, tuple(by_protocol[number] for by_protocol in axes)) for number, one in enumerate(asking))


def _of(one: AskedBy, every: int, axes: tuple[Axis, ...]) -> Abstraction:
    clocks = one.clock_caps()
    valid = [axis.item.valid_for or 0 for axis in axes if axis.name in one.cares]
    caps = {CLOCKS[name]: cap for name, cap in clocks.items() if name in CLOCKS} | {"stepped": max(valid, default=-1) + 1}
    if one.once:
        # What is new is newer than either of them, so that neither ends as if it were now.
        caps["hold_began"] = caps["stepped"] = max(caps.get("hold_began", 0), caps["stepped"], 1)
    remembered = tuple(place for place, axis in enumerate(axes) if axis.name in one.kept)
    compared = tuple(dict.fromkeys(node for node in one.compared() if isinstance(node.term, Clock)))
    asked = one.protocol, one.prepared, every, axes, one.trackers, caps, clocks.get("treatment"), one.due()
    free = {place: one.free[axis.name] for place, axis in enumerate(axes) if axis.name in one.free}
    places = {Tracked(tracker.name): place for place, tracker in enumerate(one.trackers) if tracker.name in one.roughly}
    roughly = {axis: places[term] for axis, term in free.items() if term in places}
    about = compared, free, roughly, one.followed(axes), one.told()
    return Abstraction(*asked, remembered, one.cares, one.once, one.steps, *about)


def _constants(compared: Iterable[Compare]) -> dict[Term, tuple[Fraction, ...]]:
    found: dict[Term, set[Fraction]] = {}
    for node in compared:
        found.setdefault(node.term, set()).add(node.constant)
    return {term: tuple(sorted(values)) for term, values in found.items()}
