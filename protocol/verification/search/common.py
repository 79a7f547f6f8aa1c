"""Which axes and letters have several protocols in common, so that a letter is one visit for all of them?

Where how new a reading is, or how long it counts, can be another thing in one of them, there is a letter for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from attrs import evolve, frozen

from protocol.model.formula import Current, parts
from protocol.model.guard import Known, Ratio, Term, Tracked, Value
from protocol.model.input import Grade, Input, Number, Tracker
from protocol.model.protocol import Protocol
from protocol.verification.search.asked import AskedBy, axis_name
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
from protocol.verification.search.costs import costs_of, raised_by
from protocol.verification.search.freed import counts, free_completes, free_input, free_letters
from protocol.verification.search.ordinary import Usual
from protocol.verification.search.partly_known import partly_known, possible_cells

MOST_AGES = 60
"""Visits for which it is looked back whether a reading that is carried over is older than a step; later they are all the same."""

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
        atoms = (atom for one in self.asking for atom in one.atoms(first.name))
        normal, *others = (costs_of(one.prepared, first.name, cells) for one in self.asking)
        usual = Usual(first, cells, atoms, raised_by(prepared, first.name, cells), others)
        costs = usual.costs(normal)
        order = tuple(range(len(cells))) if computed or score else usual.in_order(costs)
        letters = tuple(letters_of(cells, completes, costs, ages, order, always_known=score))
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
