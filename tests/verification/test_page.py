"""The page on verification names what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import protocol.verification
from protocol.adapters.verified import Standing
from protocol.model.verification import BUILT_IN, CODE_OF, Family
from protocol.verification.codes import CODES

PAGE = (Path(protocol.verification.__file__).parent / "verification.md").read_text(encoding="utf-8")


def column(heading: str, place: int) -> list[str]:
    """A column of the table under a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [row.split("|")[place].strip() for row in re.findall(r"^\|.*$", section, re.MULTILINE)[2:]]


def test_the_page_lists_the_properties_that_are_built_in_with_their_codes() -> None:
    assert dict(zip(column("What is asked", 1), column("What is asked", 2), strict=True)) == BUILT_IN


def test_the_page_lists_every_word_that_is_said_of_a_property() -> None:
    assert sorted(column("The answers", 1)) == sorted(get_args(Standing))


def test_every_code_of_a_property_has_a_page() -> None:
    assert set(BUILT_IN.values()) | {CODE_OF[family] for family in get_args(Family)} <= set(CODES)
