"""As which codes are the columns of a table read: what does each visit say of each input?"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow
from attrs import frozen

from protocol.executors.columnar import rows_code as loops
from protocol.executors.columnar.forest import Forest
from protocol.executors.compiled import layout
from protocol.executors.compiled.coding import NO_CODES, REFUSED, Coder, Codes
from protocol.executors.compiled.cuts import first_float
from protocol.executors.compiled.terms import LIMITS, Term
from protocol.model.input import Choice, Grade, Number, YesNo

_NEAR = 1e-12
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


class Coding:
    """How the columns of a table become codes; made once for a protocol."""

    def __init__(self, forest: Forest) -> None:
        self.forest = forest
        terms = list(forest.frame.terms.values())
        self.inputs = [
            _Input(coder, [term for term in terms if term.input == n]) for n, coder in enumerate(forest.walker.reader.coders)
        ]
        self.size = len(terms)
        self.kind = np.int8 if max((len(term.masks) for term in terms), default=0) < 128 else np.int16

    def raw(self, rows: Any, refused: Any, found: Any) -> Any:
        """Writes for each term and row the code that was read; ``refused`` counts up."""
        names = frozenset(rows.schema.names)
        for one in self.inputs:
            if one.name not in names:
                for term in one.terms:
                    found[term.place] = layout.NOT_OBSERVED
            if one.name in names or f"{one.name}.not done" in names:
                one.read(rows, names, found, refused)
        return found


class _Input:
    """One input, with the constants that its values are compared with."""

    def __init__(self, coder: Coder, terms: list[Term]) -> None:
        self.coder, self.item, self.terms, self.name = coder, coder.item, terms, coder.item.name
        self.read_values: Callable[[Any, Collection[str], Any], int] = {
            Number: self._numbers, Grade: self._grades, Choice: self._options, YesNo: self._flags,
        }[type(self.item.kind)]  # fmt: skip
        self.cuts = [np.array(term.cells.floats() if not _is_multiple(term) else (), np.float64) for term in terms]
        self.around = [_around(term) for term in terms]
        if isinstance(self.item.kind, Number):
            low, high = self.item.kind.low, self.item.kind.high
            self.range = np.array([first_float(low, False), first_float(high, True)])

    def read(self, rows: Any, names: Collection[str], out: Any, refused: Any) -> None:
        """The codes of all terms of the input, from a table that has columns with these names."""
        if self.name in names:
            odd = self.read_values(rows, names, out)
            if odd or self._may_be_odd(names):
                self._ask(rows, names, out, refused)
        if f"{self.name}.not done" in names:
            done = rows.column(f"{self.name}.not done").fill_null(False).to_numpy(zero_copy_only=False)
            for term in self.terms:
                # What is said to be not done has no value, whatever stands beside it, and none was refused.
                out[term.place, done] = layout.NO_VALUE

    def _numbers(self, rows: Any, names: Collection[str], out: Any) -> int:
        plain = buffers(rows.column(self.name), np.float64)
        base = next(number for number, term in enumerate(self.terms) if not term.limit)
        first, odd = out[self.terms[base].place], 0
        odd += loops.code_numbers(plain.values, plain.there, self.range, self.cuts[base], first)
        for number, term in enumerate(self.terms):
            if _is_multiple(term):
                odd += self._multiples(rows, names, out[term.place], number, first, plain)
            elif number != base:
                odd += loops.code_numbers(plain.values, plain.there, self.range, self.cuts[number], out[term.place])
        return int(odd)

    def _multiples(self, rows: Any, names: Collection[str], place: Any, number: int, first: Any, plain: Buffers) -> int:
        term, side = self.terms[number], "upper" if self.terms[number].limit == "ULN" else "lower"
        if f"{self.name}.{side}" not in names:
            place[:] = np.where(first < 0, first, term.without_limit)
            return 0
        limit, around = buffers(rows.column(f"{self.name}.{side}"), np.float64), self.around[number]
        odd: Any = loops.code_multiples(
            first, plain.values, limit.values, limit.there, self.range, around, term.without_limit, place
        )
        return int(odd)

    def _grades(self, rows: Any, names: Collection[str], out: Any) -> int:
        plain = buffers(rows.column(self.name), np.float64)
        return sum(loops.code_grades(plain.values, plain.there, self.cuts[n], out[t.place]) for n, t in enumerate(self.terms))

    def _options(self, rows: Any, names: Collection[str], out: Any) -> int:
        column = rows.column(self.name)
        column = column if pyarrow.types.is_dictionary(column.type) else column.dictionary_encode()
        texts = [text if text is None else str(text).strip() for text in column.dictionary.to_pylist()]
        plain, odd = buffers(column.indices, column.indices.type.to_pandas_dtype()), 0
        for term in self.terms:
            codes = [term.options.index(text) if text in term.options else loops.ASK for text in texts]
            table = np.array([*codes, layout.NOT_OBSERVED], out.dtype)
            odd += loops.code_options(plain.values, plain.there, table, out[term.place])
        return int(odd)

    def _flags(self, rows: Any, names: Collection[str], out: Any) -> int:
        plain = buffers(rows.column(self.name), np.bool_)
        for term in self.terms:
            loops.code_flags(plain.values, plain.there, out[term.place])
        return 0

    # What takes exact numbers, or is refused

    def _may_be_odd(self, names: Collection[str]) -> bool:
        """Whether there is a bound, or a limit of normal at which nobody has looked yet."""
        signs, lower, upper = (name in names for name in self._beside())
        asked = {term.limit for term in self.terms}
        return signs or (lower and upper) or (lower and "LLN" not in asked) or (upper and "ULN" not in asked)

    def _ask(self, rows: Any, names: Collection[str], out: Any, refused: Any) -> None:
        asked = np.zeros(rows.num_rows, np.bool_)
        for term in self.terms:
            asked |= out[term.place] == loops.ASK
        if self._may_be_odd(names):
            asked |= self._are_bounds(rows) | self._are_unusual(rows)
        asked &= out[self.terms[0].place] != layout.NOT_OBSERVED
        where = np.flatnonzero(asked)
        if not where.size:
            return
        read = [name for name in (self.name, f"{self.name}.not done", *self._beside()) if name in names]
        for index, row in zip(where.tolist(), rows.select(read).take(pyarrow.array(where)).to_pylist(), strict=True):
            sign, lower, upper = (row.get(name) for name in self._beside())
            record = row[self.name], row.get(f"{self.name}.not done"), sign, lower, upper
            codes: Codes = (self.coder.records[record] or (NO_CODES,))[-1]
            for number, term in enumerate(self.terms):
                out[term.place, index] = codes[number] if codes and codes is not REFUSED else layout.NO_VALUE
            refused[index] += codes is REFUSED

    def _beside(self) -> tuple[str, str, str]:
        return f"{self.name}.censored", f"{self.name}.lower", f"{self.name}.upper"

    def _are_bounds(self, rows: Any) -> Any:
        name = f"{self.name}.censored"
        if name not in rows.schema.names:
            return False
        return np.array([bool(text) for text in rows.column(name).to_pylist()], np.bool_)

    def _are_unusual(self, rows: Any) -> Any:
        """Where the limits of normal are such that it takes a closer look, or asked by no term."""
        unusual: Any = False
        limits = {}
        for side in ("lower", "upper"):
            name = f"{self.name}.{side}"
            if name in rows.schema.names and rows.column(name).null_count < rows.num_rows:
                limits[side] = rows.column(name).to_numpy(zero_copy_only=False)
        for limit in limits.values():
            with np.errstate(invalid="ignore"):
                unusual = unusual | ~(np.isnan(limit) | ((limit >= self.range[0]) & (limit < self.range[1]) & (limit > 0)))
                unusual = unusual | self._is_nan(rows, limit, limits)
        if len(limits) == 2:
            with np.errstate(invalid="ignore"):
                unusual = unusual | (limits["lower"] >= limits["upper"])
        return unusual

    def _is_nan(self, rows: Any, limit: Any, limits: dict[str, Any]) -> Any:
        """Where a limit is no number although one is there."""
        side = next(side for side, one in limits.items() if one is limit)
        column = rows.column(f"{self.name}.{side}")
        return np.isnan(limit) & column.is_valid().to_numpy(zero_copy_only=False)


def _is_multiple(term: Term) -> bool:
    return term.limit in LIMITS


def _around(term: Term) -> Any:
    constants = np.array([float(constant) for constant, _ in term.cells.cuts] if _is_multiple(term) else [], np.float64)
    return np.array([constants - np.abs(constants) * _NEAR, constants + np.abs(constants) * _NEAR])


# What stands for ever


def without_repeats(coding: Coding, start: Any, raw: Any, refused: Any) -> Any:
    """Of an input that is fixed only the first value counts; the rows from which on only the reference can tell."""
    left_out: Any = np.zeros(len(start), np.bool_)
    for one in coding.inputs:
        if one.item.fixed:
            _fix(one, start, raw, refused, left_out)
    return left_out


def _fix(one: _Input, start: Any, raw: Any, refused: Any, left_out: Any) -> None:
    places, kept = [term.place for term in one.terms], None
    is_option = isinstance(one.item.kind, Choice | YesNo)
    for row in np.flatnonzero((raw[places[0]] != layout.NOT_OBSERVED) | start).tolist():
        read = raw[places, row].tolist()
        kept = None if start[row] else kept
        if kept is None:
            kept = read if read[0] >= 0 else None
        elif read[0] != layout.NOT_OBSERVED:
            if read[0] >= 0:
                refused[row] += is_option and read != kept
                left_out[row] |= not is_option
            raw[places, row] = layout.NOT_OBSERVED
