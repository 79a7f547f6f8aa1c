"""Which columns does a table of visits have, and can this table be used?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import pyarrow
import pyarrow.compute as compute

from protocol.errors import InputError, NotationError, Problem, unfit, visible
from protocol.executors.visits_columns import FLAG, NUMBER, TEXT, WHOLE, Columns, columns
from protocol.model.dose_text import dose_written
from protocol.model.protocol import Protocol
from protocol.model.time import FARTHEST

_AT_ONCE = 1 << 15
"""Rows that are looked at in one step."""
_CALLED = {NUMBER: "double", WHOLE: "int64", FLAG: "bool", TEXT: "string"}
_LARGEST = {NUMBER: 2**53, WHOLE: 2**63 - 1}

MOST_PROBLEMS = 10
"""After so many problems of one kind the rest is not listed, but counted; the column is wrong throughout."""
MOST_ALONE = 3
"""Unknown columns: of more there is one message for all."""


def checked(protocol: Protocol, table: pyarrow.Table) -> pyarrow.Table:
    """The table with every column in its declared type; raises InputError with what is wrong with it.

    A text that is dictionary-encoded stays so, with one dictionary for the whole column.
    """
    if not isinstance(table, pyarrow.Table):
        raise unfit("a table of visits", table, "a pyarrow.Table, as pyarrow.parquet.read_table('visits.parquet') reads one")
    found = table if _is_as_declared(protocol, table) else _as_declared(protocol, table)
    _stop((*_of_order(found), *_of_doses(protocol, found)))
    return found


def _is_as_declared(protocol: Protocol, table: pyarrow.Table) -> bool:
    """Whether every column has its declared type, so that nothing is to be converted, as of nearly all tables."""
    encoded = _encoded(protocol, table.schema.remove_metadata())
    return encoded is not None and all(table.column(number).num_chunks == 1 for number in encoded)


@lru_cache(maxsize=64)
def _encoded(protocol: Protocol, schema: pyarrow.Schema) -> tuple[int, ...] | None:
    """The columns that are dictionary-encoded, where all columns of a table are what they are declared to be."""
    known, names, types = columns(protocol), schema.names, schema.types
    if len(set(names)) < len(names) or not set(known.needed) <= set(names) <= known.types.keys():
        return None
    wanted = [known.types[name] for name in names]
    others = tuple(number for number, (kind, want) in enumerate(zip(types, wanted, strict=True)) if kind != want)
    is_text = all(wanted[number] == TEXT and pyarrow.types.is_dictionary(types[number]) for number in others)
    return others if is_text and all(_fits(types[number], TEXT) for number in others) else None


def _as_declared(protocol: Protocol, table: pyarrow.Table) -> pyarrow.Table:
    """The table with every column in its declared type."""
    known = columns(protocol)
    names = table.column_names
    _stop(tuple(_of_names(known, names, protocol)))
    parts = {name: _typed(table, name, known.types[name]) for name in known.types if name in names}
    _stop(tuple(part for part in parts.values() if isinstance(part, Problem)))
    return pyarrow.table(parts)


def _stop(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise InputError(problems)


def _of_names(known: Columns, names: list[str], protocol: Protocol) -> Iterator[Problem]:
    for name in known.needed:
        if name not in names:
            yield Problem(
                "T001", f"the table has no column '{name}'", f"Columns of this table: {', '.join(map(visible, names))}."
            )
    unknown = [name for name in dict.fromkeys(names) if name not in known.types]
    if len(unknown) > MOST_ALONE:
        more = f" and {len(unknown) - MOST_PROBLEMS} more" if len(unknown) > MOST_PROBLEMS else ""
        listed = f"{', '.join(map(visible, unknown[:MOST_PROBLEMS]))}{more}"
        inputs = ", ".join(item.name for item in protocol.inputs)
        hint = f"Are these visits for another protocol?  Inputs of {protocol.name}: {inputs}"
        yield Problem("T002", f"unknown columns {listed}", hint)
        return
    for name, times in Counter(names).items():
        if name not in known.types:
            near = get_close_matches(name, known.types, n=1)
            meant = f"did you mean '{near[0]}'?  " if near else ""
            inputs = ", ".join(item.name for item in protocol.inputs)
            hint = f"{meant}'protocol explain tables' lists the columns.  Inputs: {inputs}"
            yield Problem("T002", f"unknown column '{visible(name)}'", hint)
        elif times > 1:
            yield Problem("T004", f"{times} columns are called '{name}'", "Keep one.")


def _typed(table: pyarrow.Table, name: str, wanted: Any) -> pyarrow.ChunkedArray | Problem:
    """The column in the type that is wanted, or what is wrong with it."""
    column = table[name]
    if column.type == wanted:
        return column
    if pyarrow.types.is_null(column.type):
        return column.cast(wanted)
    if _fits(column.type, wanted):
        if (index := _too_large(column, wanted)) is not None:
            message = f"column '{name}' holds {column[index].as_py()}, which is not exact as {_CALLED[wanted]}"
            return Problem("T003", message, _convert(name, wanted), **place(table, index))
        if pyarrow.types.is_dictionary(column.type):
            return column if column.num_chunks == 1 else column.unify_dictionaries()
        return column.cast(wanted)
    return Problem("T003", f"column '{name}' has the type {column.type}", _convert(name, wanted))


def _too_large(column: pyarrow.ChunkedArray, wanted: Any) -> int | None:
    """The first row whose whole number a column of the type that is wanted cannot hold exactly; None where there is none."""
    if not pyarrow.types.is_integer(column.type) or column.type.bit_width < WHOLE.bit_width:
        return None
    most = _LARGEST[wanted]
    wrong = compute.greater(column, pyarrow.scalar(most, column.type))
    if pyarrow.types.is_signed_integer(column.type):
        wrong = compute.or_(wrong, compute.less(column, pyarrow.scalar(-most, column.type)))
    found = compute.index(wrong, True).as_py()
    return None if found < 0 else int(found)


def _convert(name: str, wanted: Any) -> str:
    return f"'{name}' is {_CALLED[wanted]}: convert it before."


def _fits(given: Any, wanted: Any) -> bool:
    types = pyarrow.types
    if wanted == TEXT:
        text = given.value_type if types.is_dictionary(given) else given
        return bool(types.is_string(text) or types.is_large_string(text) or types.is_string_view(text))
    if wanted == NUMBER:
        return bool(types.is_floating(given) or types.is_integer(given))
    return wanted == WHOLE and bool(types.is_integer(given))


def place(table: pyarrow.Table, index: int) -> dict[str, Any]:
    """Where a row is, for a message: its file and row of origin where the table says so, else its number in the table."""
    source = table["source"][index].as_py() if "source" in table.column_names else None
    row = table["row"][index].as_py() if "row" in table.column_names else None
    file = source if isinstance(source, str) and source else "table of visits"
    return {"file": file, "line": row if isinstance(row, int) else index + 1}


def starts(table: pyarrow.Table) -> Any:
    """Where each patient's rows begin: an array of truths, one for each row."""
    patient = codes(table["patient"])
    different = compute.not_equal(patient[1:], patient[:-1]) if len(patient) > 1 else pyarrow.array([], FLAG)
    return pyarrow.concat_arrays([pyarrow.array([True] * min(len(patient), 1), FLAG), different])


def codes(column: pyarrow.ChunkedArray) -> Any:
    """A column as one array; of a dictionary the indices, which are equal where the texts are."""
    whole = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    whole = whole.combine_chunks() if isinstance(whole, pyarrow.ChunkedArray) else whole
    return whole.indices if pyarrow.types.is_dictionary(whole.type) else whole


def _of_order(table: pyarrow.Table) -> Iterator[Problem]:
    """What is wrong with whose rows stand where, and with their times."""
    patient, elapsed, nobody = codes(table["patient"]), codes(table["elapsed"]), _is_empty(table["patient"])
    if nobody is not None or elapsed.null_count:
        if nobody is not None:
            yield from _all(table, "T005", nobody, "column 'patient' is empty", "Say whose visit it is.")
        hint = "Say when it was, in minutes since the first dose."
        yield from _all(table, "T007", compute.is_null(elapsed), "column 'elapsed' is empty", hint)
        return
    if _are_in_order(patient, elapsed):
        return
    far = compute.or_(compute.greater(elapsed, FARTHEST), compute.less(elapsed, -FARTHEST))
    yield from _all(table, "T007", far, "column 'elapsed' is no time since the first dose", "Times count from it, in minutes.")
    first = starts(table)
    again = compute.and_not(compute.less_equal(elapsed[1:], elapsed[:-1]), first[1:]) if len(elapsed) > 1 else first[:0]
    same = compute.and_(again, compute.equal(elapsed[1:], elapsed[:-1])) if len(again) else again
    earlier = "column 'elapsed' is earlier than in the row before"
    yield from _all(table, "T008", compute.and_not(again, same), earlier, "Sort the table by patient and elapsed.", 1)
    once = "the time of the row before, of the same patient"
    yield from _all(table, "T009", same, once, "Put what was observed at one visit into one row, and each file in once.", 1)
    begun = patient.filter(first)
    if compute.count_distinct(begun).as_py() < len(begun):
        yield from _apart(table, begun, compute.indices_nonzero(first))


def _is_empty(column: pyarrow.ChunkedArray) -> Any:
    """In which rows nothing stands, not even a blank; None where there are none."""
    whole = column.combine_chunks()
    whole = whole.combine_chunks() if isinstance(whole, pyarrow.ChunkedArray) else whole
    texts = whole.dictionary if pyarrow.types.is_dictionary(whole.type) else whole
    if not whole.null_count and not texts.null_count and compute.index(texts, pyarrow.scalar("", texts.type)).as_py() < 0:
        return None
    blank = compute.equal(texts, pyarrow.scalar("", texts.type)).fill_null(True)
    found = blank.take(whole.indices).fill_null(True) if pyarrow.types.is_dictionary(whole.type) else blank
    return found if compute.any(found, min_count=0).as_py() else None


def _are_in_order(patient: Any, elapsed: Any) -> bool:
    """Whether nothing is wrong, as of nearly all tables: seen in one pass, where patients are numbers that go up."""
    if not pyarrow.types.is_integer(patient.type):
        return False
    who, when = patient.to_numpy(), elapsed.to_numpy()
    for begin in range(0, len(who), _AT_ONCE):
        owner, time = who[begin : begin + _AT_ONCE + 1], when[begin : begin + _AT_ONCE + 1]
        fine = owner[1:] == owner[:-1]
        fine &= time[1:] > time[:-1]
        fine |= owner[1:] > owner[:-1]
        if not fine.all() or not -FARTHEST <= time.min() <= time.max() <= FARTHEST:
            return False
    return True


def _apart(table: pyarrow.Table, begun: Any, indices: Any) -> Iterator[Problem]:
    seen: dict[object, int] = {}
    told = 0
    for code, index in zip(begun.to_pylist(), indices.to_pylist(), strict=True):
        if code in seen:
            name, before = table["patient"][index].as_py(), place(table, seen[code])["line"]
            message = f"rows of patient '{visible(name)}' stand here and at row {before}"
            yield Problem("T006", message, "Sort the table by patient and elapsed.", **place(table, index))
            told += 1
            if told == MOST_PROBLEMS:
                return
        seen.setdefault(code, index)


def _all(table: pyarrow.Table, code: str, wrong: Any, message: str, hint: str, shift: int = 0) -> Iterator[Problem]:
    """A problem for each row, so many rows on, for which this is true; those beside the first few are counted."""
    found = compute.indices_nonzero(wrong) if len(wrong) else pyarrow.array([], pyarrow.uint64())
    for number, index in enumerate(found[:MOST_PROBLEMS].to_pylist(), 1):
        more = f"; {len(found) - number:,} more rows are like it" if number == MOST_PROBLEMS < len(found) else ""
        before = place(table, index) if code == "T009" else None
        where = f" ({before['file']}:{before['line']})" if before else ""
        yield Problem(code, f"{message}{where}{more}", hint, **place(table, index + shift))


def _of_doses(protocol: Protocol, table: pyarrow.Table) -> Iterator[Problem]:
    if "given" not in table.column_names:
        return
    given = table["given"]
    for text in _texts(given):
        try:
            _dose(text or "", protocol)
        except NotationError as error:
            index = compute.index(given.cast(TEXT), text).as_py()
            if index < 0:  # only among the texts that can be given
                continue
            message = f"column 'given' holds '{visible(text[:40])}', which is neither a level nor a regimen"
            levels = ", ".join(level.name for level in protocol.levels[:20])
            hint = (
                error.hint
                if text[:1].isdigit()
                else f"Write a regimen such as '100 mg every day', or one of {levels}, none, \
stopped, unknown."
            )
            yield Problem("T010", message, hint, **place(table, index))


@lru_cache(maxsize=1024)
def _dose(text: str, protocol: Protocol) -> None:
    """Raises NotationError where a text is no dose; tables say the same few again and again."""
    dose_written(text.strip(), protocol)


def _texts(column: pyarrow.ChunkedArray) -> list[Any]:
    """All texts of a column, and of a dictionary those that stand in no row too."""
    if pyarrow.types.is_dictionary(column.type):
        return list(dict.fromkeys(text for chunk in column.chunks for text in chunk.dictionary.to_pylist()))
    return list(compute.unique(column).to_pylist())
