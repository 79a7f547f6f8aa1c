"""`protocol run`: one patient at the terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from protocol.cli import run
from tests.soak.readers import SMALL

SOURCE = SMALL.replace("unit: 10*9/L, plausible: 0 to 3000", 'unit: 10*9/L, label: "Platelets", plausible: 0 to 3000')


@pytest.fixture
def spec(tmp_path: Path) -> str:
    (tmp_path / "protocol.yaml").write_text(SOURCE, encoding="utf-8")
    return str(tmp_path)


def session(spec: str, typed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """What is printed when these lines are typed."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    assert run(["run", spec, *more]) == 0
    out, err = capsys.readouterr()
    assert not err
    return out


def test_only_what_the_decision_depends_on_is_asked(
    spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = session(spec, ["0", "", "", "28", "0.4", "", "", ""], monkeypatch, capsys)
    first, second = said.split("Time of the visit")[1:3]
    assert "start at low" in first and "anc," not in first, "the first dose depends on nothing"
    assert "anc, 0 to 100 10*9/L: " in second and "platelets" not in second
    assert "rash: yes or no" not in second, "a low count holds whatever the rash"
    assert "response" not in second, "nothing is raised that is held"
    assert "on treatment at low (100 mg every day): hold." in second and "0.4 10*9/L, measured" in second


def test_what_a_permission_depends_on_is_asked_too(
    spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = session(spec, ["0", "", "", "28", "2", "no", "none", "", "high", ""], monkeypatch, capsys)
    assert "response: none, partial, complete: " in said
    assert "escalate permits: escalate to high (400 mg every day)" in said
    assert "Given 400 mg every day: permitted" in said


def test_the_body_size_is_asked_for_what_is_dispensed(
    spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dispensed = "dispensing: {strengths: [50 mg], round: down, size: weight}"
    weight = "inputs:\n  weight: {unit: kg, plausible: 2 to 300, valid for: ever}"
    by_weight = SOURCE.replace("low: 100 mg every day", "low: 2 mg/kg once daily").replace("inputs:", f"{dispensed}\n{weight}")
    Path(spec, "protocol.yaml").write_text(by_weight, encoding="utf-8")
    said = session(spec, ["0", "70", "", "", ""], monkeypatch, capsys)
    assert "weight, 2 to 300 kg: " in said
    assert "One administration is 140 mg, with weight 70 kg, rounded down" in said
    assert "Dispense 100 mg (2 x 50 mg)" in said


def test_what_cannot_be_read_is_asked_again(
    spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = session(spec, ["0", "ancc", "anc 1,2", "anc 1.2", "", "700 mg", "high", "0", "-3", "1", ""], monkeypatch, capsys)
    assert "'ancc' is not an input. did you mean 'anc'?" in said
    assert "'1,2' has a comma. Write a decimal point" in said
    assert "'700 mg' is neither a level nor a regimen." in said
    assert said.count("The last visit was on day 0; write a later time.") == 2


def test_a_deviation_is_named(spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = session(spec, ["0", "", "high", ""], monkeypatch, capsys)
    assert "Deviation, dose above permitted" in said


def test_it_says_when_time_alone_changes_the_decision(
    spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = session(spec, ["0", "anc 2", "rash no", "", "", ""], monkeypatch, capsys)
    assert "Without new values the decision changes on day 8" in said


def test_the_course_is_kept_and_gone_on_with(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "patient.md"
    session(spec, ["0", "anc 2.0 (1.5-7)", "", "low", ""], monkeypatch, capsys, "--course", str(kept), "--patient", "P 1")
    assert kept.read_text(encoding="utf-8") == (
        "## P 1\n\n| elapsed | anc | given |\n| --- | --- | --- |\n| 0 | 2 (1.5-7) | 100 mg every day |\n"
    )
    said = session(spec, ["4 weeks", "<0.5", "", "none"], monkeypatch, capsys, "--course", str(kept), "--patient", "P 1")
    assert "After 1 visit, the last:\nday 0: start at low" in said
    assert "| 28 | <0.5 | none |\n" in kept.read_text(encoding="utf-8")
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["patient.md", "protocol.yaml"]
    assert run(["replay", spec, str(kept)]) == 0


def test_a_file_with_other_courses_is_not_written_over(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "courses.md"
    kept.write_text("## Another\n\n| elapsed | anc |\n|---|---|\n| 0 | 2 |\n", encoding="utf-8")
    before = kept.read_bytes()
    monkeypatch.setattr("sys.stdin", io.StringIO("0\n"))
    assert run(["run", spec, "--course", str(kept)]) == 2
    assert "holds other courses than 'Patient'" in capsys.readouterr().err
    assert kept.read_bytes() == before


MEASURED_LATER = SMALL.replace(
    "rules:",
    """derived:
  fall: {value: "platelets - baseline(platelets)", unit: 10*9/L, plausible: -3000 to 3000, missing: unknown}
rules:""",
).replace("anc < 1.0 or rash", "fall < -100")


def test_a_derived_number_asks_for_its_inputs_and_a_baseline_is_asked_before_it_is_too_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "protocol.yaml").write_text(MEASURED_LATER, encoding="utf-8")
    said = session(str(tmp_path), ["0", "210", "", "", "28", "90", "", "", ""], monkeypatch, capsys)
    first, second = said.split("Time of the visit")[1:3]
    assert "platelets, 0 to 3000 10*9/L: " in first and "platelets, 0 to 3000 10*9/L: " in second
    assert "on treatment at low (100 mg every day): hold." in second


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("kept.csv", None, "give it the ending .md"),
        ("nowhere/kept.md", None, "there is no folder"),
        (
            "kept.md",
            "Allergic to penicillin.\n\n## Patient\n\n| elapsed | anc |\n|---|---|\n| 0 | 2 |\n",
            "'Allergic to penicillin.'",
        ),
        ("kept.md", "## Patient\n\n| elapsed | anc | expect action |\n|---|---|---|\n| 0 | 2 | start |\n", "columns 'expect'"),
        ("kept.md", "## Patient\n\n| elapsed | anc |\n|---|---|\n| 27 to 28 | 2 |\n", "dates that are ranges"),
    ],
)
def test_a_file_that_could_not_be_written_back_whole_is_refused_before_anything_is_asked(
    spec: str, name: str, text: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    kept = tmp_path / name
    if text is not None:
        kept.write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("0\n"))
    assert run(["run", spec, "--course", str(kept)]) == 2
    out, err = capsys.readouterr()
    assert said in err and not out
    assert text is None or kept.read_text(encoding="utf-8") == text


def test_what_ends_in_the_middle_of_a_visit_is_said_to_count_for_nothing(
    spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Ended in the middle of a visit, which counts for nothing." in session(spec, ["0"], monkeypatch, capsys)


def test_two_readings_of_one_question_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    readings = ["--reading", "four-weeks-over=elapsed", "--reading", "four-weeks-over=study-day"]
    assert run(["run", "imatinib-hes", *readings]) == 2
    assert "two readings of 'four-weeks-over' are chosen" in capsys.readouterr().err
