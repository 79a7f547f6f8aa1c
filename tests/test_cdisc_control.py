"""The CDISC control, subject 01-701-1239, under the amended rule: his values are those of the public data."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from protocol import load, trace
from protocol.adapters.from_file import from_file
from protocol.adapters.sheet import Example
from protocol.language.shipped import find
from protocol.model.course import Given, Visit
from protocol.model.quantity import exact
from protocol.model.regimen import regimen
from protocol.model.time import study_day

SUBJECT = "01-701-1239"
LAID = {54: "100 mg every day", 81: "400 mg every day"}
"""Which dose of imatinib stands for a dose of xanomeline, in mg daily."""
MEASURED = {"aec": "EOS", "wbc": "WBC", "platelets": "PLAT", "alt": "ALT", "ast": "AST", "bilirubin": "BILI"}
OTHERS = ("LYM", "MONO", "EOS", "BASO")
"""White cells that are not neutrophils; the laboratory counted no neutrophils."""

Row = dict[str, Any]


def control() -> Example:
    protocol = load("imatinib-hes/2026-dress")
    sheet = from_file(find("imatinib-hes").parent / "2026-dress.courses.md", protocol)
    (example,) = [one for one in sheet.examples if one.course.name.startswith(SUBJECT)]
    return example


def table(folder: Path, name: str) -> list[Row]:
    """The subject's rows of a table of the study; skipped where it, or what reads it, is not here."""
    file = folder / "cdiscpilot" / f"{name}.xpt"
    if not file.is_file():
        pytest.skip(f"no {file.name} in {file.parent}, so the course is not compared with the published data")
    reader = pytest.importorskip("pyreadstat", reason="pyreadstat is not installed, so SAS files cannot be read: extra 'test'")
    columns, _ = reader.read_xport(str(file), output_format="dict")
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [row for row in rows if row["USUBJID"] == SUBJECT]


def laboratory(folder: Path) -> dict[tuple[int, str], Row]:
    """The results since the first dose, by time and test."""
    rows = [row for row in table(folder, "lb") if row["LBDY"] > 0]
    return {(study_day(int(row["LBDY"])), row["LBTESTCD"]): row for row in rows}


def reported(value: Any) -> Fraction:
    return exact(value)


def values(visit: Visit) -> dict[str, Any]:
    return {one.input: one for one in visit.observations}


def test_he_goes_to_review_with_the_dose_going_on_and_is_never_held_or_stopped() -> None:
    steps = trace(load("imatinib-hes/2026-dress"), control().course).steps
    (asked,) = [one for one in steps if one.decision.action == "review"]
    assert (asked.visit.time, str(asked.state.control)) == (study_day(29), "in review by review-dress")
    assert asked.state.dose == asked.decision.before.dose
    assert {one.state.control.kind for one in steps} == {"on treatment", "in review"}
    assert all(one.state.dose.is_drug and not one.state.withheld for one in steps)


def test_every_laboratory_value_is_that_of_the_study(data_folder: Path) -> None:
    found = laboratory(data_folder)
    visits = {visit.time: values(visit) for visit in control().course.visits if "aec" in values(visit)}
    assert set(visits) == {time for time, test in found if test == "EOS"}
    for time, read in visits.items():
        for name, test in MEASURED.items():
            row, one = found[time, test], read[name]
            published = (exact(row["LBORRES"]), exact(row["LBORNRLO"]), exact(row["LBORNRHI"]))
            assert (reported(one.value), one.lower, one.upper) == published, (time, name)


def test_the_neutrophils_are_what_is_left_of_the_white_cells(data_folder: Path) -> None:
    found = laboratory(data_folder)
    for visit in control().course.visits:
        read = values(visit)
        if "anc" in read:
            white, *others = (exact(found[visit.time, test]["LBORRES"]) for test in ("WBC", *OTHERS))
            assert reported(read["anc"].value) == white - sum(others)


def test_every_dose_is_that_of_the_study(data_folder: Path) -> None:
    given = {study_day(int(row["EXSTDY"])): LAID[int(row["EXDOSE"])] for row in table(data_folder, "ex")}
    doses = {visit.time: visit.given for visit in control().course.visits if visit.given is not None}
    assert doses == {time: Given("regimen", regimen(text)) for time, text in given.items()}


def test_his_skin_was_never_well_again_and_nothing_was_severe(data_folder: Path) -> None:
    events = table(data_folder, "ae")
    assert {row["AESEV"] for row in events} <= {"MILD", "MODERATE"}
    skin = [row for row in events if row["AEDECOD"] in ("ERYTHEMA", "PRURITUS")]
    assert {row["AEOUT"] for row in skin} == {"NOT RECOVERED/NOT RESOLVED"}
    first = min(study_day(int(row["AESTDY"])) for row in skin)
    rash = [visit.time for visit in control().course.visits if "new-rash" in values(visit)]
    assert min(rash) == first
