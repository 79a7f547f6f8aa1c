"""Every code that a message can carry has a page, every page has a use, and a wrong topic says which are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import protocol
from protocol import cli
from protocol.commands.pages import KINDS, TOPICS, codes, names, page
from protocol.semantics.scales import CRITERIA

HOUSE = Path(protocol.__file__).parent
Output = pytest.CaptureFixture[str]


def used() -> set[str]:
    """The codes that the source names outside the tables of codes."""
    files = [file for file in HOUSE.rglob("*.py") if not file.name.endswith("codes.py")]
    return {code for file in files for code in re.findall(r'"([A-Z]\d{3})"', file.read_text(encoding="utf-8"))}


def test_every_code_that_is_used_has_a_page_and_every_page_a_use() -> None:
    assert used() == set(names()) - set(TOPICS) - set(CRITERIA)


def test_a_code_stands_under_its_own_letter() -> None:
    for letter in KINDS:
        assert all(code == entry.code and code.startswith(letter) for code, entry in codes(letter).items())


@pytest.mark.parametrize("name", names())
def test_every_page_is_printed(name: str, capsys: Output) -> None:
    assert cli.run(["explain", name]) == 0
    assert capsys.readouterr().out == f"{page(name, 100)}\n"


def test_the_page_of_a_code_names_it_says_what_it_means_and_when_it_is_met(capsys: Output) -> None:
    assert cli.run(["explain", "p012"]) == 0
    assert capsys.readouterr().out == (
        "P012: an unknown name in a guard\n\n"
        "A guard asks only what is declared: inputs, derived inputs, trackers and interpretations. Declare\n"
        "it, or correct the spelling.\n\n"
        "Said of a protocol's file, or of a mapping, that cannot be used; the exit code is then 2.\n"
    )


def test_the_page_of_criteria_shows_their_grades_and_what_is_unverified(capsys: Output) -> None:
    assert cli.run(["explain", "ctcae v6"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("CTCAE 6.0: the grades of laboratory values, unverified\n")
    assert "platelets, 10*9/L     < LLN        < 75              < 50              < 10\n" in said
    assert "  baseline above ULN  >= baseline  > 1.5 x baseline  > 2 x baseline    > 4 x baseline\n" in said
    assert "Unverified: read in a secondary source, not in the published criteria.\n" in said
    assert "  platelets: Blood and lymphatic system disorders, Thrombocytopenia\n" in said


@pytest.mark.parametrize("name", CRITERIA)
def test_the_page_of_criteria_fits_on_a_screen_of_100_columns(name: str) -> None:
    assert max(map(len, (page(name, 100) or "").splitlines())) <= 100


@pytest.mark.parametrize("name", names())
def test_no_page_of_a_code_is_longer_than_a_screen(name: str) -> None:
    assert name in (*TOPICS, *CRITERIA) or len((page(name, 100) or "").splitlines()) <= 16


def test_without_a_topic_the_topics_are_listed(capsys: Output) -> None:
    assert cli.run(["explain"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in (*TOPICS, *CRITERIA))
    assert "P001 to P" in said


@pytest.mark.parametrize(("topic", "near"), [("languages", "language"), ("p0012", "P012"), ("P999", ""), ("?", ""), ("", "")])
def test_an_unknown_topic_exits_with_2_and_names_near_ones(topic: str, near: str, capsys: Output) -> None:
    assert cli.run(["explain", topic]) == 2
    said = capsys.readouterr().err
    assert f"there is no page on '{topic}'" in said
    assert f"did you mean '{near}'?" in said if near else "did you mean" not in said
    assert "protocol explain" in said
