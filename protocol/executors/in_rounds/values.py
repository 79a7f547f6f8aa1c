"""As which codes are the columns of a table read, with whole columns compared at once?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from protocol.executors.columnar.exact import ASK, Way, read
from protocol.executors.columnar.inputs import Buffers, Compared, buffers, is_multiple
from protocol.executors.columnar.laid_out import as_numpy, encoded
from protocol.executors.compiled.terms import Term
from protocol.model.input import Choice, Grade, Number, YesNo

Array = Any


def code(inputs: Iterable[Compared], rows: Any, out: Array, refused: Array) -> list[Term]:
    """Writes for each term and row the code that was read, and counts what is refused up; the terms of which nothing was.

    Where nothing was read of a term, its row is not written.
    """
    names, absent = frozenset(rows.schema.names), list[Term]()
    for one in inputs:
        if one.name in names or f"{one.name}.not done" in names:
            with np.errstate(all="ignore"):  # of what stands where no value is
                read(_WAYS, one, rows, names, out, refused)
        else:
            absent += one.terms
    return absent


def _numbers(one: Compared, rows: Any, names: Collection[str], out: Array) -> bool:
    plain = buffers(rows.column(one.name), np.float64)
    strange = plain.there.view(np.bool_) & ~((plain.values >= one.range[0]) & (plain.values < one.range[1]))
    is_odd = bool(strange.any())
    for number, term in enumerate(one.terms):
        if not is_multiple(term):
            _cells(plain.values, one.cuts[number], out[term.place])
        else:
            is_odd |= _multiples(one, rows, names, number, plain, out[term.place])
        _only_there(plain.there, out[term.place])
    if is_odd:
        for term in one.terms:
            out[term.place, strange] = ASK
    return is_odd


def _cells(values: Array, cuts: Iterable[float], out: Array) -> None:
    """How many of the cuts each value has passed."""
    out[:] = 0
    for cut in cuts:
        np.add(out, (values >= cut).view(np.int8), out=out)


def _only_there(there: Array, out: Array) -> None:
    """Nothing was observed where there is no value."""
    out |= there.view(np.int8) - np.int8(1)


def _multiples(one: Compared, rows: Any, names: Collection[str], number: int, plain: Buffers, out: Array) -> bool:
    """The cells of multiples of a limit of normal; near a constant a quotient has to be computed exactly."""
    term, side = one.terms[number], "upper" if one.terms[number].limit == "ULN" else "lower"
    if f"{one.name}.{side}" not in names:
        out[:] = term.without_limit
        return False
    limit, around = buffers(rows.column(f"{one.name}.{side}"), np.float64), one.around[number]
    times, beyond = plain.values / limit.values, np.empty_like(out)
    _cells(times, around[0], out)
    _cells(times, around[1], beyond)
    odd = (out != beyond) | ~((limit.values >= one.range[0]) & (limit.values < one.range[1]) & (limit.values > 0))
    odd &= (plain.there & limit.there).view(np.bool_)
    np.copyto(out, term.without_limit, where=limit.there == 0)
    if not odd.any():
        return False
    out[odd] = ASK
    return True


def _grades(one: Compared, rows: Any, names: Collection[str], out: Array) -> bool:
    plain = buffers(rows.column(one.name), np.float64)
    strange = plain.there.view(np.bool_) & ~((plain.values >= 0) & (plain.values <= 5) & (plain.values == np.floor(plain.values)))
    is_odd = bool(strange.any())
    for number, term in enumerate(one.terms):
        _cells(plain.values, one.cuts[number], out[term.place])
        _only_there(plain.there, out[term.place])
        if is_odd:
            out[term.place, strange] = ASK
    return is_odd


def _options(one: Compared, rows: Any, names: Collection[str], out: Array) -> bool:
    column = rows.column(one.name)
    column = encoded(column)
    texts = [text if text is None else str(text).strip() for text in column.dictionary.to_pylist()]
    plain, is_odd = buffers(column.indices, as_numpy(column.indices.type)), False
    for term in one.terms:
        codes = [term.options.index(text) if text in term.options else ASK for text in texts]
        np.array(codes or [0], out.dtype).take(plain.values, out=out[term.place], mode="clip")
        _only_there(plain.there, out[term.place])
        is_odd |= ASK in codes
    return is_odd


def _flags(one: Compared, rows: Any, names: Collection[str], out: Array) -> bool:
    plain = buffers(rows.column(one.name), np.bool_)
    for term in one.terms:
        out[term.place] = plain.values
        _only_there(plain.there, out[term.place])
    return False


_WAYS: dict[type, Way] = {
    Number: _numbers, Grade: _grades, Choice: _options, YesNo: _flags,
}  # fmt: skip


def given(column: Array, codes: Array) -> Array:
    """What was given at each row, by the number that the trees know; ``codes``: those of the dictionary, and of nothing."""
    plain = buffers(column, as_numpy(column.type))
    codes = codes.astype(np.int32)
    return np.where(plain.there, codes.take(plain.values, mode="clip"), codes[-1])
