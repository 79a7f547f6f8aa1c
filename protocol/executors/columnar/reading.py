"""As which codes are the columns of a table read: what does each visit say of each input?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from protocol.executors.columnar import columns_code as code
from protocol.executors.columnar.exact import ASK, is_special, settle
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.inputs import Compared, compared, is_multiple, kind_of_codes
from protocol.executors.columnar.laid_out import numbers, where
from protocol.executors.columnar.whole_patients import numbered
from protocol.executors.compiled import layout
from protocol.executors.compiled.terms import Term
from protocol.model.input import Choice, Grade, Number

_FIELDS = code.C_WITHOUT + 1
_VALUES = {0: code.C_VALUES, 1: code.C_BIT, 2: code.C_WIDTH, 3: code.C_THERE, 4: code.C_THERE_BIT}
_LIMITS = {0: code.C_LIMITS, 3: code.C_LIMITS_THERE, 4: code.C_LIMITS_BIT}
"""Which of the numbers that say where a column stands come into which columns of the table of columns."""


class Constants:
    """All constants that numbers are compared with, one behind the other."""

    def __init__(self) -> None:
        self._floats: list[float] = []
        self._exact: list[Sequence[int]] = []

    def put(self, values: Any) -> tuple[int, int]:
        """Floats, and where they stand."""
        begin = len(self._floats)
        self._floats += values.ravel().tolist()
        return begin, len(self._floats)

    def put_exact(self, parts: Any) -> tuple[int, int]:
        """Exact constants, and where they stand."""
        begin = len(self._exact)
        self._exact += parts.tolist()
        return begin, len(self._exact)

    def arrays(self) -> tuple[Any, Any]:
        """All of both."""
        return np.array(self._floats or [0.0]), np.array(self._exact, np.int64).reshape(-1, 3)


@frozen(eq=False)
class Plan:
    """How tables with these columns are read: the table of columns but for where they stand, and of which input each line is.

    ``used``: the columns of which it is said where they stand; ``taken``: which of the numbers that say so come into the table of
    columns, and ``places`` where. ``options``: the lines of choices. ``special``: inputs that take a closer look at any rate.
    """

    names: tuple[str, ...]
    columns: Any
    owners: Any
    used: tuple[int, ...]
    taken: Any
    places: Any
    options: tuple[tuple[int, int, Term], ...]
    special: frozenset[int]


class Coding:
    """How the columns of a table become codes; made once for a protocol."""

    def __init__(self, forest: Forest) -> None:
        self.forest = forest
        self.inputs = compared(forest)
        self.fixed = [one for one in self.inputs if one.item.fixed]
        self.size, self.kind = max(1, len(forest.frame.terms)), kind_of_codes(forest)
        constants = Constants()
        self._lines = [list(_lines(one, constants)) for one in self.inputs]
        self.floats, self.exact = constants.arrays()
        self._plan: Plan | None = None
        self.bytes: Any = np.empty((2, code.ROWS + 16), np.uint8)
        self.spare: Any = np.empty(code.ROWS), np.empty(code.ROWS, self.kind), np.empty(code.ROWS, np.int32)

    def plan(self, names: Sequence[str]) -> Plan:
        """How tables with these columns are read."""
        if self._plan is None or self._plan.names != tuple(names):
            self._plan = self._made(tuple(names))
        return self._plan

    def _made(self, names: tuple[str, ...]) -> Plan:
        lines, owners, options = list[list[int]](), list[int](), list[tuple[int, int, Term]]()
        used, moved = list[int](), list[tuple[int, int]]()

        def fill(name: str, fields: Mapping[int, int]) -> None:
            column = names.index(name)
            used.extend([column] if column not in used else [])
            first = used.index(column) * len(_VALUES)
            moved.extend((first + number, len(lines) * _FIELDS + field) for number, field in fields.items())

        for number, (one, found) in enumerate(zip(self.inputs, self._lines, strict=True)):
            for term, side, line in found:
                row = line.copy()
                row[code.C_KIND] = _kind(one, side, row[code.C_KIND], names)
                if row[code.C_KIND] < code.WITHOUT:
                    fill(one.name, _VALUES)
                if row[code.C_KIND] == code.MULTIPLE:
                    fill(side, _LIMITS)
                if row[code.C_KIND] == code.OPTION:
                    options.append((len(lines), names.index(one.name), term))
                lines.append(row)
                owners.append(number)
        special = frozenset(number for number, one in enumerate(self.inputs) if is_special(one, names))
        table: Any = np.array(lines, np.int64).reshape(-1, _FIELDS)
        taken, places = np.array(moved, np.int64).reshape(-1, 2).T
        return Plan(names, table, np.array(owners, np.int64), tuple(used), taken, places, tuple(options), special)


def _kind(one: Compared, side: str, kind: int, names: Sequence[str]) -> int:
    """As what a line is read in a table with these columns."""
    if one.name not in names:
        return code.NOTHING
    return code.WITHOUT if kind == code.MULTIPLE and side not in names else kind


def _lines(one: Compared, constants: Constants) -> Iterator[tuple[Term, str, list[int]]]:
    """A line for each term of an input, the plain value first, with the name of the column of limits."""
    numbers = sorted(range(len(one.terms)), key=lambda number: bool(one.terms[number].limit))
    begin = constants.put(one.range)[0] if one.range is not None else 0
    for number in numbers:
        term, line = one.terms[number], [0] * _FIELDS
        line[code.C_PLACE], line[code.C_FIRST] = term.place, one.terms[numbers[0]].place
        line[code.C_RANGE], line[code.C_WITHOUT] = begin, term.without_limit
        line[code.C_KIND] = _kind_of(one, term)
        if line[code.C_KIND] == code.MULTIPLE:
            line[code.C_CUTS], line[code.C_CUTS_END] = constants.put(one.around[number])
            line[code.C_CODES], line[code.C_CODES_END] = constants.put_exact(one.exact[number])
        elif line[code.C_KIND] in (code.NUMBER, code.GRADE):
            line[code.C_CUTS], line[code.C_CUTS_END] = constants.put(one.cuts[number])
        yield term, f"{one.name}.{'upper' if term.limit == 'ULN' else 'lower'}", line


def _kind_of(one: Compared, term: Term) -> int:
    match one.item.kind:
        case Number():
            return code.MULTIPLE if is_multiple(term) else code.NUMBER
        case Grade():
            return code.GRADE
        case Choice():
            return code.OPTION
        case _:
            return code.FLAG


class Read:
    """The columns of a batch, to be read row by row."""

    def __init__(self, coding: Coding, batch: Any) -> None:
        self.coding, self.batch, self.plan = coding, batch, coding.plan(batch.schema.names)
        self.columns, codes, columns = self.plan.columns.copy(), list[int](), batch.columns
        kept = {number: where(columns[number]) for number in self.plan.used}
        found = np.array([place.numbers for place in kept.values()], np.int64).reshape(-1)
        self.columns.reshape(-1)[self.plan.places] = found[self.plan.taken]
        for line, number, term in self.plan.options:
            self.columns[line, code.C_CODES] = len(codes)
            codes += [term.options.index(text) if text in term.options else ASK for text in kept[number].texts]
            codes.append(layout.NOT_OBSERVED)
            self.columns[line, code.C_CODES_END] = len(codes)
        self.kept, self.codes = kept, np.array(codes or [0], coding.kind)
        self._given: Any = None
        self.owner, self.time = numbers(where(batch.column("patient"))), numbers(where(batch.column("elapsed")))

    def raw(self, first: int, found: Any, refused: Any) -> None:
        """Writes for each term and row, from a row on, the code that was read; ``refused`` counts up."""
        coding, (times, cells, numbers) = self.coding, self.coding.spare
        odd: Any = np.zeros(len(self.columns), np.int64)
        code.code_columns(
            self.columns, coding.floats, coding.exact, self.codes, first, found, coding.bytes, times, cells, numbers, odd
        )  # fmt: skip
        closer = self.plan.special
        strange = frozenset(self.plan.owners[odd > 0].tolist()) if odd.any() else frozenset()
        if closer or strange:
            rows, names = self.batch.slice(first, found.shape[1]), frozenset(self.plan.names)
            for number in sorted(closer | strange):
                settle(coding.inputs[number], rows, names, number in strange, found, refused)

    def given(self, first: int, found: Any) -> None:
        """Writes what was given at each row from one on, by the number that the trees know."""
        if self._given is None:
            place = where(self.batch.column("given"))
            self._given = np.array(place.numbers, np.int64), numbered(self.coding.forest, place.column.dictionary), place
        one, codes, _ = self._given
        code.code_given(one, codes, first, self.coding.bytes, self.coding.spare[-1], found)
