"""What the rows of the tables report of one input: each value with its patient and its time."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from protocol.adapters.mapped.account import Wrong
from protocol.adapters.mapped.patients import Patient
from protocol.adapters.mapped.selecting import where
from protocol.adapters.mapped.study import NO_TIME, Study
from protocol.adapters.mapped.table import Table
from protocol.adapters.mapped.values import Reader, Reported, Value
from protocol.adapters.times import Times
from protocol.model.course import Observation
from protocol.model.mapping import Named, Reading, When
from protocol.model.time import study_day_of


@frozen
class Event:
    """One value of one patient. ``wrong`` says why it is refused; it is reported nevertheless, so that the input is unknown.

    ``moment`` and ``recorded`` are to the minute, also where what is of one day is one visit.
    """

    patient: str
    when: Times
    observation: Observation
    table: str
    row: int
    reading: Reading
    wrong: Wrong | None = None
    until: Times | None = None
    moment: int = 0
    recorded: int | None = None
    is_baseline: bool = False

    @property
    def said(self) -> tuple[object, ...]:
        """What is the same in a value that is reported twice."""
        one = self.observation
        return one.value, one.unit, one.censored, one.lower, one.upper


def reported(study: Study, reading: Reading) -> Iterator[Event]:
    """The values of a reading that come from a table, in the order of its rows."""
    if reading.table is None:
        return
    name = reading.table.name
    table = study.tables[name]
    reader = Reader(study.protocol.input(reading.input.name), reading, dict(study.mapping.units))
    cells = _Cells.of(table, reading)
    flagged, undone = where(table, reading.baseline), where(table, reading.not_done)
    for row in study.rows(name, reading.rows):
        patient = study.patient(name, row)
        if patient is None:
            continue
        said = cells.undone() if row in undone else cells.at(row)
        if reading.days and row not in undone:
            said = evolve(said, value=_of_day(study, reading, row, patient))
        for event in _events(study, reading, reader, row, said, patient):
            yield evolve(event, is_baseline=True) if row in flagged else event


@frozen
class _Cells:
    """The columns of a value."""

    constant: str
    value: list[str] | None
    unit: list[str] | None
    lower: list[str] | None
    upper: list[str] | None

    @classmethod
    def of(cls, table: Table, reading: Reading) -> _Cells:
        def texts(column: Named | None) -> list[str] | None:
            return table.texts(column.name) if column else None

        return cls(reading.always, *(texts(one) for one in (reading.value, reading.unit, reading.lower, reading.upper)))

    def at(self, row: int) -> Reported:
        value = self.constant if self.value is None else self.value[row]
        unit, lower, upper = ("" if one is None else one[row] for one in (self.unit, self.lower, self.upper))
        return Reported(value, unit, lower, upper)

    def undone(self) -> Reported:
        return Reported("", undone=True)


def _of_day(study: Study, reading: Reading, row: int, patient: Patient) -> str:
    """The value of the window in which a row lies; empty where that is none, or not known."""
    assert reading.table is not None
    when = study.times(reading.table.name, _when(study, reading), row, patient)
    if when is None or isinstance(when, Wrong) or when.latest is not None:
        return ""
    day = study_day_of(when.time)
    return next((window.visit for window in reading.days if window.first <= day <= window.last), "")


def _events(study: Study, reading: Reading, reader: Reader, row: int, cells: Reported, patient: Patient) -> Iterator[Event]:
    assert reading.table is not None
    name, account = reading.table.name, study.account.of(reading.input.name)
    value, place = reader.read(cells), study.tables[name].name(row)
    if not value.observations:
        account.empty += 1
        why = f"{reading.value} is empty" if reading.value else "its study day is in none of the windows"
        study.account.rows[name].note(row, "ignored", why)
        return
    placed = _placed(study, reading, row, patient)
    if isinstance(placed, Wrong):
        account.fates["refused"] += 1
        account.refused.append((placed, place))
        return
    _account(reader, value, place, study)
    for one in value.observations:
        recorded = placed.recorded.time if placed.recorded else None
        known = Observation(one.input, one.value, one.unit, one.censored, one.lower, one.upper, None, recorded, place)
        exactly = placed.recorded.moment if placed.recorded else None
        yield Event(patient.name, placed.when, known, name, row, reading, value.wrong, placed.until, placed.moment, exactly)


def _account(reader: Reader, value: Value, place: str, study: Study) -> None:
    """Notes what was done to a value."""
    account = study.account.of(reader.input.name)
    if value.wrong is not None:
        return
    if value.limits is not None:
        account.limits.append((value.limits, place))
    if value.renamed:
        account.renamed[value.renamed] += 1
    if value.converted is not None:
        account.converted.append(value.converted)
    account.censored += any(one.censored for one in value.observations)


@frozen
class _Recorded:
    """When something was recorded: the visit's time, and to the minute."""

    time: int
    moment: int


@frozen
class _Placed:
    """When a value was observed, to the minute too, until when it lasts, and when it was recorded."""

    when: Times
    moment: int = 0
    until: Times | None = None
    recorded: _Recorded | None = None


def _placed(study: Study, reading: Reading, row: int, patient: Patient) -> _Placed | Wrong:
    """The times of a value, or why they are not known, which is noted."""
    assert reading.table is not None
    name = reading.table.name
    if reading.at == "first dose":
        return _Placed(Times(0))
    if reading.at == "first visit":
        return _Placed(study.first.get(patient.name, Times(0)))
    when = _when(study, reading)
    found = study.times(name, when, row, patient)
    if found is None:
        found = NO_TIME
    if isinstance(found, Wrong):
        study.refuse(name, row, found, when.column)
        return found
    study.compare(name, when, row, found, patient)
    if reading.at == "last dose":
        found = study.not_after_dosing(patient, found)
    until = _until(study, reading, row, patient)
    if isinstance(until, Wrong):
        study.refuse(name, row, until, reading.until.column if reading.until else None)
        return until
    moment = study.moment(name, when, row, patient, found)
    return _Placed(found, moment, until, _recorded(study, name, row, patient, found, moment))


def _when(study: Study, reading: Reading) -> When:
    assert reading.table is not None
    return reading.when if reading.when.column else study.mapping.table(reading.table.name).when


def _until(study: Study, reading: Reading, row: int, patient: Patient) -> Times | Wrong | None:
    if reading.until is None:
        return None
    assert reading.table is not None
    found = study.times(reading.table.name, reading.until, row, patient)
    if found is None and reading.missing_until == "refuse":
        return Wrong("S047", "no end", "Say 'missing until: ongoing' or 'unknown' for what an end that is missing means.")
    return found


def _recorded(study: Study, name: str, row: int, patient: Patient, when: Times, moment: int) -> _Recorded | None:
    """When a row was recorded, where the table says it; what cannot be is noted, and counts as recorded when it was observed."""
    column = study.mapping.table(name).recorded
    text = study.tables[name].texts(column.name)[row] if column else ""
    if not text:
        return None
    like = study.mapping.table(name).when
    found = study.read(text, like, patient)
    exactly = moment if isinstance(found, Wrong) else study.exactly(text, like, patient, found)
    if isinstance(found, Wrong) or found.latest is not None or exactly < moment:
        why = (
            "is before the value was observed" if not isinstance(found, Wrong) and found.latest is None else "is no complete time"
        )
        study.account.note(f"{column} {why}, and does not count", study.tables[name].name(row))
        return None
    return _Recorded(max(found.time, when.time), exactly)
