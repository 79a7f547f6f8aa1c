"""As which codes are the columns of a table read: what does each visit say of each input?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pyarrow

from protocol.executors.columnar import rows_code as loops
from protocol.executors.columnar.exact import ASK, Way, read
from protocol.executors.columnar.forest import Forest
from protocol.executors.columnar.inputs import Buffers, Compared, buffers, compared, is_multiple, kind_of_codes
from protocol.executors.compiled import layout
from protocol.model.input import Choice, Grade, Number, YesNo

_SPARE: Any = np.empty(2048), np.empty(2048, np.int16)
"""Room for the quotients of so many rows: one table is read at a time."""


class Coding:
    """How the columns of a table become codes; made once for a protocol."""

    def __init__(self, forest: Forest) -> None:
        self.forest = forest
        self.inputs = compared(forest)
        self.size, self.kind = len(forest.frame.terms), kind_of_codes(forest)

    def raw(self, rows: Any, refused: Any, found: Any) -> Any:
        """Writes for each term and row the code that was read; ``refused`` counts up."""
        names = frozenset(rows.schema.names)
        for one in self.inputs:
            read(_WAYS, one, rows, names, found, refused)
        return found


def _numbers(one: Compared, rows: Any, names: Collection[str], out: Any) -> int:
    plain = buffers(rows.column(one.name), np.float64)
    base = next(number for number, term in enumerate(one.terms) if not term.limit)
    first, odd = out[one.terms[base].place], 0
    odd += loops.code_numbers(plain.values, plain.there, one.range, one.cuts[base], first)
    for number, term in enumerate(one.terms):
        if is_multiple(term):
            odd += _multiples(one, rows, names, out[term.place], number, first, plain)
        elif number != base:
            odd += loops.code_numbers(plain.values, plain.there, one.range, one.cuts[number], out[term.place])
    return int(odd)


def _multiples(one: Compared, rows: Any, names: Collection[str], place: Any, number: int, first: Any, plain: Buffers) -> int:
    term, side = one.terms[number], "upper" if one.terms[number].limit == "ULN" else "lower"
    if f"{one.name}.{side}" not in names:
        place[:] = np.where(first < 0, first, term.without_limit)
        return 0
    limit = buffers(rows.column(f"{one.name}.{side}"), np.float64)
    odd: Any = loops.code_multiples(
        first, plain.values, limit.values, limit.there, one.range, one.around[number], one.exact[number], term.without_limit,
        _SPARE, place,
    )  # fmt: skip
    return int(odd)


def _grades(one: Compared, rows: Any, names: Collection[str], out: Any) -> int:
    plain = buffers(rows.column(one.name), np.float64)
    return sum(loops.code_grades(plain.values, plain.there, one.cuts[n], out[t.place]) for n, t in enumerate(one.terms))


def _options(one: Compared, rows: Any, names: Collection[str], out: Any) -> int:
    column = rows.column(one.name)
    column = column if pyarrow.types.is_dictionary(column.type) else column.dictionary_encode()
    texts = [text if text is None else str(text).strip() for text in column.dictionary.to_pylist()]
    plain, odd = buffers(column.indices, column.indices.type.to_pandas_dtype()), 0
    for term in one.terms:
        codes = [term.options.index(text) if text in term.options else ASK for text in texts]
        table = np.array([*codes, layout.NOT_OBSERVED], out.dtype)
        odd += loops.code_options(plain.values, plain.there, table, out[term.place])
    return int(odd)


def _flags(one: Compared, rows: Any, names: Collection[str], out: Any) -> int:
    plain = buffers(rows.column(one.name), np.bool_)
    for term in one.terms:
        loops.code_flags(plain.values, plain.there, out[term.place])
    return 0


_WAYS: dict[type, Way] = {
    Number: _numbers, Grade: _grades, Choice: _options, YesNo: _flags,
}  # fmt: skip
