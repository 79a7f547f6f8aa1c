"""What is there in a column of a table, and with which constants is each input compared?"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from attrs import field, frozen

from protocol.executors.columnar.forest import Forest
from protocol.executors.compiled.coding import Coder
from protocol.executors.compiled.cuts import first_float
from protocol.executors.compiled.terms import LIMITS, Term
from protocol.model.input import Input, Number

_NEAR = 1e-12
_SMALL = 1 << 20
Column = Any


@frozen
class Buffers:
    """A column of numbers or options as arrays: the values, and whether there is one in each row."""

    values: Any
    there: Any


def buffers(column: Column, kind: Any) -> Buffers:
    """The arrays behind an Arrow array; bits become bytes, numbers are not copied."""
    valid, values = column.buffers()[:2]
    size, begin = len(column), column.offset
    there = _bytes(valid, begin, size) if valid is not None and column.null_count else _all_there(size)
    if kind is np.bool_:
        return Buffers(_bytes(values, begin, size) if values else np.zeros(size, np.uint8), there)
    whole = np.frombuffer(values, kind) if values else np.empty(0, kind)
    return Buffers(whole[begin : begin + size], there)


def _bytes(bits: Any, begin: int, size: int) -> Any:
    first = begin // 8
    part = np.frombuffer(bits, np.uint8)[first : (begin + size + 7) // 8]
    return np.unpackbits(part, bitorder="little")[begin - 8 * first : begin - 8 * first + size]


@lru_cache(maxsize=4)
def _all_there(size: int) -> Any:
    return np.ones(size, np.uint8)


@frozen(eq=False)
class Compared:
    """One input, with the constants that its values are compared with."""

    coder: Coder
    terms: tuple[Term, ...]
    name: str = field(init=False)
    cuts: tuple[Any, ...] = field(init=False)
    around: tuple[Any, ...] = field(init=False)
    exact: tuple[Any, ...] = field(init=False)
    range: Any = field(init=False)

    @property
    def item(self) -> Input:
        """The input as the protocol declares it."""
        return self.coder.item

    @name.default
    def _name(self) -> str:
        """What its column is called."""
        return self.coder.item.name

    @cuts.default
    def _cuts(self) -> tuple[Any, ...]:
        return tuple(np.array(() if is_multiple(term) else term.cells.floats(), np.float64) for term in self.terms)

    @around.default
    def _around(self) -> tuple[Any, ...]:
        return tuple(map(_around, self.terms))

    @exact.default
    def _exact(self) -> tuple[Any, ...]:
        return tuple(map(_exact, self.terms))

    @range.default
    def _range(self) -> Any:
        """The first plausible float, and the first beyond."""
        kind = self.coder.item.kind
        return np.array([first_float(kind.low, False), first_float(kind.high, True)]) if isinstance(kind, Number) else None


def compared(forest: Forest) -> tuple[Compared, ...]:
    """All inputs of a protocol, in order."""
    terms = forest.frame.terms.values()
    return tuple(
        Compared(coder, tuple(term for term in terms if term.input == number))
        for number, coder in enumerate(forest.walker.reader.coders)
    )


def kind_of_codes(forest: Forest) -> Any:
    """The type of numbers that is wide enough for every code."""
    return np.int8 if max((len(term.masks) for term in forest.frame.terms.values()), default=0) < 128 else np.int16


def is_multiple(term: Term) -> bool:
    """Whether the term is how many times a limit of normal a value is."""
    return term.limit in LIMITS


def _around(term: Term) -> Any:
    constants = np.array([float(constant) for constant, _ in term.cells.cuts] if is_multiple(term) else [], np.float64)
    return np.array([constants - np.abs(constants) * _NEAR, constants + np.abs(constants) * _NEAR])


def _exact(term: Term) -> Any:
    """Of each constant the numerator, the denominator, and whether a quotient has to be beyond it; 0 where they are too large."""
    cuts = term.cells.cuts if is_multiple(term) else ()
    parts = [(constant.numerator, constant.denominator, strict) for constant, strict in cuts]
    return np.array([part if max(part) < _SMALL else (0, 0, 0) for part in parts], np.int64).reshape(-1, 3)
