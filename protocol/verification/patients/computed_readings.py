"""Which readings of its parts give a computed number the value that a letter says? A small search, before it is replayed.

What a path leaves open is filled in: readings of the same visit, of the first dose, of the weeks to which a formula looks back.
What is found here is not yet so: whether the reference agrees is asked of the whole course.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice, product

from attrs import frozen

from protocol.model.course import Given, Observation
from protocol.model.formula import Baseline, Current, Earlier, Formula, Operation, Part, parts
from protocol.model.guard import Value
from protocol.model.input import DerivedNumber, Number, Score
from protocol.semantics.prepared import Prepared, prepare
from protocol.verification.patients.inverse import result, value_for
from protocol.verification.patients.readable import Piece, in_few_digits, piece_at, value_in
from protocol.verification.patients.score_readings import Scoring, behind, state_before
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.axes import Axis, Letter

Said = dict[str, Observation]
Slot = tuple[int, str]
"""A reading: the visit at which it is made, and its input."""
MOST_TRIES = 400


@frozen(eq=False)
class Filling:
    """A course that is being filled in: what is said at each visit, and what must stay as it is.

    ``start`` is the visit of the first dose. ``fixed`` are the readings of which the path says what they are, ``given`` what was
    given at each visit where that is not the recommendation.
    """

    abstraction: Abstraction
    prepared: Prepared
    times: Sequence[int]
    start: int
    said: list[Said]
    fixed: dict[Slot, Letter]
    given: Sequence[Given | None]

    def fill(self, visit: int, axis: Axis, letter: Letter) -> None:
        """Makes a computed number at a visit what the letter says, if readings are found that do."""
        formula, number = self.formula(axis)
        score = self.prepared.scores.get(axis.name)
        if score is not None and letter.kind == "measured":
            self._scored(visit, score, piece_at(axis, letter.cell))
        if formula is None or letter.kind == "carried":
            return
        if letter.kind == "unknown":
            self._leave_out(visit, formula)
            return
        slots = {part: slot for part in parts(formula) if (slot := self._slot(part, visit, number)) is not None}
        if len(slots) == len(parts(formula)):
            self._found(formula, slots, piece_at(axis, letter.cell), visit)

    def _scored(self, visit: int, score: Score, piece: Piece) -> None:
        state = state_before(self.abstraction.protocol, self.times, self.said, self.given, visit)
        free = tuple(name for name in behind(self.prepared, score) if (visit, name) not in self.fixed)
        found = Scoring(self.prepared, score, state, self.times[visit], free).filled(self.said[visit], piece)
        if found is not None:
            self.fixed.update({(visit, name): Letter("measured", -1, (), 0) for name in found if name not in self.said[visit]})
            self.said[visit] = dict(found)

    def formula(self, axis: Axis) -> tuple[Formula | None, DerivedNumber | None]:
        """The formula of a computed number, or of a multiple of a baseline; None for a score."""
        number = self.prepared.numbers.get(axis.name)
        if number is not None:
            return number.value, number
        name = axis.name.removesuffix(" / baseline")
        return (Operation("/", Current(name), Baseline(name)) if name != axis.name else None), None

    def _slot(self, part: Part, visit: int, number: DerivedNumber | None) -> Slot | None:
        match part:
            case Current(name):
                return visit, name
            case Baseline(name):
                return (self.start, name) if visit > self.start else None
            case Earlier(name, ago):
                before, after = number.window if number is not None and number.window else (0, 0)
                then = self.times[visit] - ago
                near = [one for one in range(visit) if then - before <= self.times[one] <= then + after]
                return (min(near, key=lambda one: abs(self.times[one] - then)), name) if near else None

    def _leave_out(self, visit: int, formula: Formula) -> None:
        """Says of one present part, of which nothing else is said, that it was not done."""
        current = [part.input for part in parts(formula) if isinstance(part, Current)]
        if any(self.fixed[visit, name].kind == "unknown" for name in current if (visit, name) in self.fixed):
            return
        name = next((name for name in current if (visit, name) not in self.fixed), None)
        if name is not None:
            self.said[visit][name] = Observation(name, None)
            self.fixed[visit, name] = Letter("unknown", -1, (), 0)

    def _found(self, formula: Formula, slots: dict[Part, Slot], piece: Piece, visit: int) -> None:
        order = sorted(slots, key=lambda part: (self._is_open(slots[part]), slots[part][0]))
        for values in islice(product(*(self._options(slots[part]) for part in order)), MOST_TRIES):
            chosen = dict(zip(order, values, strict=True))
            for part in [None, *(part for part in reversed(order) if self._is_open(slots[part]))]:
                tried = chosen if part is None else self._turned(formula, part, chosen, slots[part], piece)
                if tried is not None and _is_in(piece, formula, tried):
                    self._put(slots, tried)
                    return

    def _is_open(self, slot: Slot) -> bool:
        return slot not in self.fixed

    def _turned(
        self, formula: Formula, part: Part, chosen: dict[Part, Fraction], slot: Slot, piece: Piece
    ) -> dict[Part, Fraction] | None:
        """The values, with that of one part such that the formula comes to a value of the piece, in few digits if that does."""
        wanted = value_for(formula, part, chosen, value_in(piece))
        kind = self.prepared.inputs[slot[1]].kind
        if wanted is None or not isinstance(kind, Number) or not kind.low <= wanted <= kind.high:
            return None
        near = (value for value in in_few_digits(wanted) if kind.low <= value <= kind.high)
        tries = ({**chosen, part: value} for value in near)
        return next((one for one in tries if _is_in(piece, formula, one)), {**chosen, part: wanted})

    def _options(self, slot: Slot) -> tuple[Fraction, ...]:
        """Values that a reading can have: the one that is said, or of the cell of which the path says it is; else any."""
        visit, name = slot
        letter, place = self.fixed.get(slot), self.abstraction.places.get(name)
        said = self.said[visit].get(name)
        if letter is not None and said is not None and isinstance(said.value, Fraction):
            if place is None or said.upper is not None or said.lower is not None:
                return (said.value,)
            return tuple(dict.fromkeys((said.value, *values_in(piece_at(self.abstraction.axes[place], letter.cell)))))
        if letter is not None:
            return self._in_force(slot)
        kind = self.prepared.inputs[name].kind
        if not isinstance(kind, Number):
            return ()
        cuts = self.prepared.constants.get(Value(name), ())
        whole = Piece(kind.low, kind.high, False, False)
        near = (value for value in self._near(name) if kind.low <= value <= kind.high)
        return tuple(dict.fromkeys((*self._in_force(slot), value_in(whole), *cuts, *near, *values_in(whole), kind.high)))

    def _near(self, name: str) -> Iterator[Fraction]:
        """A little less, and a little more, than what the path says of an input at other visits."""
        for one in self.said:
            said = one.get(name)
            if said is not None and isinstance(said.value, Fraction):
                yield from (value for share in (9, 11) for value in in_few_digits(said.value * share / 10)[1:2])

    def _in_force(self, slot: Slot) -> tuple[Fraction, ...]:
        """The value of the last reading before, where there is one."""
        visit, name = slot
        for earlier in range(visit, -1, -1):
            said = self.said[earlier].get(name)
            if said is not None:
                return (said.value,) if isinstance(said.value, Fraction) else ()
        return ()

    def _put(self, slots: dict[Part, Slot], values: dict[Part, Fraction]) -> None:
        for part, (visit, name) in slots.items():
            before = self.fixed.get((visit, name))
            if before is None or name in self.said[visit]:
                old = self.said[visit].get(name)
                limits = (None, None) if old is None else (old.lower, old.upper)
                self.said[visit][name] = Observation(name, values[part], lower=limits[0], upper=limits[1])
            if before is None:
                self.fixed[visit, name] = Letter("measured", -1, (), 0)


def filling(
    abstraction: Abstraction,
    times: Sequence[int],
    said: list[Said],
    shown: Sequence[dict[int, Letter]],
    given: Sequence[Given | None],
) -> Filling:
    """What a path says, to be filled in."""
    prepared = prepare(abstraction.protocol)
    measured = {item.name for item in abstraction.protocol.inputs}
    axes = abstraction.axes
    fixed = {(visit, axes[place].name): letter for visit, one in enumerate(shown) for place, letter in one.items()}
    start = next((visit for visit, time in enumerate(times) if time >= 0), len(times) - 1)
    return Filling(
        abstraction, prepared, times, start, said, {slot: one for slot, one in fixed.items() if slot[1] in measured}, given
    )


def values_in(piece: Piece) -> Iterator[Fraction]:
    """Some values of a piece, from one end to the other."""
    if piece.is_point or piece.high is None:
        return
    size = piece.high - piece.low
    yield from (piece.low + size * Fraction(tenth, 10) for tenth in (1, 3, 5, 7, 9))
    yield from (piece.low + size / 100, piece.high - size / 100)


def _is_in(piece: Piece, formula: Formula, values: dict[Part, Fraction]) -> bool:
    found = result(formula, values)
    return found is not None and piece.holds(found)
