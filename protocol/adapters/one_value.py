"""What stands in the one cell that a table of visits has for an input at a visit: of several values the one that counts.

It is what the reference makes of them: a contradiction, and what is no value of the input, leave the input unknown.
"""

from __future__ import annotations

from fractions import Fraction

from attrs import frozen

from protocol.errors import NotationError
from protocol.model.course import Observation
from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.quantity import convert, exact


@frozen
class Cell:
    """A value in the declared unit; None: nothing is known from here on, as of what was not done."""

    value: Fraction | str | bool | None = None
    censored: str = ""
    lower: Fraction | None = None
    upper: Fraction | None = None


UNKNOWN = Cell()


def one_value(item: Input, observations: tuple[Observation, ...]) -> Cell:
    """The cell of an input from all that was observed at one time."""
    try:
        cells = [_cell(item, one) for one in observations]
        if len(cells) > 1 and not all(_is_plausible(item, cell) for cell in cells):
            return UNKNOWN
    except NotationError:
        return UNKNOWN
    if all(cell == cells[0] for cell in cells) or item.repeats == "last":
        return cells[-1]
    if item.repeats == "worst" and UNKNOWN not in cells and len({(cell.lower, cell.upper) for cell in cells}) == 1:
        return max(cells, key=lambda cell: _badness(item, cell))
    return UNKNOWN


def _cell(item: Input, one: Observation) -> Cell:
    if one.value is None:
        return UNKNOWN
    match item.kind:
        case Number() as kind:
            value, lower, upper = (_in(kind, one, part) for part in (one.value, one.lower, one.upper))
            return Cell(value, one.censored, lower, upper)
        case Grade():
            if one.unit not in ("", "grade"):
                raise NotationError(f"'{one.unit}' is no unit of a grade")
            return Cell(exact(one.value), one.censored)
        case Choice(options):
            return _option(str(one.value).strip(), options)
        case YesNo():
            cell = _option(str(one.value).strip(), ("no", "yes"))
            return Cell(cell.value == "yes")


def _is_plausible(item: Input, cell: Cell) -> bool:
    """Whether the reference will accept it; one value by itself goes into the table, and is refused and counted there."""
    return (
        not (isinstance(item.kind, Number) and isinstance(cell.value, Fraction)) or item.kind.low <= cell.value <= item.kind.high
    )


def _option(text: str, options: tuple[str, ...]) -> Cell:
    if text not in options:
        raise NotationError(f"'{text}' is no option")
    return Cell(text)


def _in(kind: Number, one: Observation, value: Fraction | str | None) -> Fraction | None:
    if value is None:
        return None
    number = exact(value)
    return number if one.unit in ("", kind.unit) else convert(number, one.unit, kind.unit)


def _badness(item: Input, cell: Cell) -> Fraction:
    """The greater the worse: as far as the value can go, where it is only a bound."""
    if isinstance(cell.value, Fraction):
        kind = item.kind
        low, high = (kind.low, kind.high) if isinstance(kind, Number) else (Fraction(0), Fraction(5))
        if item.worse == "low":
            return -(low if cell.censored in ("<", "<=") else cell.value)
        return high if cell.censored in (">", ">=") else cell.value
    options = item.kind.options if isinstance(item.kind, Choice) else (False, True)
    return Fraction(tuple(options).index(cell.value))
