"""Every code of the machine has a page, is raised somewhere, and is asked for by a test."""

from __future__ import annotations

import re
from pathlib import Path

import protocol
from protocol.executors.codes import CODES

HOUSE = Path(protocol.__file__).parent / "executors"


def test_every_code_that_is_raised_has_a_page_and_every_page_is_raised() -> None:
    sources = [file.read_text(encoding="utf-8") for file in HOUSE.glob("*.py") if file.name != "codes.py"]
    assert {code for source in sources for code in re.findall(r'"(M\d{3})"', source)} == set(CODES)


def test_every_code_is_asked_for_by_a_test() -> None:
    tests = [file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py")]
    assert {code for test in tests for code in re.findall(r"error (M\d{3})", test)} == set(CODES)


def test_codes_are_numbered_without_gaps_and_titles_differ() -> None:
    assert list(CODES) == [f"M{number:03}" for number in range(1, len(CODES) + 1)]
    assert len({entry.title for entry in CODES.values()}) == len(CODES)
