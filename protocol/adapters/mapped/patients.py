"""Who the patients are: the first dose of each, from which all time is counted, the arms, and who is left out and why."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from protocol.adapters.mapped.account import Account, Fate, Wrong
from protocol.adapters.mapped.dates import span
from protocol.adapters.mapped.selecting import filtered
from protocol.adapters.mapped.table import Table
from protocol.errors import NotationError
from protocol.model.mapping import DataMapping

NOBODY = Wrong("S041", "a row without a patient", "Each row names its patient.")
TWICE = Wrong("S040", "a second row of one patient", "The table of patients has one row for each.")


@frozen
class Patient:
    """One patient. ``left_out`` says why no course is made, empty where one is; ``wrong`` where that is a mistake of the data."""

    name: str
    first_dose: datetime | None = None
    left_out: str = ""
    wrong: Wrong | None = None


Patients = dict[str, Patient]
"""By name."""


def patients(mapping: DataMapping, tables: dict[str, Table], account: Account) -> Patients | None:
    """The patients by name, in the order of their table; None where no table says who they are."""
    section = mapping.patients
    if section is None:
        return None
    source = mapping.table(section.table.name)
    assert source.patient is not None
    table, rows = tables[source.name], account.rows[source.name]
    names = table.texts(source.patient.name)
    left = filtered(table, section.rows)
    found: Patients = {}
    for row, name in enumerate(names):
        if name in found or not name:
            rows.note(row, "refused", str(TWICE if name else NOBODY))
            continue
        found[name] = _patient(mapping, table, row, name, left.get(row, ""))
        wrong = found[name].wrong
        if wrong:
            account.hints.setdefault(str(wrong), wrong.hint)
        fate: Fate = "refused" if wrong else "ignored" if found[name].left_out else "used"
        rows.note(row, fate, str(wrong) if wrong else found[name].left_out)
    _compare_arms(mapping, table, found, names, account)
    return found


def _patient(mapping: DataMapping, table: Table, row: int, name: str, left_out: str) -> Patient:
    assert mapping.patients is not None
    column = mapping.patients.first_dose
    if left_out or column is None:
        return Patient(name, left_out=f"the patient is left out: {left_out}" if left_out else "")
    text = table.texts(column.name)[row]
    if not text:
        return Patient(name, left_out=f"the patient has no first dose ({column})")
    try:
        first, last = span(text)
    except NotationError as error:
        return _without_first_dose(name, error.message, error.hint)
    if first.date() != last.date() or (first != last and not mapping.by_day):
        return _without_first_dose(name, f"the date of the first dose is not complete: '{text}'", "All time is counted from it.")
    return Patient(name, first)


def _without_first_dose(name: str, what: str, hint: str) -> Patient:
    return Patient(name, left_out="the patient has no first dose that can be read", wrong=Wrong("S042", what, hint))


def _compare_arms(mapping: DataMapping, table: Table, found: Patients, names: list[str], account: Account) -> None:
    section = mapping.patients
    if section is None or section.planned is None or section.actual is None:
        return
    arms = zip(names, table.texts(section.planned.name), table.texts(section.actual.name), strict=True)
    for name, planned, actual in arms:
        if planned != actual and name in found and not found[name].left_out:
            account.note(f"the actual arm is not the planned one: planned {planned}, actual {actual}", name)
