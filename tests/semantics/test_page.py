"""Every table of the page on the meaning is a course that is decided as the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

import protocol.semantics
from protocol import load
from protocol.adapters.from_file import from_file
from protocol.adapters.to_text import explanation
from protocol.checks import findings
from protocol.checks.expectations import differences
from protocol.language.from_yaml import parse
from protocol.model.decision import DeviationKind
from protocol.semantics.trace import trace

PAGE = (Path(protocol.semantics.__file__).parent / "semantics.md").read_text(encoding="utf-8")
SPECS = list(re.finditer(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
TABLES = list(re.finditer(r"^\|.*(?:\n\|.*)+", PAGE, re.MULTILINE))


def spec_of(table: re.Match[str]) -> str:
    """The protocol of a table: the one in its section, else the first."""
    section = PAGE.rfind("\n## ", 0, table.start())
    above = [spec[1] for spec in SPECS if section < spec.start() < table.start()]
    return above[0] if above else SPECS[0][1]


def line(match: re.Match[str]) -> str:
    return f"line {PAGE.count(chr(10), 0, match.start()) + 1}"


@pytest.mark.parametrize("table", TABLES, ids=line)
def test_a_course_of_the_page_is_decided_as_it_says(table: re.Match[str], tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").write_text(spec_of(table), encoding="utf-8")
    (tmp_path / "courses.md").write_text(f"## here\n\n{table[0]}\n", encoding="utf-8")
    read = load(tmp_path)
    (example,) = from_file(tmp_path / "courses.md", read).examples
    found = trace(read, example.course)
    expected = [[(item.column, item.value) for item in items] for items in example.expectations]
    assert any(expected)
    assert differences(example.course, expected, found) == ()
    beside = re.match(r"\n*```text\n(.*?)```", PAGE[table.end() :], re.DOTALL)
    for said in beside[1].splitlines() if beside else ():
        assert said in explanation(found.steps[-1], read, 100)


@pytest.mark.parametrize("spec", SPECS, ids=line)
def test_nothing_is_found_in_a_protocol_of_the_page_but_what_it_is_about(spec: re.Match[str]) -> None:
    assert {finding.code for finding in findings(parse(spec[1]))} <= {"F003"}


def test_the_page_works_every_status_and_action_through() -> None:
    rows = " ".join(table[0] for table in TABLES)
    for word in ("decided", "provisional", "undecided", "start", "reduce", "hold", "resume", "stop", "review", "continue"):
        assert f"| {word} |" in rows
    assert {"every", "some: platelets", "none"} <= set(
        re.findall(r"\| (every|some: platelets|none) \|\n", f"{rows}\n".replace(" | |", "|\n"))
    )


def test_the_page_says_of_every_kind_of_deviation_when_it_is_one() -> None:
    section = PAGE[PAGE.index("## Deviations") : PAGE.index("## Dispensing")]
    assert [kind for kind in get_args(DeviationKind) if f"`{kind}`" not in section] == []
    worked = set(re.findall(r"\| ([a-z ]+) \|\n", section)) & set(get_args(DeviationKind))
    new = {"change too early", "change too late", "wrong resume level", "not decidable", "resumed too early", "hold missed"}
    assert new <= worked
