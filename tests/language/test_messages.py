"""What is said about each mistake: every file in ``golden`` holds one, the text beside it is what is said.

To accept new messages, delete the texts and run the tests twice.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from protocol.errors import InputError
from protocol.language import amended_file, positions
from protocol.language.from_yaml import parse

GOLDEN = Path(__file__).parent / "golden"
MISTAKES = sorted(GOLDEN.glob("*.yaml"))


@pytest.fixture(autouse=True)
def beside_the_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is amended is found from the file that amends it, which is named without its folder; one protocol is shipped."""
    monkeypatch.chdir(GOLDEN)
    monkeypatch.setattr(amended_file, "shipped_names", lambda: ("imatinib-hes",))


def complaint(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        parse(path.read_text(encoding="utf-8"), path.name)
    return caught.value


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_the_message_says_where_what_and_what_would_be_right(path: Path) -> None:
    expected = path.with_suffix(".txt")
    said = f"{complaint(path)}\n"
    if not expected.exists():
        expected.write_text(said, encoding="utf-8")
        pytest.fail(f"{expected.name} was missing and has been written; read it")
    assert said == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_one_mistake_makes_problems_of_one_code_only(path: Path) -> None:
    codes = {problem.code for problem in complaint(path).problems}
    assert path.stem == "many-mistakes-at-once" or codes == {path.stem.split("-")[0]}


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_the_parser_without_c_says_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = complaint(path)
    monkeypatch.setattr(positions, "LOADER", yaml.SafeLoader)
    if path.stem.startswith("P001"):  # the two give up at different places
        assert [problem.code for problem in complaint(path).problems] == ["P001"]
    else:
        assert str(complaint(path)) == str(compiled)


def test_problems_come_in_the_order_of_the_file() -> None:
    problems = complaint(GOLDEN / "many-mistakes-at-once.yaml").problems
    assert [(problem.line, problem.column) for problem in problems] == sorted(
        (problem.line, problem.column) for problem in problems
    )


def test_a_control_character_is_not_shown_on_the_terminal() -> None:
    with pytest.raises(InputError) as caught:
        parse("title: \x1b[2J\n")
    assert "\x1b" not in str(caught.value)


def test_a_very_long_line_is_not_shown_but_its_place_is() -> None:
    with pytest.raises(InputError) as caught:
        parse("protocol: x\nnonsense: " + "y" * 1000)
    problem = next(problem for problem in caught.value.problems if problem.code == "P022")
    assert (problem.line, problem.column, problem.text) == (2, 1, "")


BASE = (GOLDEN / "P022-a-misspelled-section.yaml").read_text(encoding="utf-8").replace("input:", "inputs:")


@pytest.mark.parametrize(
    ("right", "broken"),
    [
        ("10*9/L", "10*9/dL"),
        ("plausible: 0 to 100", "plausible: none"),
        ("plausible: 0 to 100, ", ""),
        ("valid for: 8 days", "valid for: 8 months"),
        ("{unit: 10*9/L, plausible: 0 to 100, valid for: 8 days}", "yes"),
        ("  anc:", "  Anc: {yes or no, valid for: ever}\n  anc:"),
        ("doses:", "dose:"),
        ("100 mg every day", "100 mg"),
        ("doses:\n  low: 100 mg every day\n  high: 400 mg every day", "doses: 100 mg every day"),
        ("must: hold", "must: hold the drug"),
        ("must: hold", "must: [hold]"),
        ("    must: hold\n", ""),
        ("in: on treatment at low", "in: on therapy at low"),
    ],
)
def test_a_broken_declaration_does_not_make_its_uses_wrong(right: str, broken: str) -> None:
    text = BASE.replace("in: on treatment", "in: on treatment at low").replace("in: held", "in: held by hold-low-counts at high")
    parse(text)
    assert right in text
    with pytest.raises(InputError) as caught:
        parse(text.replace(right, broken, 1))
    assert len(caught.value.problems) == 1


def test_a_problem_in_one_rule_does_not_hide_those_of_another() -> None:
    text = (
        BASE.replace('"anc < 1.0"', '"anc < 1.0 or ("')
        .replace('"anc >= 1.5"', '"anc >= 1.5 )"')
        .replace("must: hold", "must: halt")
    )
    with pytest.raises(InputError) as caught:
        parse(text)
    assert [problem.code for problem in caught.value.problems] == ["P040", "P035", "P040"]
