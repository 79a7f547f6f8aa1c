"""A page on a terminal: whatever its width, nothing is cut off and nothing stands beyond it."""

from __future__ import annotations

import io
import re
from collections import Counter

import pytest
from rich.console import Console

from protocol.commands.layout import WIDE, inline, print_page
from protocol.language.page import Block, Items, Table
from protocol.language.shipped import load
from protocol.language.to_table import to_table

PAGE = to_table(load("imatinib-hes"))


def printed(page: tuple[Block, ...], width: int) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    print_page(page, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def signs(*texts: str) -> Counter[str]:
    return Counter(sign for text in texts for sign in text if not sign.isspace())


@pytest.mark.parametrize("width", [40, 60, 100, WIDE, 200])
def test_nothing_is_cut_off_at_any_width(width: int) -> None:
    for block in PAGE:
        match block:
            case Table(_, rows):
                texts = [cell for row in rows for cell in row]
            case Items(items):
                texts = list(items)
            case _:
                texts = [block.text]
        missing = signs(*(inline(text).plain for text in texts)) - signs(printed((block,), width))
        assert not missing, (missing, block)


@pytest.mark.parametrize("width", [40, 60, 100, WIDE, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(len(line) for line in printed(PAGE, width).splitlines()) <= width


def test_a_narrow_terminal_has_the_cells_below_each_other() -> None:
    table = Table(("No.", "Rule", "When", "What"), (("1", "`hold-x`", "`anc < 1`", "**must** hold"),), name=1)
    lines = [line.rstrip() for line in printed((table,), 60).splitlines()]
    assert lines == ["1  hold-x", "   When  anc < 1", "   What  must hold"]


def test_a_wide_terminal_has_a_table() -> None:
    table = Table(("No.", "Rule"), (("1", "`hold-x`"),), name=1)
    lines = [re.sub(r"\s+", " ", line).strip() for line in printed((table,), WIDE).splitlines()]
    assert lines[0] == "No. Rule" and lines[2] == "1 hold-x"


def test_signs_of_markdown_are_not_seen() -> None:
    assert inline(r"`10*9/L` and 10\*9/L, **bold**").plain == "10*9/L and 10*9/L, bold"
