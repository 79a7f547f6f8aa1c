"""What do the columns of a table say of some rows: the key of each, what was given, and what was read of each input?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import add

from attrs import Factory, define

from protocol.executors.compiled.coding import Update
from protocol.executors.compiled.layout import FIRST_FREE, NONE
from protocol.executors.compiled.rows import Columns, Reader, Row, observation, of_input
from protocol.executors.lanes.carried import Spans, carried, first
from protocol.executors.lanes.fields import Fields, Source
from protocol.executors.lanes.marks import Crowded
from protocol.model.course import Observation

AT_ONCE = 16_384
"""Rows of a chunk, about; patients are always whole. A number of more bytes than the cache of a processor has is slower."""
MOST_GIVEN = 65_536


@define(eq=False)
class Chunk:
    """The rows of whole patients. ``marks``: of each input that the table has, its mark at each row."""

    fields: Fields
    spans: Spans
    times: Sequence[int]
    given: Sequence[int]
    dosing: Sequence[bool]
    marks: dict[int, bytes]
    keys: list[int]
    refused: Sequence[int]
    columns: Columns
    there: dict[int, bytes] = Factory(dict)

    @property
    def patients(self) -> Iterator[tuple[int, int]]:
        """The first row of each patient, and the first of the next one."""
        begins = self.spans.begins
        return zip(begins, [*begins[1:], len(self.times)], strict=True)

    def row(self, number: int) -> Row:
        """A row as it is read one by one."""
        updates = list[Update]()
        for input_, marks in self.marks.items():
            update = self.fields.marks[input_].updates[marks[number]]
            if update is not None:
                updates.append(update)
        raw = (self.observation(name, number) for name in self.fields.frame.kept)
        return Row(self.times[number], updates, self.given[number], raw=tuple(one for one in raw if one is not None))

    def observation(self, name: str, row: int) -> Observation | None:
        """What a row says of an input, as it was reported."""
        return observation(name, self.columns, row)

    def reported(self, name: str, row: int) -> tuple[object, object]:
        """The value that a row reports of an input, and the sign of a bound."""
        censored = self.columns.get(f"{name}.censored")
        return self.columns[name][row], censored[row] if censored else None

    def was_refused(self, input_: int, begin: int, row: int) -> bool:
        """Whether what was reported last of an input could not be used."""
        at = self._reported(input_).rfind(_THERE, begin, row + 1)
        return at >= 0 and bool(self.fields.marks[input_].refused[self.marks[input_][at]])

    def is_measured(self, input_: int, row: int) -> bool:
        """Whether a value of an input was read at a row."""
        return bool(input_ in self.marks and self.fields.marks[input_].is_value[self.marks[input_][row]])

    def observed(self, input_: int, begin: int, row: int) -> int:
        """When the last value of an input was observed, NONE without one. ``begin``: the first row of the patient."""
        marks = self.marks.get(input_)
        if marks is not None and self.fields.marks[input_].moves[marks[row]]:
            return self.times[row]
        at = self.last_read(input_, begin, row)
        return self.times[at] if at >= 0 else NONE

    def put(self, registers: list[int], begin: int, row: int) -> None:
        """Puts what was read last of each input up to a row into the registers of a patient."""
        for input_, marks in self.marks.items():
            at = self.last_read(input_, begin, row)
            update = self.fields.marks[input_].updates[marks[at]] if at >= 0 else None
            if update is not None:
                first = self.fields.frame.begins[input_]
                registers[FIRST_FREE + input_] = self.times[at]
                registers[first : first + len(update[4])] = update[4]

    def last_read(self, input_: int, begin: int, row: int) -> int:
        """The row at which that was; -1 without one."""
        there, kinds = self._reported(input_), self.fields.marks[input_]
        if kinds.coder.item.fixed:
            values = (at for at in range(begin, row + 1) if there and kinds.is_value[self.marks[input_][at]])
            return next(values, -1)
        at = there.rfind(_THERE, begin, row + 1)
        return at if at >= 0 and kinds.is_value[self.marks[input_][at]] else -1

    def _reported(self, input_: int) -> bytes:
        """At which rows anything was."""
        there = self.there.get(input_)
        if there is None:
            there = self.there[input_] = self.marks.get(input_, b"").translate(_NOT_0)
        return there


_THERE = b"\xff"
_NOT_0 = bytes([0, *[255] * 255])


def chunks(reader: Reader, fields: Fields, columns: Columns, follow: str) -> Iterator[tuple[int, Chunk]]:
    """A table of visits that was checked, a few rows after the others; raises Crowded. With the number of the first row."""
    patients, begin = columns["patient"], 0
    while begin < len(patients):
        end = min(begin + AT_ONCE, len(patients))
        while end < len(patients) and patients[end] == patients[end - 1]:
            end += 1
        yield begin, _chunk(reader, fields, {name: column[begin:end] for name, column in columns.items()}, follow)
        begin = end


def _chunk(reader: Reader, fields: Fields, columns: Columns, follow: str) -> Chunk:
    times = columns["elapsed"]
    text = columns.get("given") if follow == "given" else None
    given = [0] * len(times) if text is None else list(map(reader.texts.__getitem__, text))
    marks = dict(_marks(reader, fields, columns, len(times)))
    if len(reader.givens) > MOST_GIVEN:
        raise Crowded
    fields.renew()
    spans = Spans(columns["patient"], times, [minutes for _, minutes in fields.sources])
    stands = {one: first(spans, _values(fields, one, marks[one])) for one in marks if fields.marks[one].coder.item.fixed}
    counting = dict(_counting(fields, spans, marks, stands))
    refused = _refused(fields, marks, stands, len(times))
    keys = fields.keys(counting, given, len(times))
    return Chunk(fields, spans, times, given, columns.get("dose only", ()), marks, keys, refused, columns)


def _marks(reader: Reader, fields: Fields, columns: Columns, rows: int) -> Iterator[tuple[int, bytes]]:
    for number_, item in enumerate(reader.frame.protocol.inputs):
        if item.name in columns or f"{item.name}.not done" in columns:
            yield number_, fields.marks[number_].column(*of_input(item.name, columns, rows))


def _values(fields: Fields, input_: int, marks: bytes) -> bytes:
    """The marks of values, without those of what was refused or not done."""
    is_value = fields.marks[input_].is_value
    return marks.translate(bytes(mark & is_value[mark] for mark in range(256)))


def _counting(fields: Fields, spans: Spans, marks: dict[int, bytes], stands: dict[int, bytes]) -> Iterator[tuple[Source, bytes]]:
    """The mark that counts at each row."""
    for source in fields.sources:
        input_, minutes = source
        if input_ in stands:
            if not spans.ever(minutes):
                raise Crowded
            yield source, stands[input_]
        elif input_ in marks:
            yield source, carried(spans, marks[input_], minutes)


def _refused(fields: Fields, marks: dict[int, bytes], stands: dict[int, bytes], rows: int) -> Sequence[int]:
    """How many readings are refused at each row; of what stands for ever also those that are another one than the first."""
    found = [0] * rows
    for input_, column in marks.items():
        refused = fields.marks[input_].refused
        if 1 in refused:
            found = list(map(add, found, column.translate(bytes(refused))))
        if input_ in stands:
            values = _values(fields, input_, column)
            found = list(map(add, found, map(_differ, values, stands[input_])))
    return found


def _differ(mark: int, stands: int) -> bool:
    return bool(mark) and mark != stands
