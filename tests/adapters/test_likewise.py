"""Of many courses that differ in their doses only, one is shown, with the doses of the others; of what differs otherwise each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve

from protocol.adapters.difference import Told
from protocol.adapters.difference_text import difference_markdown, difference_text
from protocol.adapters.likewise import say_together
from protocol.cli import run
from protocol.language.from_yaml import parse
from protocol.model.difference import Look, Unconfirmed
from protocol.verification.difference.diff import diff

TEXT = """\
protocol: counts
version: "1"
doses: 1 to 6 by 1 U/kg/h
ladder ends: {lowest: ours, highest: ours}
inputs:
  aptt: {unit: s, plausible: 10 to 400, valid for: 8 days}
otherwise: {on treatment: continue}
rules:
  start: {in: before treatment, when: always, must: start at dose-3}
  lower: {in: on treatment, when: "aptt > 90", must: reduce}
  lower-2: {in: on treatment, when: "aptt > 80", must: reduce}
  raise: {in: on treatment, when: "aptt < 40", must: escalate}
"""
NEW = TEXT.replace("aptt > 80", "aptt > 70")
LIKEWISE = "Likewise at 4 other doses (old and new): 2 and 1, 4 and 3, 5 and 4, 6 and 5 U/kg/h"


def told(new: str = NEW) -> Told:
    return Told(diff(parse(TEXT), parse(new)), parse(TEXT), parse(new), each=False, option="--all")


def test_one_course_is_shown_of_those_that_differ_in_their_doses_only() -> None:
    text = difference_text(told(), 200)
    assert text.count("Old: no rule applies\n  New: rule lower-2\n") == 2
    assert "Reduces where the old one does not\n" in text and f"  {LIKEWISE}; '--all' shows them.\n" in text
    assert f"\n{LIKEWISE}; '--all' shows them.\n" in difference_markdown(told())


def test_two_that_differ_in_their_doses_are_both_shown() -> None:
    new = NEW.replace('on treatment, when: "aptt > 70', 'on treatment at dose-2 or dose-3, when: "aptt > 70')
    assert "(2 of 2)" in difference_text(told(new), 200)


def test_what_is_decided_by_another_rule_is_shown_itself() -> None:
    new = NEW.replace("rules:\n", 'rules:\n  first: {in: on treatment at dose-6, when: "aptt > 70", must: reduce}\n')
    text = difference_text(told(new), 200)
    assert "Reduces where the old one does not (1 of 2)" in text and "New: rule first\n" in text
    assert "Likewise at 3 other doses (old and new): 2 and 1, 4 and 3, 5 and 4 U/kg/h" in text


def test_each_is_shown_where_that_is_asked_for_and_an_option_is_named_only_where_there_is_one() -> None:
    text = difference_text(evolve(told(), each=True), 200)
    assert "(5 of 5)" in text and "Likewise" not in text
    assert f"{LIKEWISE}.\n" in difference_text(evolve(told(), option=""), 200)


def test_the_command_shows_one_of_them_and_with_all_each_and_json_has_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("old.yaml", TEXT), ("new.yaml", NEW)):
        Path(name).write_text(text, encoding="utf-8")
    said = []
    for more in ([], ["--all"], ["--format", "json"]):
        assert run(["diff", "old.yaml", "new.yaml", *more]) == 1
        said.append(capsys.readouterr().out)
    assert LIKEWISE in " ".join(said[0].split()) and "Likewise" not in said[1]
    kinds = [one["meaning"] for one in json.loads(said[2])["kinds"]]
    assert kinds.count("reduces") == 5


def test_kinds_without_a_course_are_told_together() -> None:
    looks = [Look("decided", "on treatment", dose, "on treatment", dose) for dose in ("1 U/kg/h", "2 U/kg/h")]
    group = [Unconfirmed("no longer silent", look, look, 3 + place) for place, look in enumerate(looks)]
    assert say_together(group) == "no longer silent, at 2 doses: 1, 2 U/kg/h, after 3 visits or more"
    other = [group[0], Unconfirmed("no longer silent", looks[0], evolve(looks[1], dose=""), 4)]
    assert say_together(other).startswith("no longer silent, at 2 doses (old and new): 1 U/kg/h, 1 U/kg/h and no drug, after 3")
