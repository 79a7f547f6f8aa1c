"""The mappings by which the CDISC pilot study is watched, on two patients who were made up for the purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol import load
from protocol.adapters.mapped.checked import check_protocol
from protocol.adapters.mapped.courses import read_mapped
from protocol.cli import run
from protocol.language.mapping.from_yaml import load_mapping
from protocol.language.shipped import find
from protocol.model.time import study_day
from protocol.model.watching import Watching
from protocol.semantics.watch import watch
from tests.adapters.mapped.transport import write_xpt

LABEL, DRESS = "imatinib-label/differential", "imatinib-hes/2026-dress"


@pytest.mark.parametrize(("spec", "mapping"), [(LABEL, "differential.cdiscpilot"), (DRESS, "2026-dress.cdiscpilot")])
def test_a_shipped_mapping_fits_its_protocol(spec: str, mapping: str) -> None:
    found = load_mapping(find(spec).parent / f"{mapping}.mapping.yaml")
    assert found.protocol == spec
    check_protocol(found, load(spec))


FIRST = "2012-01-01"
MADE_UP = (  # subject, day of January 2012, test, value, unit, lower and upper limit
    ("one", "10", "WBC", "4.0", "THOU/uL", "3.8", "10.7"),
    ("one", "10", "LYM", "2.0", "THOU/uL", "0.8", "3.0"),
    ("one", "10", "MONO", "0.5", "THOU/uL", "0.1", "0.9"),
    ("one", "10", "EOS", "0.6", "THOU/uL", "0", "0.5"),
    ("one", "10", "BASO", "0.0", "THOU/uL", "0", "0.2"),
    ("one", "10", "PLAT", "200", "THOU/uL", "140", "400"),
    ("one", "24", "EOS", "1.2", "THOU/uL", "0", "0.5"),
    ("two", "10", "BILI", "<0.2", "mg/dL", "0.2", "1.2"),
    ("two", "10", "ALT", "216", "U/L", "6", "43"),
    ("two", "10", "AST", "20", "U/L", "11", "36"),
)


@pytest.fixture
def made_up(tmp_path: Path) -> Path:
    pytest.importorskip("pyreadstat", reason="pyreadstat is not installed, so SAS files cannot be read: extra 'cdisc'")
    subject, day, test, value, unit, lower, upper = (list(column) for column in zip(*MADE_UP, strict=True))
    lb = {"USUBJID": subject, "LBTESTCD": test, "LBORRES": value, "LBORRESU": unit, "LBORNRLO": lower, "LBORNRHI": upper}
    dates = {"LBDTC": [f"2012-01-{one}" for one in day], "LBDY": [float(one) for one in day]}
    write_xpt(lb | dates, tmp_path / "lb.xpt")
    dm: dict[str, list[str]] = {"USUBJID": ["one", "two"], "ARMCD": ["Pbo", "Xan_Hi"], "RFXSTDTC": [FIRST, FIRST]}
    write_xpt(dm, tmp_path / "dm.xpt")
    ae = {"USUBJID": ["one"], "AEDECOD": ["RASH"], "AESTDTC": ["2012-01-20"], "AEENDTC": [""]}
    write_xpt({**ae, "AESTDY": [20.0]}, tmp_path / "ae.xpt")
    return tmp_path


def watched(folder: Path, spec: str, mapping: str) -> tuple[Watching, ...]:
    protocol = load(spec)
    found = read_mapped(load_mapping(find(spec).parent / f"{mapping}.mapping.yaml"), folder, protocol)
    return tuple(watch(protocol, course) for course in found.courses)


def true_at(found: Watching, rule: str) -> list[int]:
    return [visit.time for visit, answer in found.of(rule) if answer.holds]


def test_made_up_patients_are_watched_by_the_label(made_up: Path) -> None:
    found = watched(made_up, LABEL, "differential.cdiscpilot")
    assert true_at(found[1], "hold-hepatic") == [study_day(10)]
    assert true_at(found[0], "hold-cytopenia") == [study_day(10), study_day(24)]
    assert true_at(found[0], "hold-hepatic") == true_at(found[1], "hold-cytopenia") == []
    (fact,) = [fact for _, answer in found[0].of("hold-cytopenia") for fact in answer.facts if fact.name == "anc"][:1]
    assert fact.value.startswith("0.9 (wbc 4")


def test_made_up_patients_are_watched_by_the_amended_rule(made_up: Path) -> None:
    found = watched(made_up, DRESS, "2026-dress.cdiscpilot")
    assert true_at(found[0], "review-dress") == [study_day(24)]
    assert [answer.holds for _, answer in found[1].of("review-dress")] == [None]


def test_the_commands_say_what_a_mapping_was_made_of(made_up: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = find(LABEL).parent / "differential.cdiscpilot.mapping.yaml"
    assert run(["watch", LABEL, str(mapping), "--data", str(made_up)]) == 0
    said = capsys.readouterr().out
    assert "2 courses, 3 visits, 0 refused" in said
    assert "two: day 9; bilirubin <0.2 mg/dL (LLN 0.2, ULN 1.2), alt 216 U/L (LLN 6, ULN 43)" in said
    assert "Rows read: 12, of them 12 used" in said
