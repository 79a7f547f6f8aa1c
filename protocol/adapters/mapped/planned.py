"""How the visits that there were compare with those that were planned: on which study days, and within their windows or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from attrs import frozen

from protocol.adapters.mapped.account import Wrong
from protocol.adapters.mapped.study import Study
from protocol.model.mapping import Window, Windows
from protocol.model.time import study_day_of


@frozen
class Planned:
    """The visits of one number: how many, on which study days, the day planned for it, and its window where one is known.

    ``day`` None: no day is planned for it, so it is unscheduled.
    """

    visit: str
    count: int
    first: int
    median: int
    last: int
    day: int | None = None
    window: str = ""
    early: int = 0
    inside: int = 0
    late: int = 0
    examples: tuple[str, ...] = ()


def planned(study: Study) -> tuple[Planned, ...]:
    """What there is to say of the planned visits, in the order in which they come."""
    found = [one for windows in study.mapping.windows for one in _of(study, windows)]
    return tuple(sorted(found, key=lambda one: (one.day is None, one.day or one.median, one.visit)))


def _of(study: Study, windows: Windows) -> Iterator[Planned]:
    table = study.tables[windows.table.name]
    visits = table.texts(windows.visit.name)
    meant = table.texts(windows.planned.name) if windows.planned else [""] * table.rows
    days: dict[str, dict[str, int]] = {}
    said: dict[str, Counter[str]] = {}
    for row, patient, day in _rows(study, windows):
        if visits[row]:
            of_patient = days.setdefault(visits[row], {})
            of_patient[patient] = min(day, of_patient.get(patient, day))
            said.setdefault(visits[row], Counter())[meant[row]] += 1
    known = {one.visit: one for one in windows.windows}
    for visit, of_patient in days.items():
        yield _planned(visit, of_patient, said[visit].most_common(1)[0][0], known.get(visit))


def _rows(study: Study, windows: Windows) -> Iterator[tuple[int, str, int]]:
    """The rows with their patient and their study day."""
    source = study.mapping.table(windows.table.name)
    table = study.tables[source.name]
    assert source.patient is not None
    if source.when.column is None:
        return
    names = table.texts(source.patient.name)
    for row in range(table.rows):
        patient = study.met.get(names[row])
        when = study.times(source.name, source.when, row, patient) if patient else None
        if patient is not None and when is not None and not isinstance(when, Wrong) and when.latest is None:
            yield row, patient.name, study_day_of(when.time)


def _planned(visit: str, of_patient: dict[str, int], day: str, window: Window | None) -> Planned:
    days = sorted(of_patient.values())
    middle = days[(len(days) - 1) // 2]
    meant = int(day) if day.removeprefix("-").isdigit() else None
    if window is None:
        return Planned(visit, len(days), days[0], middle, days[-1], meant)
    early = [name for name, one in of_patient.items() if one < window.first]
    late = [name for name, one in of_patient.items() if one > window.last]
    inside = len(days) - len(early) - len(late)
    shown = tuple([*early, *late][:3])
    said = str(window.first) if window.first == window.last else f"{window.first} to {window.last}"
    return Planned(visit, len(days), days[0], middle, days[-1], meant, said, len(early), inside, len(late), shown)
