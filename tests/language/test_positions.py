"""The caret stands under the word that is wrong, however the text was quoted, folded or indented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import InputError, Problem
from protocol.language.from_yaml import parse

BEFORE = """protocol: x
version: 1
doses: {low: 100 mg every day}
inputs:
  anc: {unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}
rules:
  first:
    in: on treatment
    must: hold
"""


def only_problem(text: str) -> Problem:
    with pytest.raises(InputError) as caught:
        parse(text)
    (problem,) = caught.value.problems
    return problem


def underlined(text: str, problem: Problem) -> str:
    line = text.split("\n")[problem.line - 1]
    return line[problem.column - 1 : problem.column - 1 + problem.length]


@pytest.mark.parametrize(
    "when",
    [
        "when: anc < 1 or wrong > 2",
        "when:   anc < 1 or wrong > 2   # a comment with wrong",
        'when: "anc < 1 or wrong > 2"',
        "when: 'anc < 1 or wrong > 2'",
        "when:\n      anc < 1 or\n      wrong > 2",
        'when: "anc < 1\n\n      or wrong > 2"',
        'when: "anc < 1 or \\\n      wrong > 2"',
        "when: |\n      anc < 1\n      or wrong > 2\n",
        "when: | # wrong\n\n        anc < 1\n        or wrong > 2\n",
        "when: >\n      anc < 1\n\n      or\n        wrong > 2\n",
        "when: |-2\n      anc < 1\n      or wrong > 2\n\n\n",
        'note: "é ü 👩"\n    when: "anc < 1 or wrong > 2"',
        '"when"  :  "anc < 1 or wrong > 2"',
        "? when\n    : anc < 1 or wrong > 2",
    ],
)
def test_the_word_that_is_wrong_is_underlined(when: str) -> None:
    text = f"{BEFORE}    {when}\n"
    problem = only_problem(text)
    if "\\" in when:
        assert (problem.line, problem.column) == (10, 11)
    else:
        assert underlined(text, problem) == "wrong"
        assert problem.text == text.split("\n")[problem.line - 1]


def test_a_word_after_an_escape_is_shown_at_the_begin_of_its_text() -> None:
    problem = only_problem(BEFORE + '    when: "anc < 1 \\x6fr wrong > 2"\n')
    assert (problem.line, problem.column, problem.length) == (10, 11, 1)


def test_a_tab_before_the_word_does_not_shift_the_caret() -> None:
    excerpt, caret = str(only_problem(BEFORE + '    when: "anc < 1 or\twrong > 2"\n')).split("\n")[1:3]
    assert excerpt[caret.index("^") : caret.rindex("^") + 1] == "wrong"


blanks = st.text(" \n", max_size=6).map(lambda blank: blank.replace("\n", "\n      ") + " ")


@given(blanks, blanks, blanks, st.sampled_from(("", '"', "'")))
def test_blanks_and_line_breaks_inside_a_text_do_not_move_the_caret(first: str, second: str, third: str, quote: str) -> None:
    text = f"{BEFORE}    when: {quote}anc <{first}1 or{second}wrong{third}> 2{quote}\n"
    assert underlined(text, only_problem(text)) == "wrong"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('    in: "on treatment  at  low or wrong"', "wrong"),
        ("    in: [held, on treatment at wrong]", "wrong"),
        ("    in: held by wrong at low", "wrong"),
    ],
)
def test_the_level_or_rule_that_is_wrong_is_underlined(line: str, wrong: str) -> None:
    text = BEFORE.replace("    in: on treatment", line).replace("must: hold", "must: stop") + "    when: always\n"
    assert underlined(text, only_problem(text)) == wrong


def test_the_level_of_an_action_is_underlined() -> None:
    text = BEFORE.replace("must: hold", "must: 'escalate   to wrong, else stop'") + "    when: always\n"
    assert underlined(text, only_problem(text)) == "wrong"
