"""What a mapping makes of tables, in numbers: tables, inputs, what is renamed, converted and refused, and what is not mapped."""

from __future__ import annotations

from attrs import astuple, frozen

from protocol.adapters.mapped.account import FATES, Fate, Group, Rows, Values, Wrong, groups
from protocol.adapters.mapped.checked import asked
from protocol.adapters.mapped.courses import Mapped
from protocol.adapters.mapped.planned import Planned
from protocol.model.course import with_exposures
from protocol.model.mapping import fingerprint as of_mapping
from protocol.model.protocol import Protocol
from protocol.model.protocol import fingerprint as of_protocol


@frozen
class Fates:
    """How many there are of each fate."""

    used: int = 0
    corrected: int = 0
    duplicated: int = 0
    refused: int = 0
    ignored: int = 0

    def __add__(self, other: Fates) -> Fates:
        return Fates(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


@frozen
class Why:
    """Rows of one fate, and the reason."""

    fate: Fate
    rows: Group


@frozen
class TableSummary:
    """One table: ``rows`` = used + corrected + duplicated + refused + ignored."""

    table: str
    file: str
    rows: int
    fates: Fates
    used_in_part: int
    why: tuple[Why, ...]
    columns_not_asked: tuple[str, ...]


@frozen
class InputSummary:
    """One input: ``read`` = used + corrected + duplicated + refused + ignored + empty; what is ``assumed`` is in no table."""

    input: str
    read: int
    fates: Fates
    empty: int
    assumed: int
    censored: int
    renamed: tuple[Group, ...]
    converted: tuple[Group, ...]
    refusals: tuple[Group, ...]
    limits: tuple[Group, ...]


@frozen
class Summary:
    """All of it, with what says which mapping and which protocol it was.

    ``dose_only`` of the ``visits`` are only a change of the dose; a replay has a step there, a table a row.
    """

    mapping: str
    mapping_version: str
    mapping_fingerprint: str
    protocol: str
    protocol_version: str
    protocol_fingerprint: str
    courses: int
    visits: int
    dose_only: int
    intervals: int
    tables: tuple[TableSummary, ...]
    inputs: tuple[InputSummary, ...]
    inputs_not_mapped: tuple[str, ...]
    noted: tuple[Group, ...]
    planned: tuple[Planned, ...]


def summary(mapped: Mapped, protocol: Protocol) -> Summary:
    """The numbers of what a mapping made of tables."""
    mapping, account = mapped.mapping, mapped.account
    mapped_inputs = dict.fromkeys(reading.input.name for reading in mapping.readings)
    met = sum(len(course.visits) for course in mapped.courses)
    dose_only = sum(len(with_exposures(course)) for course in mapped.courses) - met
    return Summary(
        mapping.name,
        mapping.version,
        of_mapping(mapping),
        protocol.name,
        protocol.version,
        of_protocol(protocol),
        len(mapped.courses),
        met + dose_only,
        dose_only,
        sum(len(course.exposures) for course in mapped.courses),
        tuple(_table(mapped, name, rows) for name, rows in account.rows.items()),
        tuple(_input(account.of(name)) for name in mapped_inputs),
        tuple(item.name for item in protocol.inputs if item.name not in mapped_inputs),
        groups(account.noted),
        mapped.planned,
    )


def _table(mapped: Mapped, name: str, rows: Rows) -> TableSummary:
    wanted = {column.name for table, column in asked(mapped.mapping) if table == name}
    why = tuple(Why(fate, group) for fate in FATES[1:] for group in _with_hints(mapped, rows.why(fate)))
    return TableSummary(
        name,
        rows.table.file,
        rows.table.rows,
        Fates(*(rows.count(fate) for fate in FATES)),
        rows.used_in_part,
        why,
        tuple(column for column in rows.table.columns if column not in wanted),
    )


def _with_hints(mapped: Mapped, found: tuple[Group, ...]) -> tuple[Group, ...]:
    hints = mapped.account.hints
    return tuple(Group(one.what, one.count, one.examples, hints.get(one.what.rsplit(" (", 1)[0], "")) for one in found)


def _input(values: Values) -> InputSummary:
    return InputSummary(
        values.input,
        values.read,
        Fates(*(values.fates[fate] for fate in FATES)),
        values.empty,
        values.assumed,
        values.censored,
        tuple(Group(what, count) for what, count in values.renamed.most_common()),
        groups(values.converted),
        _wrong(values.refused),
        _wrong(values.limits),
    )


def _wrong(found: list[tuple[Wrong, str]]) -> tuple[Group, ...]:
    hints = {str(wrong): wrong.hint for wrong, _ in found}
    alike = groups((str(wrong), where) for wrong, where in found)
    return tuple(Group(one.what, one.count, one.examples, hints[one.what]) for one in alike)
