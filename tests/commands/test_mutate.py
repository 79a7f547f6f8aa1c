"""Which changes of a protocol its checks would not notice: the numbers, the sentences, and the courses that would tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from protocol.adapters.from_markdown import from_markdown
from protocol.cli import cli
from protocol.commands import fates as fates_module
from protocol.commands import mutated
from protocol.commands.fates import Judge
from protocol.language.from_yaml import parse
from protocol.model.mutation import Fate
from protocol.model.protocol import Protocol
from protocol.model.verification import Report
from protocol.verification.difference.pairs import Pairs
from protocol.verification.mutation.mutant import Mutant
from protocol.verification.verify import verify
from tests.verification.small import COURSES, TEXT, written

CHECKED = (
    TEXT
    + """properties:
  held-when-low: {after: "anc < 1 and was on treatment", within: same visit, always: "no drug"}
  no-drug-back-too-early: {never: "resume while anc < 1.5"}
"""
)


@pytest.fixture
def spec(tmp_path: Path) -> str:
    return written(tmp_path, CHECKED)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["mutate", *arguments], standalone_mode=False)


def fates(spec: str, *arguments: str) -> dict[str, dict[str, str]]:
    document = json.loads(run(spec, "--jobs", "1", "--format", "json", *arguments).output)
    return {one["says"]: one for one in document["fates"]}


@pytest.mark.parametrize("option", ["--least", "--seconds"])
def test_a_score_and_a_time_are_numbers(spec: str, option: str) -> None:
    found = run(spec, option, "nan").exception
    assert isinstance(found, click.UsageError) and "'nan' is not a number" in found.message


def test_each_change_is_told_by_a_property_by_a_course_by_none_or_by_nobody(spec: str) -> None:
    found = fates(spec, "--kind", "threshold", "--kind", "once", "--kind", "comparison")
    both = found["hold: holds when anc < 0.9 instead of anc < 1"]
    assert (both["ending"], both["property"], both["by_course"]) == ("killed", "held-when-low", "Held and back")
    by_hand = found["hold: holds when anc < 1.1 instead of anc < 1"]
    assert (by_hand["ending"], by_hand["property"], by_hand["by_course"]) == ("killed", "", "Held and back")
    assert found["back: resumes when anc >= 1.4 instead of anc >= 1.5"]["property"] == "no-drug-back-too-early"
    assert found["hold: holds once on each reading"]["ending"] == "equivalent"
    assert found["raise: may escalate when anc > 4 instead of anc >= 4"]["ending"] == "survives"


def test_a_course_that_expects_only_the_name_of_another_rule_tells_nothing(tmp_path: Path) -> None:
    lower = '  low: {in: on treatment, when: "anc < 0.9", must: hold}\n'
    spec = written(tmp_path, TEXT.replace("held by hold", "held").replace("  raise:", f"{lower}  raise:"))
    (tmp_path / "courses.md").write_text(
        """## Held twice over

| elapsed | anc | expect action | expect rule |
|---|---|---|---|
| 0 | 2 | start | start |
| 7 | 0.8 | hold | hold |
""",
        encoding="utf-8",
    )
    found = fates(spec, "--kind", "order")["hold: stands behind low instead of before it"]
    assert (found["ending"], found["by_course"]) == ("equivalent", "")


def test_the_course_of_a_survivor_is_one_that_tells_it_and_does_not_count(spec: str) -> None:
    found = fates(spec, "--kind", "comparison")["raise: may escalate when anc > 4 instead of anc >= 4"]
    sheet = from_markdown(found["course"], parse(TEXT))
    assert sheet.examples[0].generated
    with_column = {"elapsed": "expect may", "---": "---", "0": "", "7": "", "14": "", "21": "raise"}
    expecting = re.sub(r"(?m)^\| ([^ ]+)", lambda cell: f"{cell[0]} | {with_column[cell[1]]}", found["course"])
    with (Path(spec) / "courses.md").open("a", encoding="utf-8") as file:
        file.write(f"\n{expecting}")
    assert len(from_markdown(COURSES + expecting, parse(TEXT)).examples[1].expectations[3]) == 1
    again = fates(spec, "--kind", "comparison")["raise: may escalate when anc > 4 instead of anc >= 4"]
    assert again["ending"] == "survives"


def test_the_text_says_what_nobody_would_notice(spec: str) -> None:
    result = run(spec, "--jobs", "1", "--kind", "comparison")
    lines = result.output.splitlines()
    assert result.return_value == 1
    assert lines[0] == "counts 1: 4 single changes, 0 of them change no decision"
    assert "Nobody would notice 2 changes:" in lines
    assert "    the file: continue: low, on treatment; permitted: escalate at full" in lines
    assert "    changed: continue: low, on treatment" in lines
    assert lines[-1] == "Score: 50.0 %, 2 left"


def test_the_text_lists_the_changes_that_change_no_decision_where_they_are_few(spec: str) -> None:
    assert run(spec, "--jobs", "1", "--kind", "order").output == (
        "counts 1: 1 single change, 1 of them change no decision\n\n"
        "Proved to change no decision on any course, with visits every week: 1 (order 1).\n"
        "- hold: stands behind raise instead of before it\n\n"
        "No score: no change makes a difference\n"
    )


def test_a_score_can_be_enough(spec: str) -> None:
    assert run(spec, "--jobs", "1", "--kind", "comparison", "--least", "50").return_value == 0
    assert run(spec, "--jobs", "1", "--kind", "comparison", "--least", "51").return_value == 1
    assert run(spec, "--jobs", "1", "--kind", "once").return_value == 0


def test_processes_side_by_side_find_the_same(spec: str) -> None:
    one, two = (run(spec, "--jobs", jobs, "--kind", "threshold", "--format", "json").output for jobs in ("1", "2"))
    assert one == two


def test_an_unknown_kind_is_refused(spec: str) -> None:
    assert "no change is of the kind 'treshold': did you mean 'threshold'?" in str(run(spec, "--kind", "treshold").exception)


def test_what_is_done_is_shown_where_somebody_ends_it(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[tuple[Mutant, ...]] = []

    def fates_of(judge: Judge, group: tuple[Mutant, ...]) -> tuple[Fate, ...]:
        judged.append(group)
        if len(judged) == 3:
            raise KeyboardInterrupt
        return judge.fates(group)

    monkeypatch.setattr(mutated, "_fates", fates_of)
    monkeypatch.setattr(mutated, "MOST_TOGETHER", 1)
    result = run(spec, "--jobs", "1", "--kind", "threshold")
    assert result.return_value == 1
    judged_so_far = "2 of 8 single changes judged before it was stopped"
    assert f"counts 1: {judged_so_far}, 0 of them change no decision" in result.output
    assert f"\nScore of the {judged_so_far}: 0.0 %, 2 left\n" in result.output
    assert "Interrupted: of the other changes nothing is said." in result.output
    judged.clear()
    document = json.loads(run(spec, "--jobs", "1", "--kind", "threshold", "--format", "json").output)
    assert (document["interrupted"], document["changes"], document["judged"], len(document["fates"])) == (True, 8, 2, 2)


def test_who_ends_it_in_the_middle_of_a_search_ends_all_of_it(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def follow_all(pairs: Pairs) -> Iterator[int]:
        raise KeyboardInterrupt
        yield 0

    monkeypatch.setattr(Pairs, "follow_all", follow_all)
    document = json.loads(run(spec, "--jobs", "1", "--kind", "comparison", "--format", "json").output)
    assert (document["interrupted"], document["changes"], document["judged"]) == (True, 4, 0)
    assert run(spec, "--jobs", "1", "--kind", "comparison").output.startswith(
        "counts 1: 0 of 4 single changes judged before it was stopped, 0 of them change no decision\n\n"
        "No score: no change was judged\n"
    )


def test_what_happens_sometimes_is_searched_in_a_change_only_where_no_witness_shows_it_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, asked = written(tmp_path, TEXT + 'properties: {goes-up: {sometimes: "escalate while anc >= 50"}}\n'), list[Protocol]()

    def searched(protocol: Protocol, **rest: Any) -> Report:
        asked.append(protocol)
        return verify(protocol, **rest)

    monkeypatch.setattr(fates_module, "verify", searched)
    assert {one["property"] for one in fates(spec, "--kind", "comparison").values()} == {""}
    assert not asked
    assert fates(spec, "--kind", "left out")["raise: never permits to escalate; the rule is left out"]["property"] == "goes-up"
    assert asked
