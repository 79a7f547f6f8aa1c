"""As which codes does a compiled protocol read a value: in which cell, of the value and of its multiples of the limits of normal?

A plain number is found among floats. Whatever is rarer, such as a bound, is read as the reference reads it and put into cells.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from attrs import define, field

from protocol.errors import NotationError
from protocol.executors.compiled.cuts import first_float
from protocol.executors.compiled.terms import LIMITS, Term
from protocol.model.course import Observation, Visit
from protocol.model.input import Input, Number
from protocol.model.state import Held, Interval
from protocol.semantics.readings import read_one

Value = float | int | str | bool
Codes = tuple[int, ...]
Update = tuple[int, int, int, int, Codes]
"""What an observation does to the registers: when it was made goes into the first, its codes from the second on to the third;
the fourth is the bit of the input. Where nothing is that simple the second is -1, and the first is the number of the input."""
NO_CODES: Codes = ()
REFUSED: Codes = (-1,)
_NEAR = 1e-12
"""As a share of a constant: a quotient of floats that is nearer to it is computed exactly."""
_MOST = 100_000


class Known(dict[Any, Update | None]):
    """What values were read as. A value that is new is read; of nothing there is nothing."""

    def __init__(self, read: Callable[[Any], Update | None]) -> None:
        super().__init__({None: None})
        self._read = read

    def __missing__(self, value: Any) -> Update | None:
        found = self._read(value)
        if len(self) < _MOST:
            self[value] = found
        return found


@define(eq=False)
class Coder:
    """How observations of one input are read: as the codes of its terms, in order; NO_CODES where no value counts then, REFUSED
    where it cannot be used, None where nothing was observed.

    ``number`` is that of the input; ``observed`` the register of when it was, ``begin`` that of the first code.
    """

    item: Input
    terms: tuple[Term, ...]
    number: int
    observed: int
    begin: int
    floats: Floats | None = field(init=False)
    values: Known = field(init=False)
    records: Known = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.floats = Floats(self.item.kind, self.terms) if isinstance(self.item.kind, Number) else None
        self.values = Known(lambda value: self.update(self.codes(value)))
        self.records = Known(self._record)

    def codes(self, value: Value, censored: str = "", lower: float | None = None, upper: float | None = None) -> Codes:
        """The codes of a value, with the sign of a bound and the limits of its record."""
        if self.floats is not None and not censored:
            found = self.floats.codes(value, lower, upper)  # type: ignore[arg-type]
            if found is not None:
                return found
        return self.codes_of(Observation(self.item.name, value, censored=censored or "", lower=lower, upper=upper))

    def codes_of(self, observation: Observation) -> Codes:
        """The codes of an observation as a course has it."""
        try:
            held = read_one(self.item, observation, Visit(0))
        except NotationError:
            return REFUSED
        return NO_CODES if held is None else tuple(code_of(term, held) for term in self.terms)

    def update(self, codes: Codes) -> Update:
        """What these codes do to the registers."""
        if self.item.fixed or codes is REFUSED or codes is NO_CODES:
            return self.number, -1, 0, 0, codes
        return self.observed, self.begin, self.begin + len(codes), 1 << self.number, codes

    def column(self, values: Sequence[Any], parts: Sequence[Sequence[Any]]) -> list[Update | None]:
        """What a column of a table of visits says. ``parts``: whether each was not done, the sign of a bound, and the limits;
        or nothing."""
        return list(
            map(self.records.__getitem__, zip(values, *parts, strict=True)) if parts else map(self.values.__getitem__, values)
        )

    def _record(self, record: tuple[Any, bool | None, str | None, float | None, float | None]) -> Update | None:
        value, not_done, censored, lower, upper = record
        if not_done:
            return self.update(NO_CODES)
        return None if value is None else self.update(self.codes(value, censored or "", lower, upper))


class Floats:
    """The codes of a plain number, found by comparing floats; None where it takes exact numbers to say, or it is refused."""

    def __init__(self, kind: Number, terms: tuple[Term, ...]) -> None:
        self.least, self.beyond = first_float(kind.low, False), first_float(kind.high, True)
        self.lowest = first_float(min(kind.low, Fraction(0)), False)
        self.values = [(place, term.cells.floats()) for place, term in enumerate(terms) if term.limit not in LIMITS]
        self.multiples = [
            (place, term.limit == "ULN", *_around(term)) for place, term in enumerate(terms) if term.limit in LIMITS
        ]
        self.without = [term.without_limit for term in terms]

    def codes(self, value: float, lower: float | None, upper: float | None) -> Codes | None:
        """The codes of a value with the limits of its record."""
        if not self.least <= value < self.beyond:
            return None
        found = self.without.copy()
        for place, firsts in self.values:
            found[place] = bisect_right(firsts, value)
        if lower is None and upper is None:
            return tuple(found)
        if not self._is_usual(lower, upper):
            return None
        for place, is_upper, below, above in self.multiples:
            limit = upper if is_upper else lower
            if limit is not None:
                found[place] = cell = bisect_right(below, value / limit)
                if cell != bisect_right(above, value / limit):
                    return None
        return tuple(found)

    def _is_usual(self, lower: float | None, upper: float | None) -> bool:
        if upper is not None and not (self.least <= upper < self.beyond and upper > 0):
            return False
        if lower is not None and not (self.lowest <= lower < self.beyond and lower > 0):
            return False
        return lower is None or upper is None or lower < upper


def _around(term: Term) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """For each constant the quotients from which on it may be passed, and from which on it is."""
    constants = [float(constant) for constant, _ in term.cells.cuts]
    return tuple(one - abs(one) * _NEAR for one in constants), tuple(one + abs(one) * _NEAR for one in constants)


def code_of(term: Term, held: Held) -> int:
    """The code of a reading."""
    if isinstance(held.value, str):
        return term.options.index(held.value)
    assert held.value is not None
    if term.limit not in LIMITS:
        value = held.value if not term.limit else Interval(held.value.low, held.value.high)
        return term.code(*term.cells.range_of(value))
    bound = held.upper if term.limit == "ULN" else held.lower
    if bound is None:
        return term.without_limit
    return term.code(*term.cells.range_of(_multiple(term, held.value, bound)))


def _multiple(term: Term, value: Interval, bound: Fraction) -> Interval:
    """How many times a limit of normal a value is. With a limit of zero, zero is at it, and anything more above all."""
    if bound == 0:
        beyond = max((constant for constant, _ in term.cells.cuts), default=Fraction(0)) + 1
        low = min(Fraction(1), beyond) if value.low == 0 else beyond
        return Interval(low, Fraction(1) if value.high == 0 else beyond)
    return Interval(value.low / bound, value.high / bound, value.open_low, value.open_high)
