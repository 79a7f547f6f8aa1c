"""What is read of a study before courses are made: the tables, who the patients are, and when and whose each row is."""

from __future__ import annotations

from attrs import Factory, define

from protocol.adapters.mapped.account import Account, Wrong
from protocol.adapters.mapped.dates import since, span
from protocol.adapters.mapped.patients import NOBODY, Patient, Patients
from protocol.adapters.mapped.selecting import filtered
from protocol.adapters.mapped.table import Table
from protocol.adapters.problems import Cell, Problems
from protocol.adapters.times import Times, times
from protocol.errors import NotationError
from protocol.model.mapping import DataMapping, Filter, Named, When
from protocol.model.protocol import Protocol
from protocol.model.time import DAY

UNLISTED = Wrong("S043", "the table of patients does not list this one", "Add the patient to it, or correct the name.")
NO_TIME = Wrong("S046", "no time", "It is not known where in the course it belongs.")


@define
class Study:
    """The tables of a study under a mapping. ``listed`` are the patients that a table lists; None where none does.

    ``met`` are those of whom some row is used, ``first`` the first visit of each, ``over`` the end of the last dose of those
    of whom it is recorded. ``barred`` rows are refused as a whole.
    """

    mapping: DataMapping
    protocol: Protocol
    tables: dict[str, Table]
    listed: Patients | None
    account: Account
    met: Patients = Factory(dict)
    first: dict[str, Times] = Factory(dict)
    over: dict[str, int] = Factory(dict)
    barred: dict[str, frozenset[int]] = Factory(dict)
    _counted_before: dict[tuple[str, str], tuple[Times | Wrong, int]] = Factory(dict)

    def rows(self, name: str, rows: Filter) -> list[int]:
        """The rows of a table that are meant; the others are noted, with the reason."""
        table, noted = self.tables[name], self.account.rows[name]
        left = filtered(table, rows) | filtered(table, self.mapping.table(name).rows)
        for row, why in left.items():
            noted.note(row, "ignored", why)
        barred = self.barred.get(name, frozenset())
        return [row for row in range(table.rows) if row not in left and row not in barred]

    def patient(self, name: str, row: int) -> Patient | None:
        """Whose a row is; None where no course is made of it, which is noted."""
        column = self.mapping.table(name).patient
        assert column is not None
        who, noted = self.tables[name].texts(column.name)[row], self.account.rows[name]
        if not who:
            self.refuse(name, row, NOBODY, column)
            return None
        if self.listed is None:
            return self.met.setdefault(who, Patient(who))
        found = self.listed.get(who)
        if found is None:
            self.refuse(name, row, UNLISTED, column)
            return None
        if found.left_out:
            noted.note(row, "refused" if found.wrong else "ignored", found.left_out)
            return None
        self.met.setdefault(who, found)
        return found

    def times(self, name: str, when: When, row: int, patient: Patient) -> Times | Wrong | None:
        """When a row was; None where it does not say."""
        column = when.column
        assert column is not None
        text = self.tables[name].texts(column.name)[row]
        return self.read(text, when, patient) if text else None

    def read(self, text: str, when: When, patient: Patient) -> Times | Wrong:
        """A text as a time of the patient."""
        if when.date is None:
            return self._counted(text, "study day" if when.study_day else "elapsed")
        return self._dated(text, patient)[0]

    def not_after_dosing(self, patient: Patient, when: Times) -> Times:
        """A time, or the end of the last dose if that is earlier."""
        over = self.over.get(patient.name)
        return when if over is None or over >= when.time else Times(over)

    def moment(self, name: str, when: When, row: int, patient: Patient, found: Times) -> int:
        """A row's time to the minute, also where what is of one day is one visit."""
        column = when.column
        assert column is not None
        return self.exactly(self.tables[name].texts(column.name)[row], when, patient, found)

    def exactly(self, text: str, when: When, patient: Patient, found: Times) -> int:
        """A text that was read as a time, to the minute."""
        return found.time if when.date is None else self._dated(text, patient)[1]

    def _dated(self, text: str, patient: Patient) -> tuple[Times | Wrong, int]:
        """A date as a time of the patient, and to the minute; the many rows of one visit have one date."""
        key = (text, patient.name)
        if key not in self._counted_before:
            self._counted_before[key] = self._since(text, patient)
        return self._counted_before[key]

    def _since(self, text: str, patient: Patient) -> tuple[Times | Wrong, int]:
        assert patient.first_dose is not None  # a mapping with dates says where its date stands, and who has none is left out
        try:
            found = since(span(text), patient.first_dose, self.mapping.by_day)
        except NotationError as error:
            return Wrong("S045", error.message, error.hint), 0
        try:
            return found, since(span(text), patient.first_dose, by_day=False).time
        except NotationError:  # one of the two has a time zone; their days can be compared nevertheless
            return found, found.time

    def _counted(self, text: str, kind: str) -> Times | Wrong:
        problems = Problems("", (text,))
        found = times(Cell(text, 1, 1), kind, self.protocol, problems)
        if found is None:
            first = problems.found[0]
            return Wrong(first.code, first.message, first.hint)
        return found if kind == "study day" or not self.mapping.by_day else _of_days(found)

    def compare(self, name: str, when: When, row: int, found: Times, patient: Patient) -> None:
        """Notes where the study day beside a date is another one."""
        if when.date is None or when.study_day is None or found.latest is not None:
            return
        text = self.tables[name].texts(when.study_day.name)[row]
        if not text:
            return
        said = self._counted(text, "study day")
        if isinstance(said, Wrong) or said.time // DAY != found.time // DAY:
            what = f"{when.study_day} is another day than {when.date} counted from the first dose"
            self.account.note(what, self.tables[name].name(row))

    def refuse(self, name: str, row: int, wrong: Wrong, column: Named | None) -> None:
        """Notes a row that cannot be used."""
        where = f" ({column})" if column else ""
        self.account.hints.setdefault(str(wrong), wrong.hint)
        self.account.rows[name].note(row, "refused", f"{wrong}{where}")

    def refuse_dose(self, name: str, row: int, wrong: Wrong, column: Named | None) -> None:
        """Notes a dose that cannot be used; its row may be used for something else, which is noted later."""
        where = f" ({column})" if column else ""
        self.account.rows[name].turn(row, "refused", f"{wrong}{where}")
        self.refuse(name, row, wrong, column)
        self.account.doses.append((name, row, f"a dose is refused: {wrong}{where}. {wrong.hint}".rstrip()))


def _of_days(found: Times) -> Times:
    """A time by the day in which it lies."""
    first, last = (moment // DAY * DAY for moment in (found.time, found.last))
    return Times(first) if first == last else Times(first, last)
