"""What can a visit show of one input? Its cells, and the letters: measured in one, not known, or carried over from before.

An input is cut only at the constants that something compares it with. A *complete* value is a cell with what else a rule can
tell of a reading: whether it is older than the last step or hold, and whether it is known. A letter stands for the complete
values that are possible with it: one where the input was measured, all where it is unknown. Unknown values count as measured now,
as they do in the semantics. A reading is carried over only where that can make a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product
from typing import Literal

from attrs import frozen

from protocol.model.guard import Atom, Compare, Is, Ratio, Term, Tracked, Value
from protocol.model.input import Choice, Grade, Input, Number, Tracker, YesNo
from protocol.model.state import Interval
from protocol.semantics.cells import cells
from protocol.semantics.compiled import true_of
from protocol.verification.search.limits import (
    BEYOND,
    Limit,
    are_plausible,
    for_lower,
    is_decimal,
    limits,
    multiples,
    of_plausible_limits,
    that_divides,
    together,
    uppers_of,
)

NEW, BETWEEN, OLD = 0, 1, 2
"""Of a reading: newer than the last step and the last hold, than only the earlier of them, or than neither."""


@frozen
class Cell:
    """One value of each piece that is told apart, with limits of normal that make its multiples of them what they are.

    ``plausible``: so are the limits, or those are with which another value of the piece is such multiples.
    """

    value: Fraction | str
    upper: Limit = None
    lower: Limit = None
    plausible: bool = True

    @property
    def is_on_record(self) -> bool:
        """Whether a record can have these limits; else they are only supposed, each by itself, where they are missing."""
        return self.plausible and (self.upper is None or self.lower is None or self.lower <= self.upper)


@frozen
class Complete:
    """A cell, how old its reading is, whether it is known, and for each ``within`` that is asked whether it is young enough.

    ``limits``: the limits of normal are on record. Where they are not, its multiples of them count as found out now.
    """

    cell: int
    date: int = NEW
    known: bool = True
    within: tuple[bool, ...] = ()
    limits: bool = True


@frozen
class Letter:
    """What a visit shows of an input. ``complete`` are the places of the complete values that it can be.

    ``limits``: the limits of normal are on record. ``among``: of a computed number that is not known, the cells that its known
    parts leave; ``read``: some of these were read now. ``cost`` orders letters: normal first, then what is not, then what is
    not measured.
    """

    kind: Literal["measured", "unknown", "carried"]
    cell: int
    complete: tuple[int, ...]
    cost: int
    date: int = NEW
    within: tuple[bool, ...] = ()
    limits: bool = True
    among: tuple[int, ...] = ()
    read: bool = False

    @property
    def reading(self) -> int:
        """What is kept of a reading: its cell; below zero where its limits of normal are not on record."""
        return self.cell if self.limits else -1 - self.cell


@frozen(eq=False)
class Axis:
    """One input with its cells, complete values and letters. ``withins`` are the ages that ``known within`` asks, in order.

    ``pieces`` are all into which its constants cut it; of those that no comparison tells apart one is a cell.
    """

    name: str
    item: Input
    cells: tuple[Cell, ...]
    completes: tuple[Complete, ...]
    letters: tuple[Letter, ...]
    withins: tuple[int, ...]
    pieces: tuple[Cell, ...]


BEYOND_NORMAL, NOT_RECOVERED, ALARMING, WITHOUT_LIMITS, UNKNOWN, CARRIED = 1, 3, 10, 12, 15, 20


def cells_of(item: Input, constants: dict[Term, tuple[Fraction, ...]], trackers: Iterable[Tracker]) -> tuple[Cell, ...]:
    """One cell of each piece into which the constants cut an input, its multiples of the limits of normal among them."""
    found, cuts = list[Cell](), _cuts(item, constants, trackers)
    of_upper, of_lower = (constants.get(Ratio(item.name, limit), ()) for limit in ("ULN", "LLN"))
    values = _values(item, cuts)
    for place, value in enumerate(values):
        if isinstance(value, str) or not isinstance(item.kind, Number) or not (of_upper or of_lower):
            found.append(Cell(value))
            continue
        low, high = item.kind.low, item.kind.high
        ends = (low, *values, high)[place : place + 3 : 2]
        piece = Interval(value, value) if value in cuts else Interval(*ends)  # type: ignore[arg-type]
        found += _with_limits(value, piece, of_upper, of_lower, Interval(low, high))
    return tuple(found)


def _with_limits(
    value: Fraction, piece: Interval, of_upper: tuple[Fraction, ...], of_lower: tuple[Fraction, ...], plausible: Interval
) -> Iterator[Cell]:
    """A value of a piece with limits for each of its multiples."""
    best = of_plausible_limits(piece, of_upper, of_lower, plausible)
    if piece.low < piece.high:
        within = best or piece
        value = value if within.low < value < within.high else (within.low + within.high) / 2
        value = that_divides(value, within, (*of_upper, *of_lower))
    most = BEYOND * (max((*of_upper, *of_lower)) + 1)
    uppers = multiples(value, of_upper, plausible, most)
    lowers = multiples(value, of_lower, for_lower(plausible), most)
    both = (together(value, upper, lower, plausible) for upper, lower in product(uppers, lowers))
    found = [limits(value, *one, plausible) for one in both]
    if value == 0 and lowers != (None,):
        found += [(upper, Fraction(0)) for upper in uppers_of(value, uppers, plausible)]
    certain = best is not None or piece.low == piece.high
    return (Cell(value, *one, are_plausible(*one, plausible) or not certain) for one in found)


def told_apart(pieces: tuple[Cell, ...], atoms: Iterable[Atom], *, grades: bool = False) -> tuple[Cell, ...]:
    """One of the pieces for all that no comparison tells apart: one that can be on record first, a piece between two constants
    before a constant, of grades the mildest; one whose limits of normal are decimals, and one above the lower of them rather than
    one that is the limit itself."""
    asked = tuple(dict.fromkeys(atoms))
    cuts = {atom.constant for atom in asked if isinstance(atom, Compare) and isinstance(atom.term, Value)}
    both = bool(cuts) and any(isinstance(atom, Compare) and isinstance(atom.term, Ratio) for atom in asked)
    found: dict[object, Cell] = {}

    def last(one: Cell) -> tuple[bool, ...]:
        not_decimal = not (is_decimal(one.upper) and is_decimal(one.lower))
        return not one.is_on_record, not grades and one.value in cuts, not_decimal, one.value == one.lower

    for piece in sorted(pieces, key=last):
        # A value without its limit of normal can be any multiple of it, so values are not mixed where both are asked.
        found.setdefault((*(is_true(atom, piece) for atom in asked), piece.value if both else None), piece)
    kept = set(found.values())
    return tuple(piece for piece in pieces if piece in kept)


def is_true(atom: Atom, cell: Cell) -> bool | None:
    """Whether a comparison is true of a cell; None of multiples of a baseline, which have cells of their own."""
    if isinstance(atom, Is) or isinstance(atom.term, Value):
        return true_of(atom, cell.value)
    assert isinstance(atom.term, Ratio)
    limit = {"ULN": cell.upper, "LLN": cell.lower, "baseline": None}[atom.term.limit]
    if limit is None or isinstance(cell.value, str):
        return None
    return true_of(atom, cell.value / limit) if limit else None


def _cuts(item: Input, constants: dict[Term, tuple[Fraction, ...]], trackers: Iterable[Tracker]) -> tuple[Fraction, ...]:
    """The constants of the value itself, and of its lowest and highest value."""
    extremes = [
        Tracked(tracker.name) for tracker in trackers if tracker.kind in ("lowest", "highest") and tracker.input == item.name
    ]
    terms: list[Term] = [Value(item.name), *extremes]
    return tuple(sorted({constant for term in terms for constant in constants.get(term, ())}))


def _values(item: Input, cuts: tuple[Fraction, ...]) -> tuple[Fraction | str, ...]:
    match item.kind:
        case Choice(options):
            return options
        case YesNo():
            return ("no", "yes")
        case Grade():
            return tuple(_told_apart((Fraction(grade) for grade in range(6)), cuts))
        case Number(_, low, high):
            return cells(Interval(low, high), cuts)


def _told_apart(values: Iterable[Fraction], cuts: tuple[Fraction, ...]) -> Iterator[Fraction]:
    """The first of the values that no cut tells apart."""
    seen: set[object] = set()
    for value in values:
        sides = tuple((value > cut) - (value < cut) for cut in cuts)
        if sides not in seen:
            seen.add(sides)
            yield value


def letters_of(
    cells: tuple[Cell, ...],
    completes: tuple[Complete, ...],
    costs: tuple[int, ...],
    carried: tuple[tuple[int, tuple[bool, ...]], ...],
    order: tuple[int, ...],
    *,
    always_known: bool = False,
) -> Iterator[Letter]:
    """The letters of an input, those of its cells in an ``order``; ``carried`` are the ages, as dates and ``within`` flags, at
    which it can be carried over."""
    young = _places(completes, lambda one: one.known and one.date == NEW and all(one.within))
    on_record = [cell for cell in order if cells[cell].is_on_record]
    for cell in on_record:
        yield Letter("measured", cell, tuple(place for place in young if completes[place].cell == cell), costs[cell])
    if not always_known:
        yield Letter("unknown", -1, _unknown(completes), UNKNOWN)
    normal_first = sorted(order, key=costs.__getitem__)
    asked = [cell for cell in normal_first if cells[cell].upper is not None or cells[cell].lower is not None]
    for value in dict.fromkeys(cells[cell].value for cell in asked):
        alike = [cell for cell in normal_first if cells[cell].value == value]
        if len(alike) > 1:
            places = tuple(place for place in young if completes[place].cell in alike)
            shown = next(cell for cell in alike if cell in on_record)
            yield Letter("measured", shown, places, WITHOUT_LIMITS, limits=False)
            # A multiple of a limit that is missing counts as found out now, however old the reading is.
            asks_value = len({one.value for one in cells}) > 1
            for date, within in carried:
                counts = (date, within, date == NEW) if asks_value else (NEW, within, True)
                old = _places(completes, lambda one: one.known and (one.date, one.within, one.limits) == counts)  # noqa: B023
                places = tuple(place for place in old if completes[place].cell in alike)
                yield Letter("carried", shown, places, CARRIED + WITHOUT_LIMITS, date, within, limits=False)
    for cell, (date, within) in product(on_record, carried):
        wanted = Complete(cell, date, True, within)
        places = _places(completes, lambda one: one == wanted)  # noqa: B023
        yield Letter("carried", cell, places, CARRIED + costs[cell], date, within)


def _unknown(completes: tuple[Complete, ...]) -> tuple[int, ...]:
    unknown = _places(completes, lambda one: not one.known and one.date == NEW)
    return unknown or _places(completes, lambda one: one.date == NEW)


def _places(completes: tuple[Complete, ...], wanted: object) -> tuple[int, ...]:
    return tuple(place for place, one in enumerate(completes) if wanted(one))  # type: ignore[operator]


def completes_of(
    cells: tuple[Cell, ...],
    carried: tuple[tuple[int, tuple[bool, ...]], ...],
    withins: int,
    *,
    known_asked: bool,
    computed: bool = False,
) -> tuple[Complete, ...]:
    """The complete values of an input: each cell at each age at which it can be read, and where that is asked not known.

    What is known of a computed number that is not can be older, too.
    """
    ages = dict.fromkeys([(NEW, (True,) * withins), *carried])
    known = [Complete(cell, date, True, within) for cell in range(len(cells)) for date, within in ages]
    if len({one.value for one in cells}) > 1 and any(one.upper is not None or one.lower is not None for one in cells):
        old = [(date, within) for date, within in ages if date != NEW]
        known += [Complete(cell, date, True, within, False) for cell in range(len(cells)) for date, within in old]
    dates = dict.fromkeys((NEW, *(date for date, _ in carried)) if computed else (NEW,)) if known_asked else ()
    unknown = [Complete(cell, date, False, (False,) * withins) for date in dates for cell in range(len(cells))]
    return (*known, *unknown)
