"""Each check on a small written protocol that has the defect, and on the nearest one that has not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import protocol.checks
from protocol.checks import CHECKS, CODES, Finding, findings
from protocol.language.from_yaml import parse

HEAD = """
protocol: small
version: "1"
doses: {low: 50 mg daily, middle: 100 mg daily, high: 200 mg daily}
sources: {ours: this test}
otherwise: {on treatment: continue, held: continue, in review: continue}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days, graded by: CTC 2.0 neutrophils}
  rash: {yes or no, valid for: 8 days, every: 7 days}
  toxicity: {grade: CTC 2.0, valid for: 8 days, every: 7 days}
"""
DERIVED = '\nderived: {low-count: "anc < 1"}'
NUMBER = """
  excess: {unit: "1", plausible: 0 to 9, valid for: 8 days}
derived: {whole: {value: "anc + excess", unit: "1", plausible: 0 to 100, missing: %s}}
"""
FALL = '\nderived: {fall: {value: "100 - 100 * anc / baseline(anc)", unit: "%", plausible: -10000 to 100, missing: unknown}}'
BY_NAME = '\nderived: {low: "anc < 0.5 x baseline"}'
TRACKER = "\ntrackers: {lowest-anc: {lowest: anc}}"
QUESTION = """
interpretations:
  when-low: {question: When?, chosen: one, readings: {one: {means: a, guard: "anc < 1"}, two: {means: b, guard: "%s"}}}
"""

# A rule: name | in | when | what it does.
HOLD = "hold | on treatment | anc < 1 | must: hold"
HOLD_LOW = "hold | on treatment | when-low | must: hold"
HOLD_TWO = "hold | on treatment | anc < 1 | must: hold, under: {when-low: two}"
RESUME = "resume | held by hold | anc >= 1.5 | must: resume at the same level"
UP = "up | on treatment | not rash | may: escalate, source: ours"
UP_BY_NUMBER = "up | on treatment | whole > 1 | may: escalate"
UP_FROM_LOW = "up | on treatment at low | not rash | may: escalate"
UP_BY_TWO = "up | on treatment at low | not rash | may: escalate by 2"
CAP = "hold | on treatment at high | anc < 1 | must: hold then at most middle"
START = "start | before treatment | always | must: start at low"
REVIEW = 'ask | on treatment | rash | must: "review, dose withheld"'
FAR = "far | on treatment at high | anc < 0.5 | must: reduce by 2"
NEAR = "near | on treatment at high | rash | must: reduce"
LIMIT = "limit | held | time on hold >= 4 weeks | must: stop"
LOWER_ELSE = 'resume | held by hold | anc >= 1.5 | must: "resume at the next lower level'
BY_TIME = "resume | held by hold | time on hold >= 2 hours | must: resume at the same level"
ACTS = "between visits: act"
FRESH = HOLD.replace("anc < 1", "anc < 1 and within(anc, 1 hour)")
LOW_STOP = "low | on treatment | anc < 0.5 | must: stop"
LOWER = "lower | on treatment at high | anc < 0.5 | must: reduce"
END = "end | held by hold | rash | must: stop"
WAIT = "wait | held by hold"
SILENT = "held: continue->held: silent"

# The code, the protocol with the defect (its rules, and what it says besides or instead), the nearest one without it.
MONTHLY = """monitoring:
  weekly: {of: anc, every: 7 days, when: "%s"}
  monthly: {of: anc, every: 8 days, when: "%s"}"""
TABLE: list[tuple[str, list[str], list[str]]] = [
    ("F001", [HOLD, RESUME, "held: continue, ->"], [HOLD, RESUME]),
    ("F002", ["down | on treatment | rash | must: reduce"], ['down | on treatment | rash | must: "reduce, else stop"']),
    ("F003", [UP, HOLD], [HOLD, UP]),
    ("F004", [HOLD], [HOLD, RESUME]),
    (
        "F004",
        ['down | on treatment | rash | must: "reduce, else hold"'],
        ['down | on treatment at high | rash | must: "reduce, else hold"'],
    ),
    (
        "F004",
        [HOLD, RESUME.replace("by hold", "by hold at middle or high")],
        [HOLD.replace("treatment", "treatment at middle or high"), RESUME.replace("by hold", "by hold at middle or high")],
    ),
    (
        "F004",
        [HOLD, RESUME.replace("by hold", "at middle or high")],
        [HOLD, RESUME.replace("by hold", "at middle or high"), f"last{RESUME.replace('by hold', 'at low')}"],
    ),
    (
        "F004",
        [HOLD, RESUME.replace("by hold", "by hold at middle or high"), f"{WAIT} | always | must: continue", SILENT],
        [HOLD, RESUME.replace("by hold", "by hold at middle or high"), f"{WAIT} | anc < 1.5 | must: continue", SILENT],
    ),
    (
        "F004",
        [HOLD, RESUME.replace("by hold", "by hold at middle or high"), f"{WAIT} | anc < 1.5 | must: continue"],
        [HOLD, RESUME.replace("by hold", "by hold at middle or high"), f"{WAIT} | anc < 1.5 | must: continue", SILENT],
    ),
    ("F004", [HOLD, f"{WAIT} | anc < 1.5 | must: continue", SILENT], [HOLD, RESUME]),
    ("F004", [HOLD, f'{LOWER_ELSE}, else continue"'], [HOLD, f'{LOWER_ELSE}, else stop"']),
    ("F005", ["up | on treatment | known(anc) | may: escalate"], ["up | on treatment | anc > 1 | may: escalate"]),
    ("F005", [NUMBER % "{anc: 1}", UP_BY_NUMBER], [NUMBER % "unknown", UP_BY_NUMBER]),
    ("F005", [NUMBER % "{anc: 1}", UP_BY_NUMBER], [NUMBER % "{anc: 1}", f"{UP_BY_NUMBER}, waiver: the source counts it so"]),
    ("F005", [NUMBER % "{anc: 1}", UP_BY_NUMBER], [NUMBER % "{anc: 1}", UP_BY_NUMBER.replace("escalate", "hold")]),
    (
        "F005",
        [NUMBER % "{anc: 1}", TRACKER.replace("anc}", "whole}"), "up | on treatment | lowest-anc > 1 | may: escalate"],
        [NUMBER % "unknown", TRACKER.replace("anc}", "whole}"), "up | on treatment | lowest-anc > 1 | may: escalate"],
    ),
    ("F006", [NEAR], [NEAR, HOLD]),
    ("F006", [NEAR], [NEAR, NUMBER % "unknown", UP_BY_NUMBER]),
    ("F007", [UP, "low: 50->low: 500"], [UP]),
    (
        "F008",
        ["hold | on treatment | anc < 1 and anc > 2 | must: hold"],
        ["hold | on treatment | anc < 1 or anc > 2 | must: hold"],
    ),
    ("F009", [FAR, NEAR], [NEAR, FAR]),
    ("F009", [FAR, NEAR], [FAR, NEAR, UP]),
    ("F009", [FAR, NEAR], [FAR, NEAR.replace("rash", "anc < 0.5")]),
    ("F009", [FAR, NEAR], [FAR.replace("anc < 0.5", "time since start > 8 weeks"), NEAR]),
    ("F009", [FAR, NEAR], [FAR, NEAR, "time: days\nsafe side: none"]),
    ("F010", ["back | in review | rash | must: stop"], ["back | in review | rash | must: stop", REVIEW]),
    ("F010", [HOLD_TWO, END], [HOLD, END]),
    ("F010", [HOLD_TWO, END], [HOLD_TWO, RESUME]),
    ("F011", [START, UP_FROM_LOW], [START, UP]),
    ("F011", [START, UP_FROM_LOW], [UP_FROM_LOW]),
    ("F011", [START, UP_BY_TWO], [START, UP_BY_TWO, NEAR]),
    ("F011", [START, UP_BY_TWO], [START, UP_BY_TWO, CAP, RESUME]),
    ("F012", [HOLD, "grade: CTC 2.0->grade: CTC"], [HOLD]),
    ("F012", [HOLD, "CTC 2.0 neutrophils->CTC 9.0 neutrophils"], [HOLD]),
    ("F012", [HOLD, "CTC 2.0 neutrophils->CTC 2.0 nutrophils"], [HOLD]),
    (
        "F012",
        ["four | held | grade(anc) >= 4 | must: stop", "CTC 2.0 neu->CTC 9.0 neu"],
        ["four | held | grade(anc) >= 4 | must: stop"],
    ),
    (
        "F012",
        ["one | held | grade(anc) >= 1 | must: stop", "CTC 2.0 neutrophils->CTCAE 5.0 ALT"],
        ["two | held | grade(anc) >= 2 | must: stop", "CTC 2.0 neutrophils->CTCAE 5.0 ALT"],
    ),
    ("F012", ["five | held | grade(anc) >= 5 | must: stop"], ["four | held | grade(anc) >= 4 | must: stop"]),
    ("F013", [HOLD, RESUME, LIMIT], [HOLD, RESUME, LIMIT.replace("weeks", "weeks and anc < 1.5")]),
    ("F013", [HOLD, RESUME, LIMIT], [HOLD, RESUME, f"{LIMIT}, waiver: the source says so"]),
    ("F013", [HOLD, RESUME, LIMIT], [HOLD, RESUME, LIMIT.replace("on hold", "since start")]),
    ("F013", [HOLD, RESUME, LIMIT], [HOLD, LIMIT]),
    (
        "F013",
        [HOLD, RESUME, LIMIT.replace("| held", "| on treatment")],
        [HOLD, RESUME, LIMIT.replace("| held", "| on treatment") + ", on hold: no"],
    ),
    (
        "F013",
        [HOLD, RESUME, LIMIT.replace("on hold", "in state")],
        [HOLD, RESUME, LIMIT.replace("on hold", "in state").replace("held", "on treatment")],
    ),
    ("F014", [NEAR, "no, valid for: 8->no, valid for: 6"], [NEAR]),
    ("F015", [HOLD, DERIVED], [HOLD.replace("anc < 1", "low-count"), DERIVED]),
    ("F015", [HOLD, NUMBER % "unknown"], [HOLD, NUMBER % "unknown", UP_BY_NUMBER]),
    ("F015", [HOLD, TRACKER], [HOLD.replace("anc < 1", "lowest-anc < 1"), TRACKER]),
    ("F015", [HOLD, QUESTION % "anc < 2"], [HOLD_LOW, QUESTION % "anc < 2"]),
    ("F016", [HOLD], [UP]),
    ("F016", [UP, MONTHLY % ("always", "rash")], [UP, MONTHLY.replace("}", ", source: ours}") % ("always", "rash")]),
    ("F017", [REVIEW], [REVIEW, "over | in review by ask | not rash | must: resume at the same level"]),
    ("F017", [REVIEW, "over | in review | rash | must: continue"], [REVIEW, "over | in review | rash | must: stop"]),
    ("F018", [HOLD_LOW, QUESTION % "anc < 1"], [HOLD_LOW, QUESTION % "anc < 2"]),
    ("F018", [HOLD_LOW, QUESTION % "anc < 1"], [HOLD_LOW, f"{END}, under: {{when-low: two}}", QUESTION % "anc < 1"]),
    ("F019", [HOLD, LOWER], [LOWER, HOLD]),
    ("F019", [HOLD, LOWER], [HOLD, LOWER.replace("0.5", "1.5")]),
    ("F019", [HOLD, LOWER], [HOLD, "deeper | on treatment at high | anc < 0.5 | must: hold"]),
    ("F019", [HOLD, LOWER], [HOLD.replace("treatment", "treatment at middle"), LOWER]),
    ("F019", [HOLD, LOWER], [HOLD.replace("must", "may"), LOWER]),
    ("F019", [HOLD, LOWER], [HOLD, "end | on treatment | anc < 0.5 | must: stop"]),  # which stands on hold as well
    (
        "F019",
        [HOLD.replace("must: hold", "must: stop"), "low | held | anc < 0.5 | must: stop"],
        [HOLD, "low | held | anc < 0.5 | must: stop"],
    ),
    ("F019", ["on | on treatment | always | must: continue", UP], ["on | on treatment at low | always | must: continue", UP]),
    ("F019", [HOLD, f"{LOW_STOP}, on hold: no"], [HOLD, LOW_STOP]),
    ("F020", [HOLD, BY_TIME, ACTS], [FRESH, BY_TIME, ACTS]),
    ("F020", [HOLD, BY_TIME, ACTS], [HOLD, BY_TIME]),
    ("F020", [HOLD, BY_TIME, ACTS], [HOLD, RESUME, ACTS]),
    (
        "F021",
        ["go | before treatment | anc >= 1.5 x baseline | must: start at low"],
        ["go | before treatment | anc >= 1.5 | must: start at low"],
    ),
    (
        "F021",
        [FALL, "go | before treatment | fall < 50 | must: start at low"],
        [FALL, "go | on treatment | fall < 50 | must: hold"],
    ),
    ("F022", [HOLD, MONTHLY % ("always", "rash")], [HOLD, MONTHLY % ("rash", "always")]),
    ("F022", [HOLD, MONTHLY % ("rash", "rash and not rash")], [HOLD, MONTHLY % ("rash", "not rash")]),
    ("F021", [BY_NAME, "go | before treatment | low | must: start at low"], [BY_NAME, "go | on treatment | low | must: hold"]),
]


def found(code: str, parts: list[str]) -> list[Finding]:
    """The findings of this code in HEAD with these rules, replacements ``old->new`` and further sections."""
    head, rules = HEAD, ""
    for part in parts:
        if " | " in part:
            name, place, guard, does = part.split(" | ")
            rules += f'  {name}: {{in: {place}, when: "{guard}", {does}}}\n'
        elif "->" in part:
            head = head.replace(*part.split("->"))
        else:
            head += f"{part}\n"
    if "when-low: two" in rules and "when-low" not in head:
        head += QUESTION % "anc < 2"
    return [finding for finding in findings(parse(f"{head}rules:\n{rules}")) if finding.code == code]


@pytest.mark.parametrize(("code", "has_it", "has_not"), TABLE, ids=lambda value: value if isinstance(value, str) else "")
def test_a_defect_is_found_where_it_is_and_only_there(code: str, has_it: list[str], has_not: list[str]) -> None:
    (finding,) = found(code, has_it)
    assert finding.about and finding.hint.endswith(".")
    assert found(code, has_not) == []


def test_every_check_has_rows_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(CODES)


def test_codes_are_numbered_without_gaps_and_each_check_yields_its_own() -> None:
    assert list(CODES) == [f"F{number:03}" for number in range(1, len(CHECKS) + 1)]
    for check in CHECKS:
        text = Path(check.find.__code__.co_filename).read_text(encoding="utf-8")
        assert set(re.findall(r"F\d{3}", text)) == {check.code.code}


def test_every_file_with_a_code_is_a_check_that_is_made() -> None:
    folder = Path(protocol.checks.__file__).parent
    files = {file.stem for file in folder.glob("*.py") if re.search(r'"F\d{3}"', file.read_text(encoding="utf-8"))}
    assert files == {check.find.__name__ for check in CHECKS}


def test_where_a_grade_cannot_be_computed_that_is_all_that_is_said() -> None:
    parts = ["four | held | grade(anc) >= 4 | must: stop", "CTC 2.0 neu->CTC 9.0 neu"]
    (finding,) = found("F012", parts)
    assert "CTC 9.0" in finding.message
    assert not any(found(code, parts) for code in CODES if code != "F012")
