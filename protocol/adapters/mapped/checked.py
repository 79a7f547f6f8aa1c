"""Whether a mapping fits: its inputs and words the protocol, its columns the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import define

from protocol.adapters.cells import Default, observations
from protocol.adapters.mapped.table import Table
from protocol.adapters.problems import Cell, Problems, did_you_mean, quoted
from protocol.errors import InputError, Problem
from protocol.model.input import Input, Number
from protocol.model.mapping import Condition, DataMapping, Filter, Named, Reading, When
from protocol.model.protocol import Protocol

MOST_NAMED = 6
"""Inputs, or columns, of which no more are named in one message."""
MOST_ALONE = 3
"""Columns that a table does not have: of more there is one message for all."""
MOST_COLUMNS = 20


@define
class _Found:
    """The problems of a mapping's file."""

    mapping: DataMapping
    problems: list[Problem]

    def add(self, code: str, at: Named, message: str, hint: str) -> None:
        lines = self.mapping.text.split("\n")
        text = lines[at.line - 1] if 0 < at.line <= len(lines) else ""
        length = max(1, min(len(at.name), len(text) - at.column + 1))
        self.problems.append(Problem(code, message, hint, self.mapping.file, at.line, at.column, length, text))

    def stop_if_any(self) -> None:
        if self.problems:
            raise InputError(tuple(sorted(self.problems, key=lambda one: (one.line, one.column))))


def check_protocol(mapping: DataMapping, protocol: Protocol) -> None:
    """Raises InputError where the mapping speaks of what the protocol does not have."""
    found = _Found(mapping, [])
    inputs = {item.name: item for item in protocol.inputs}
    for name, place in names_of_another(mapping, protocol).items():
        found.add("S010", place, f"'{name}' is not an input of {protocol.name}", did_you_mean(name, inputs, "Inputs"))
    for reading in mapping.readings:
        if reading.input.name in inputs:
            _check_reading(found, reading, inputs[reading.input.name])
    _check_dates(found)
    found.stop_if_any()


def names_of_another(mapping: DataMapping, protocol: Protocol) -> dict[str, Named]:
    """The inputs to which the mapping gives values, and that the protocol does not have."""
    known = {item.name for item in protocol.inputs}
    return {one.input.name: one.input for one in reversed(mapping.readings) if one.input.name not in known}


def refuse_for_another(mapping: DataMapping, protocol: Protocol, own: Protocol) -> None:
    """Raises InputError, with one problem, where a mapping for its ``own`` protocol is used with one without these inputs."""
    names = names_of_another(mapping, protocol)
    if names and not names_of_another(mapping, own):
        first = min(names.values(), key=lambda one: (one.line, one.column))
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        listed = f"{'input' if len(names) == 1 else 'inputs'} {', '.join(sorted(names)[:MOST_NAMED])}{more}"
        message = f"the mapping is for {own.name} {own.version}: {protocol.name} {protocol.version} has no {listed}"
        hint = f"Use it with {mapping.protocol}, which it names, or write a mapping for {protocol.name}."
        found = _Found(mapping, [])
        found.add("S015", first, message, hint)
        found.stop_if_any()


def _check_reading(found: _Found, reading: Reading, item: Input) -> None:
    words = [word for _, word in reading.values.words] if reading.values else []
    words += [word for word in (reading.values.otherwise if reading.values else "", reading.always, reading.outside) if word]
    for word in (*words, *(window.visit for window in reading.days)):
        problems = Problems("", (word,))
        observations(Cell(word, 1, 1), item, Default(), problems)
        if problems.found:
            found.add("S011", reading.input, f"{quoted(word)} is not a value of '{item.name}'", problems.found[0].hint)
    if isinstance(item.kind, Number) and reading.value and not reading.unit and not reading.in_unit and item.kind.unit != "1":
        hint = f"Add 'unit: COLUMN', or 'in: {item.kind.unit}' where every row has that unit."
        found.add("S012", reading.value, f"nothing says in which unit '{item.name}' is", hint)
    if not isinstance(item.kind, Number) and (extra := reading.unit or reading.lower or reading.upper):
        found.add("S012", extra, f"'{item.name}' is not a quantity: it has no unit and no limits", "Leave it out.")


def _check_dates(found: _Found) -> None:
    """A date is counted from the date of the first dose."""
    mapping = found.mapping
    if mapping.patients and mapping.patients.first_dose:
        return
    whens: Iterable[When] = (
        *(source.when for source in mapping.tables),
        *(reading.when for reading in mapping.readings),
        *(one.start for one in mapping.doses),
        *(one.when for one in mapping.ends),
    )
    for date in dict.fromkeys(when.date for when in whens if when.date):
        hint = "Add 'patients: {table: ..., first dose: COLUMN}', or give a column of study days."
        found.add("S013", date, f"{date} is a date, and nothing says when the first dose was", hint)


def check_columns(mapping: DataMapping, tables: dict[str, Table]) -> None:
    """Raises InputError where a column is not in its table."""
    found = _Found(mapping, [])
    missing: dict[str, list[Named]] = {}
    for name, column in dict.fromkeys(asked(mapping)):
        if column.name not in tables[name].columns:
            missing.setdefault(name, []).append(column)
    for name, columns in missing.items():
        _add_missing(found, tables[name], columns)
    found.stop_if_any()


def _add_missing(found: _Found, table: Table, missing: Sequence[Named]) -> None:
    """The columns that a table does not have, each at its place; many of them in one message: then it is another table."""
    if len(missing) <= MOST_ALONE:
        for column in missing:
            hint = did_you_mean(column.name, table.columns, "Columns")
            found.add("S014", column, f"{table.file} has no column {quoted(column.name)}", hint)
        return
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    listed = f"{', '.join(column.name for column in missing[:MOST_NAMED])}{more}"
    has = f"It has {', '.join(quoted(name) for name in [*table.columns][:MOST_COLUMNS])}"
    rest = f" and {len(table.columns) - MOST_COLUMNS} more" if len(table.columns) > MOST_COLUMNS else ""
    found.add("S014", missing[0], f"{table.file} has no columns {listed}", f"{has}{rest}; capitals count.")


def asked(mapping: DataMapping) -> Iterator[tuple[str, Named]]:
    """Each column that a mapping asks, with the name of its table."""
    for source in mapping.tables:
        columns = (source.patient, source.recorded, *_of_when(source.when), *_of_rows(source.rows))
        yield from ((source.name, column) for column in columns if column)
    section = mapping.patients
    if section:
        columns = (section.first_dose, section.planned, section.actual, *_of_rows(section.rows))
        yield from ((section.table.name, column) for column in columns if column)
    for reading in mapping.readings:
        if reading.table:
            yield from ((reading.table.name, column) for column in _of_reading(reading) if column)
    for dose in mapping.doses:
        parts = (dose.given, dose.amount, dose.unit, dose.frequency, *_of_when(dose.start), *_of_when(dose.end))
        conditions = (*_of_rows(dose.rows), *_of(dose.placebo))
        yield from ((dose.table.name, column) for column in (*parts, *conditions) if column)
    for end in mapping.ends:
        yield from ((end.table.name, column) for column in (*_of_when(end.when), *_of_rows(end.rows)) if column)
    for one in mapping.windows:
        yield from ((one.table.name, column) for column in (one.visit, one.planned) if column)


def _of_reading(reading: Reading) -> Iterator[Named | None]:
    yield from (reading.value, reading.unit, reading.lower, reading.upper)
    yield from (*_of_when(reading.when), *_of_when(reading.until), *_of_rows(reading.rows))
    yield from (*_of(reading.not_done), *_of(reading.baseline))


def _of_when(when: When | None) -> tuple[Named | None, ...]:
    return (when.date, when.study_day, when.elapsed) if when else ()


def _of_rows(rows: Filter) -> tuple[Named, ...]:
    return (*_of(rows.only), *_of(rows.without))


def _of(conditions: Iterable[Condition]) -> tuple[Named, ...]:
    return tuple(condition.column for condition in conditions)
