"""From the tables of a study to its courses, as a mapping says, with an account of what became of every row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import TypeVar

from attrs import evolve, frozen

from protocol.adapters.mapped.account import Account, Fate, Rows, Wrong
from protocol.adapters.mapped.checked import check_columns, check_protocol
from protocol.adapters.mapped.dosing import Record, end_of, exposures, given_at, records
from protocol.adapters.mapped.lasting import begins, findings
from protocol.adapters.mapped.patients import patients
from protocol.adapters.mapped.planned import Planned, planned
from protocol.adapters.mapped.reported import Event, reported
from protocol.adapters.mapped.study import NO_TIME, Study
from protocol.adapters.mapped.tables import table
from protocol.adapters.mapped.values import as_value
from protocol.adapters.mapped.visits import VAGUE, by_time, note, settled, spanning, without_later_than_baseline
from protocol.adapters.times import Times
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.mapping import DataMapping, Reading
from protocol.model.protocol import Protocol

Found = TypeVar("Found", Event, Record)
Said = dict[Times, list[Observation]]


@frozen
class Mapped:
    """The courses of a study, and what became of every row of its tables. ``files`` are the tables' paths by name."""

    courses: tuple[Course, ...]
    account: Account
    mapping: DataMapping
    files: dict[str, Path]
    planned: tuple[Planned, ...] = ()


def read_mapped(mapping: DataMapping, folder: Path, protocol: Protocol) -> Mapped:
    """The courses in the tables of a folder; raises InputError for a mapping that does not fit them, or the protocol."""
    check_protocol(mapping, protocol)
    tables = {source.name: table(source, folder) for source in mapping.tables}
    check_columns(mapping, tables)
    account = Account({name: Rows(one) for name, one in tables.items()})
    for one in tables.values():
        if one.noted:
            account.note(one.noted, one.file)
    listed = patients(mapping, tables, account)
    study = Study(mapping, protocol, tables, listed, account)
    if mapping.patients:
        name = mapping.patients.table.name
        study.barred[name] = frozenset(row for row, fate in enumerate(account.rows[name].fates) if fate == "refused")
    courses = tuple(_courses(study))
    account.note_refused_doses()
    files = {source.name: folder / source.file for source in mapping.tables}
    return Mapped(courses, account, mapping, files, planned(study))


def _courses(study: Study) -> Iterator[Course]:
    doses = _by_patient(record for one in study.mapping.doses for record in records(study, one))
    study.over = {name: end for name, found in doses.items() if (end := end_of(study, found)) is not None}
    events = _by_patient(event for one in _readings(study, "row", "first dose", "last dose") for event in reported(study, one))
    stops = _stops(study)
    study.first = {name: min((one.when for one in found), key=lambda when: when.time) for name, found in events.items()}
    late = _by_patient(event for one in _readings(study, "first visit") for event in reported(study, one))
    for name in study.listed or study.met:
        if name in study.met:
            found = [*events.get(name, ()), *late.get(name, ())]
            course = _course(study, name, found, doses.get(name, []), stops.get(name))
            if course.visits or course.exposures:
                yield course


def _readings(study: Study, *at: str) -> Iterator[Reading]:
    return (one for one in study.mapping.readings if one.at in at)


def _by_patient(found: Iterable[Found]) -> dict[str, list[Found]]:
    together: dict[str, list[Found]] = {}
    for one in found:
        together.setdefault(one.patient, []).append(one)
    return together


def _stops(study: Study) -> dict[str, int]:
    """When treatment ended, by patient: the first row that says so counts."""
    found: dict[str, int] = {}
    for ending in study.mapping.ends:
        name = ending.table.name
        for row in study.rows(name, ending.rows):
            patient = study.patient(name, row)
            when = study.times(name, ending.when, row, patient) if patient else None
            if patient is None:
                continue
            if when is None or isinstance(when, Wrong):
                study.refuse(name, row, when or NO_TIME, ending.when.column)
                continue
            study.compare(name, ending.when, row, when, patient)
            if patient.name in found:
                study.account.rows[name].note(row, "duplicated", "treatment is ended by another row too; the first day counts")
                study.account.note("treatment ends twice", patient.name)
            else:
                study.account.rows[name].note(row, "used")
            last = study.not_after_dosing(patient, when).last if ending.at == "last dose" else when.last
            found[patient.name] = min(last, found.get(patient.name, last))
    return found


def _course(study: Study, name: str, events: list[Event], doses: list[Record], stop: int | None) -> Course:
    intervals = exposures(study, [one for one in doses if one.dosing.end is not None], stop)
    given = given_at(study, doses)
    changes = {moment for one in intervals for moment in (one.start, one.end) if moment is not None}
    said = _said(study, events, given.keys(), changes)
    for when in given:
        said.setdefault(when, [])
    ordered = sorted(said.items(), key=lambda one: (one[0].time, one[0].last))
    visits = tuple(_visit(when, observations, given.get(when)) for when, observations in ordered)
    return Course(name, visits, intervals)


def _visit(when: Times, observations: list[Observation], given: Given | None) -> Visit:
    row = next((one.row for one in observations if one.row), "")
    return Visit(when.time, tuple(observations), given, when.latest, row)


def _said(study: Study, events: list[Event], given: Set[Times], changes: Set[int]) -> Said:
    """The observations of one patient at each visit; at others a dose is ``given``, and between them it ``changes``."""
    lasting = [one for one in events if one.reading.until is not None]
    events = list(without_later_than_baseline(study.account, [one for one in events if one.reading.until is None]))
    times = {one.when for one in events} | set(begins(lasting))
    vague = set(spanning(times | given, changes))
    said: Said = {}
    for when, by_input in by_time(events).items():
        for found in by_input.values():
            if when in vague:
                for one in found:
                    note(study.account, evolve(one, wrong=one.wrong or VAGUE), "refused")
                continue
            said.setdefault(when, []).extend(one.observation for one in settled(study.protocol, study.account, found))
    for when in begins(lasting):
        said.setdefault(when, [])
    _add_lasting(study, lasting, said)
    _add_assumed(study, said)
    return said


def _add_lasting(study: Study, lasting: list[Event], said: Said) -> None:
    """At each visit what lasts is reported."""
    outside = {one.input.name: one.outside for one in study.mapping.readings if one.until is not None}
    for name, word in outside.items():
        events = [one for one in lasting if one.observation.input == name]
        used: set[tuple[str, int]] = set()
        for when, observation, because in findings(study.protocol.input(name), events, in_order(said), word):
            said[when].append(observation)
            used.update((one.table, one.row) for one in because)
            study.account.of(name).assumed += not because
        for one in events:
            fate: Fate = "refused" if one.wrong else "used" if (one.table, one.row) in used else "ignored"
            note(study.account, one, fate, "it lasts over none of the visits" if fate == "ignored" else "")


def _add_assumed(study: Study, said: Said) -> None:
    """At the first visit, and at the first dose, what is so of every patient unless a row there says otherwise."""
    for reading in study.mapping.readings:
        if reading.table is not None or not said:
            continue
        when = in_order(said)[0] if reading.at == "first visit" else Times(0)
        there = said.setdefault(when, [])
        if all(one.input != reading.input.name for one in there):
            there.append(Observation(reading.input.name, as_value(study.protocol.input(reading.input.name), reading.always)))
            study.account.of(reading.input.name).assumed += 1


def in_order(said: Said) -> list[Times]:
    """The times of the visits, the earliest first."""
    return sorted(said, key=lambda when: (when.time, when.last))
