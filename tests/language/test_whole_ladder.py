"""A file with a generated ladder, an end of it that is ours, and supplements, and the protocol that it means."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from protocol.language.from_yaml import parse
from protocol.language.to_yaml import print_protocol
from protocol.model.guard import Always, Compare, Value
from protocol.model.input import Input, Number
from protocol.model.protocol import LadderEnds, Level, Protocol, Source, fingerprint
from protocol.model.regimen import Amount, Regimen
from protocol.model.rule import Action, By, Citation, Rule, To, Where
from protocol.model.time import HOUR

FOLDER = Path(__file__).parent
TEXT = (FOLDER / "whole-ladder.yaml").read_text(encoding="utf-8")


def below(seconds: int) -> Compare:
    return Compare(Value("clotting"), "<", Fraction(seconds))


EXPECTED = Protocol(
    "whole-ladder",
    "1",
    tuple(
        Level(name, Regimen(Fraction(halves, 2), "U", HOUR, "kg", rate=True))
        for name, halves in (("dose-2", 4), ("dose-2-5", 5), ("dose-3", 6), ("dose-3-5", 7))
    ),
    (Input("clotting", Number("s", Fraction(10), Fraction(300)), 8 * HOUR),),
    (
        Rule(
            "begin",
            (Where("before treatment"),),
            Always(),
            "must",
            Action("start", To("dose-2-5")),
            supplement=Amount(Fraction(80), "U", "kg"),
        ),
        Rule(
            "raise",
            (Where("on treatment", ("dose-2", "dose-2-5")),),
            below(35),
            "may",
            Action("escalate", By(2), "hold"),
            recommended=True,
            supplement=Amount(Fraction(5000), "U"),
            source=Citation("label", "table"),
        ),
        Rule("resume", (Where("held"),), below(70), "must", Action("resume", By(1))),
    ),
    sources=(Source("label", "A label"),),
    otherwise=("on treatment",),
    resolution="minutes",
    ladder_ends=LadderEnds(highest="ours"),
)


def test_the_file_means_the_protocol_written_by_hand() -> None:
    assert parse(TEXT) == EXPECTED


def test_the_protocol_is_printed_in_its_canonical_form_and_reads_back() -> None:
    printed = print_protocol(EXPECTED)
    assert printed == (FOLDER / "whole-ladder.printed.yaml").read_text(encoding="utf-8")
    assert parse(printed) == EXPECTED


def test_a_ladder_listed_in_even_steps_is_the_same_protocol_as_the_generated_one() -> None:
    listed = "doses:\n" + "".join(f"  {level.name}: {level.regimen}\n" for level in EXPECTED.levels)
    other = parse(TEXT.replace("doses: 2 to 3.5 by 0.5 U/kg/h\n", listed))
    assert other == EXPECTED
    assert print_protocol(other) == print_protocol(EXPECTED)


@pytest.mark.parametrize("ends", ["", "ladder ends: {lowest: printed}\n", "ladder ends: {lowest: printed, highest: printed}\n"])
def test_an_end_of_which_nothing_is_said_is_printed(ends: str) -> None:
    read = parse(TEXT.replace("ladder ends: {lowest: printed, highest: ours}\n", ends))
    assert read.ladder_ends == LadderEnds("printed", "printed")
    assert "ladder ends" not in print_protocol(read)


def test_an_end_and_a_supplement_are_part_of_the_fingerprint() -> None:
    others = (TEXT.replace("highest: ours", "highest: printed"), TEXT.replace("80 U/kg", "81 U/kg"))
    assert len({fingerprint(parse(text)) for text in (TEXT, *others)}) == 3


def test_a_rule_has_a_supplement_only_with_a_start_or_an_escalation() -> None:
    assert [bool(rule.supplement) for rule in parse(TEXT).rules] == [True, True, False]
