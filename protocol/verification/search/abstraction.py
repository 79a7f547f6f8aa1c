"""What of a patient is kept in a state, and what of a visit in a letter, so that there are finitely many of both?

Times are ages at the visit, in minutes, and end above the largest constant that they are compared with. What was acted on before
is kept as one bit of each comparison and tracker: whether it came due, or moved, since the last step (and since the last hold,
where a rule holds once). Of readings only those are kept that a later visit can look back to: those of fixed inputs, and of
inputs of which a tracker follows how long something has been so. All others are free at each visit: measured in any cell,
unknown, or carried over where that makes a difference, whatever was measured before. So there may be more courses here than there
are: what holds here holds, and what fails here is shown only when it has been replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from itertools import chain, product

from attrs import evolve, frozen

from protocol.model.formula import Current, parts
from protocol.model.guard import Clock, Compare, Guard, Known, Ratio, Term, Tracked, Value
from protocol.model.input import Grade, Input, Number, Tracker
from protocol.model.protocol import Protocol
from protocol.semantics.prepared import Prepared
from protocol.verification.search.asked import AskedBy, asked_by, axes_asked, axis_name, dating_alike, due_at, in_order
from protocol.verification.search.at_start import Base, bases_of
from protocol.verification.search.axes import (
    BETWEEN,
    NEW,
    OLD,
    Axis,
    Cell,
    Letter,
    cells_of,
    completes_of,
    letters_of,
    told_apart,
)
from protocol.verification.search.costs import costs_of
from protocol.verification.search.freed import NOTHING, Free, counts, free_completes, free_input, free_letters
from protocol.verification.search.partly_known import partly_known, possible_cells
from protocol.verification.search.scoring import FollowedScore

DATES = ("started", "entered", "changed", "raised", "lowered", "hold_began", "stepped")
CLOCKS = {
    "start": "started", "state": "entered", "dose change": "changed", "dose raised": "raised", "dose lowered": "lowered",
    "hold": "hold_began",
}  # fmt: skip
MOST_AGES = 60
"""Visits for which it is looked back whether a reading that is carried over is older than a step; later they are all the same."""


@frozen(eq=False)
class Abstraction:
    """A protocol with everything that its states and letters are made of; ``every`` is minutes between two visits.

    ``free`` are clocks and trackers by the axis at which they are asked like inputs; ``roughly`` the places of the trackers that
    are followed without dates, by such an axis; ``scores``, by axis, follow from the other axes.
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
    return Abstraction(*asked, remembered, one.cares, one.once, one.steps, compared, free, roughly, one.followed(axes))


def _constants(compared: Iterable[Compare]) -> dict[Term, tuple[Fraction, ...]]:
    found: dict[Term, set[Fraction]] = {}
    for node in compared:
        found.setdefault(node.term, set()).add(node.constant)
    return {term: tuple(sorted(values)) for term, values in found.items()}


# Axes

Ages = tuple[tuple[int, tuple[bool, ...]], ...]


@frozen(eq=False)
class Common:
    """What several protocols ask, of which the axes are made for all of them alike."""

    asking: tuple[AskedBy, ...]
    constants: dict[Term, tuple[Fraction, ...]]
    every: int

    def axes(self, name: str) -> Iterator[tuple[Axis, ...]]:
        """The axes of an input, each once for every protocol: of its values, and of its multiples of its baseline."""
        items = [lasting(one.protocol, one.prepared.inputs[name]) for one in self.asking if name in one.prepared.inputs]
        terms = [term for one in self.asking for term in one.terms()]
        known = [term for term in terms if isinstance(term, Known) and term.input == name]
        withins = tuple(sorted({term.within for term in known if term.within is not None}))
        trackers = [tracker for one in self.asking for tracker in one.trackers]
        ages = tuple(dict.fromkeys(age for item in items for age in self._carried(item, withins)))
        if asking := [one for one in self.asking if name in one.free]:
            yield self._free_axis(name, asking[0])
            return
        pieces = cells_of(items[0], self.constants, trackers)
        yield self._axis(items, self._told_apart(name, pieces, trackers), pieces, ages, withins, bool(known))
        if Ratio(name, "baseline") in terms:
            cuts = self.constants[Ratio(name, "baseline")]
            whole = Input(axis_name(Ratio(name, "baseline")), Number("1", Fraction(0), max(cuts) + 1), items[0].valid_for)
            ages = tuple(self._carried(whole, ()))
            pieces = cells_of(whole, {Value(whole.name): cuts}, ())
            yield self._axis([whole], pieces, pieces, ages, (), False)

    def _free_axis(self, name: str, first: AskedBy) -> tuple[Axis, ...]:
        """The axes of a clock or tracker that is free."""
        item = free_input(name, self.constants[Value(name)])
        term = first.free[name]
        kind = first.protocol.tracker(term.tracker).kind if isinstance(term, Tracked) else ""
        count = kind in ("episodes", "consecutive")
        cells = counts(self.constants[Value(name)]) if count else cells_of(item, self.constants, ())
        cares = any(name in one.cares for one in self.asking)
        dates = ((NEW, BETWEEN, OLD) if any(one.once for one in self.asking) else (NEW, OLD)) if cares else (NEW,)
        completes, costs = free_completes(cells, dates), costs_of(first.prepared, name, cells)
        letters = tuple(free_letters(completes, costs, dates, known=not kind, count=count))
        return tuple(Axis(name, item, cells, completes, letters, (), cells) for _ in self.asking)

    def _told_apart(self, name: str, pieces: tuple[Cell, ...], trackers: list[Tracker]) -> tuple[Cell, ...]:
        """The pieces of an input that matter; all of them where its lowest or highest value is remembered."""
        if any(tracker.input == name for tracker in trackers):
            return pieces
        grades = any(isinstance(one.prepared.inputs[name].kind, Grade) for one in self.asking if name in one.prepared.inputs)
        return told_apart(pieces, (atom for one in self.asking for atom in one.atoms(name)), grades=grades)

    def _carried(self, item: Input, withins: tuple[int, ...]) -> Iterator[tuple[int, tuple[bool, ...]]]:
        """The ages at which a reading can be carried over: newer than the last step and hold or not, and young enough or not."""
        cares = any(item.name in one.cares for one in self.asking)
        if not any(item.name in one.carried for one in self.asking):
            return
        longest = self.every * MOST_AGES if item.valid_for is None else item.valid_for
        visits = range(self.every, min(longest, self.every * MOST_AGES) + 1, self.every)
        ages = [*visits, *(within + 1 for within in withins if item.valid_for is None or within < item.valid_for)]
        patterns = dict.fromkeys(tuple(age <= within for within in withins) for age in ages)
        dates = (NEW, BETWEEN, OLD) if any(one.once for one in self.asking) else (NEW, OLD)
        yield from product(dates if cares else (NEW,), patterns)

    def _axis(
        self,
        items: list[Input],
        cells: tuple[Cell, ...],
        pieces: tuple[Cell, ...],
        ages: Ages,
        withins: tuple[int, ...],
        asked: bool,
    ) -> tuple[Axis, ...]:
        first, prepared = items[0], self.asking[0].prepared
        formulas = [item.value for one in self.asking for item in one.protocol.numbers if item.name == first.name]
        computed, several = bool(formulas), any(len(parts(formula)) > 1 for formula in formulas)
        completes = completes_of(cells, ages, len(withins), known_asked=asked, computed=computed)
        score = any(item.name == first.name for one in self.asking for item in one.prepared.protocol.scores)
        letters = tuple(letters_of(cells, completes, costs_of(prepared, first.name, cells), ages, always_known=score))
        if computed:
            carried = any(first.name in one.carried for one in self.asking)
            open_to = [possible_cells(one.protocol, first.name, cells, one.atoms(first.name)) for one in self.asking]
            letters += tuple(partly_known(completes, (date for date, _ in ages), open_to, read=carried, several=several))
        apart = self._dated_apart(letters)
        return tuple(
            Axis(
                first.name,
                self._item(one, first),
                cells,
                completes,
                (*letters, *self._longer(one, first, letters), *(both[number] for both in apart)),
                withins,
                pieces,
            )
            for number, one in enumerate(self.asking)
        )

    def _dated_apart(self, letters: tuple[Letter, ...]) -> list[tuple[Letter, ...]]:
        """The letters of readings that are newer than the last step or hold in one of two protocols, and not in the other.

        Both step at the same visits, as long as they decide the same; but a new reading during a hold begins it anew only where
        a rule says so.
        """
        if len(self.asking) != 2 or _holds_anew(self.asking[0]) == _holds_anew(self.asking[1]):
            return []
        carried = [letter for letter in letters if letter.kind == "carried"]
        pairs = [(one, other) for one, other in product(carried, repeat=2) if one.date != other.date]
        same = [pair for pair in pairs if _undated(pair[0]) == _undated(pair[1])]
        return [tuple(evolve(letter, cost=letter.cost + 1) for letter in pair) for pair in same]

    def _item(self, one: AskedBy, first: Input) -> Input:
        return lasting(one.protocol, one.prepared.inputs.get(first.name, first))

    def _longer(self, one: AskedBy, first: Input, letters: tuple[Letter, ...]) -> tuple[Letter, ...]:
        """The letters of what is carried over in those protocols only in which it counts longest."""
        lengths = {self._item(other, first).valid_for for other in self.asking}
        if len(lengths) == 1:
            return ()
        longest = None if None in lengths else max(length for length in lengths if length is not None)
        carried = [letter for letter in letters if letter.kind == "carried"]
        shown = carried or [letter for letter in letters if letter.kind == "measured" and letter.limits]
        unknown = next(letter for letter in letters if letter.kind == "unknown")
        longer = self._item(one, first).valid_for == longest
        return tuple(
            evolve(each if longer else unknown, kind="carried" if longer else "unknown", cost=each.cost + 1) for each in shown
        )


def _holds_anew(one: AskedBy) -> object:
    """What says when a hold begins anew; nothing where nothing does."""
    rules = [rule for rule in one.prepared.rules if rule.once]
    return rules and (rules, one.prepared.definitions, one.prepared.trackers, one.protocol.scores, one.protocol.numbers)


def _undated(letter: Letter) -> Letter:
    return evolve(letter, date=NEW, complete=())


def lasting(protocol: Protocol, item: Input) -> Input:
    """The input; a computed number is no longer valid than the shortest of what it is computed from, where nothing stands in."""
    for number in protocol.numbers:
        if number.name == item.name:
            known = {name for name, _ in number.defaults}
            current = [part.input for part in parts(number.value) if isinstance(part, Current) and part.input not in known]
            valid = [one for name in current if (one := protocol.input(name).valid_for) is not None]
            return evolve(item, valid_for=min(valid, default=None))
    return item
