"""Whatever a file holds, it is a protocol or it is refused by InputError, with places inside the file."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.language.from_yaml import parse
from protocol.language.shipped import decoded
from protocol.language.to_yaml import print_protocol

WHOLE = (Path(__file__).parent / "whole.yaml").read_text(encoding="utf-8")
PIECES = [
    "anc", " < ", "1.0", '"', "'", "{", "}", "[", "]", ": ", "\n", "\n  ", ",", "#", "- ", "|", ">", "&a", "*a", "!!x", "(", ")",
    " or ", " and ", "not ", "is ", "held", " by ", " at ", "\t", "\\", "%", "---\n", "yes", "é", "\x85", "?", "rules:", "~",
    "50% of starting", " on days 1 to 2 of 3", "placebo every day", "once",
]  # fmt: skip


def read(text: str) -> None:
    """Reads a text; what it is has to read again the same, and what is wrong has to lie in it."""
    try:
        found = parse(text, "f")
    except InputError as error:
        lines = text.count("\n") + text.count("\r") + 1
        assert error.problems
        assert all(0 <= problem.line <= lines and problem.length >= 1 and str(problem) for problem in error.problems)
    else:
        assert parse(print_protocol(found)) == found


@given(st.text())
def test_any_text_is_a_protocol_or_refused(text: str) -> None:
    read(text)


@given(st.binary())
def test_any_bytes_are_a_protocol_or_refused(data: bytes) -> None:
    try:
        text = decoded(data)
    except InputError:
        return
    read(text)


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_row_of_pieces_is_a_protocol_or_refused(text: str) -> None:
    read(text)


@settings(max_examples=300)
@given(st.integers(0, len(WHOLE)), st.integers(0, 12), st.one_of(st.sampled_from(PIECES), st.text(max_size=3)))
def test_a_protocol_with_a_piece_replaced_is_a_protocol_or_refused(place: int, length: int, piece: str) -> None:
    read(WHOLE[:place] + piece + WHOLE[place + length :])


@settings(max_examples=100)
@given(st.data())
def test_a_protocol_with_lines_moved_is_a_protocol_or_refused(data: st.DataObject) -> None:
    lines = WHOLE.splitlines(keepends=True)
    first, second = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    lines[first], lines[second] = lines[second], lines[first]
    read("".join(lines))
