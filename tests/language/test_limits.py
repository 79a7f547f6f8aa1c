"""What YAML could do to a reader: exhaust its stack, its memory or its patience."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

import protocol.language
from protocol.errors import InputError
from protocol.language import positions
from protocol.language.from_yaml import parse
from protocol.language.report import MOST_PROBLEMS

LOADERS = sorted({yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)}, key=lambda loader: loader.__name__)


def codes(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse(text)
    return [problem.code for problem in caught.value.problems]


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "LOADER", request.param)


@pytest.mark.usefixtures("loader")
class TestBothParsers:
    @pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
    def test_deep_nesting_does_not_crash(self, opening: str) -> None:
        assert codes(opening * 100_000) == ["P003"]

    def test_deep_block_nesting_does_not_crash(self) -> None:
        assert codes("".join(" " * depth + "a:\n" for depth in range(500))) == ["P003"]

    def test_aliases_that_double_at_each_line_are_refused(self) -> None:
        text = "a: &a [x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20))
        assert codes(text)[:2] == ["P004", "P004"]

    def test_an_alias_inside_its_own_anchor_is_refused(self) -> None:
        assert set(codes("&a [*a]")) == {"P004"}

    @pytest.mark.parametrize("escape", ["\\ud800", "\\U00110000", "\\U7fffffff", "\\q"])
    def test_an_escape_that_is_no_character_is_refused(self, escape: str) -> None:
        assert {"P001", "P008"} & set(codes(f'protocol: "{escape}"'))

    def test_a_version_directive_with_very_many_digits_is_refused(self) -> None:
        assert codes(f"%YAML 1.{'9' * 5000}\n---\nprotocol: x") == ["P001"]


def test_a_file_over_one_megabyte_is_refused() -> None:
    assert codes("#" * 1_000_001) == ["P002"]
    assert codes("#" + "é" * 500_000) == ["P002"]


def test_a_lone_surrogate_is_refused() -> None:
    assert codes("title: \ud800") == ["P008"]


def test_very_many_unknown_keys_are_told_up_to_a_thousand_and_soon() -> None:
    begin = time.process_time()
    assert len(codes("".join(f"key-{number}: x\n" for number in range(50_000)))) == MOST_PROBLEMS
    assert time.process_time() - begin < 5


def test_a_long_chain_of_definitions_does_not_exhaust_the_stack() -> None:
    chain = "".join(f"  d{number}: d{number + 1}\n" for number in range(20_000))
    assert "P055" in codes(f"derived:\n{chain}  d20000: d0\n")


@pytest.mark.parametrize(
    "text", [" " * 300_000 + "x", "a " * 200_000, "or " * 200_000, "(" * 300_000, "not " * 100_000, "9" * 300_000]
)
@pytest.mark.parametrize("key", ["in", "when", "must"])
def test_a_very_long_phrase_is_refused_soon(text: str, key: str) -> None:
    begin = time.process_time()
    codes(f'rules:\n  x:\n    {key}: "{text}"\n')
    assert time.process_time() - begin < 20


@pytest.mark.parametrize("key", ["valid for", "every", "plausible", "unit", "graded by", "choice"])
def test_a_very_long_value_is_refused_soon_and_told_shortly(key: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(f'doses: {{a: "{"9" * 300_000} mg daily"}}\ninputs:\n  x: {{"{key}": "{"9" * 300_000} days"}}\n')
    assert len(str(caught.value)) < 5000


def test_one_file_knows_the_yaml_library() -> None:
    folder = Path(protocol.language.__file__).parent.parent
    knowing = [path.name for path in folder.rglob("*.py") if "import yaml" in path.read_text(encoding="utf-8")]
    assert knowing == ["positions.py"]
