"""A ladder in even steps is generated from its ends and its step, and said again where the levels are such a ladder."""

from __future__ import annotations

from fractions import Fraction

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import NotationError
from protocol.model.ladder import MOST_LEVELS, folded, generated, runs, say_generated, say_run
from protocol.model.protocol import Level
from protocol.model.regimen import regimen

RATE, DAILY = regimen("1 U/kg/h"), regimen("100 mg every day")


def test_a_ladder_goes_up_from_its_first_dose_by_its_step() -> None:
    assert generated(Fraction(2), Fraction(4), RATE) == (
        Level("dose-2", regimen("2 U/kg/h")),
        Level("dose-3", regimen("3 U/kg/h")),
        Level("dose-4", regimen("4 U/kg/h")),
    )
    assert [str(level.regimen) for level in generated(Fraction(100), Fraction(800), DAILY)][-1] == "800 mg every day"


def test_a_decimal_point_in_a_name_is_a_hyphen() -> None:
    step = regimen("0.25 mg daily")
    names = [level.name for level in generated(Fraction("0.5"), Fraction("1.25"), step)]
    assert names == ["dose-0-5", "dose-0-75", "dose-1", "dose-1-25"]


def test_a_ladder_of_the_most_levels_is_one_and_of_one_more_is_none() -> None:
    assert len(generated(Fraction(1), Fraction(MOST_LEVELS), RATE)) == MOST_LEVELS
    with pytest.raises(NotationError, match="this ladder has 201 levels, and 200 are the most"):
        generated(Fraction(1), Fraction(MOST_LEVELS + 1), RATE)


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        ("0", "4", "a ladder cannot begin at 0"),
        ("4", "4", "no ladder goes up from 4 to 4"),
        ("4", "2", "no ladder goes up from 4 to 2"),
        ("2", "4.5", "steps of 1 from 2 do not reach 4.5. End it at 4 or 5, or list the levels."),
        ("2", "2.5", "steps of 1 from 2 do not reach 2.5. End it at 3, or list the levels."),
    ],
)
def test_steps_that_do_not_lead_from_one_end_to_the_other_are_refused(low: str, high: str, message: str) -> None:
    with pytest.raises(NotationError) as raised:
        generated(Fraction(low), Fraction(high), RATE)
    assert message in str(raised.value)


LADDER = generated(Fraction(2), Fraction(5), RATE)


@pytest.mark.parametrize(
    "levels",
    [
        LADDER[:1],
        (*LADDER[:2], LADDER[3]),
        LADDER[::-1],
        (evolve(LADDER[0], name="lowest"), *LADDER[1:]),
        (*LADDER[:3], Level("dose-5", regimen("5 U/h"))),
        (*LADDER[:3], Level("dose-5", regimen("5 U/kg/min"))),
        (LADDER[0], LADDER[0]),
    ],
)
def test_a_ladder_with_other_names_steps_or_regimens_is_not_said_as_generated(levels: tuple[Level, ...]) -> None:
    assert say_generated(levels) == ""


def test_a_ladder_that_was_listed_in_even_steps_is_said_as_generated() -> None:
    assert say_generated(LADDER[1:3]) == "3 to 4 by 1 U/kg/h"


amounts = st.integers(1, 10**4).map(lambda hundredths: Fraction(hundredths, 100))


@given(amounts, st.integers(1, MOST_LEVELS - 1), amounts, st.sampled_from((RATE, DAILY, regimen("1 mg/m2 every 3 weeks"))))
def test_what_is_said_of_a_generated_ladder_generates_it(low: Fraction, steps: int, size: Fraction, like: object) -> None:
    step = evolve(like, amount=size)  # type: ignore[type-var]
    levels = generated(low, low + steps * size, step)
    first, _, last, _, *rest = say_generated(levels).split()
    assert generated(Fraction(first), Fraction(last), regimen(" ".join(rest))) == levels
    assert len({level.name for level in levels}) == len(levels) == steps + 1


LONG = generated(Fraction(2), Fraction(60), RATE)
LISTED = (Level("low", regimen("1 U/kg/h")), *LONG, Level("high", regimen("70 U/kg/h")))


def test_many_even_steps_are_one_run_and_other_levels_stand_alone() -> None:
    assert [say_run(run) for run in runs(LISTED)] == ["1 U/kg/h", "2 to 60 U/kg/h in steps of 1", "70 U/kg/h"]
    assert [level for run in runs(LISTED) for level in run] == list(LISTED)


@pytest.mark.parametrize(
    "levels",
    [
        LONG[:4],
        tuple(evolve(level, name=f"level-{rung}") for rung, level in enumerate(LONG)),
        tuple(LONG[place] for place in (0, 1, 3, 4, 6, 7, 9, 10)),
        tuple(
            evolve(level, regimen=regimen(f"{level.regimen.amount} U/{'kg/h' if rung % 2 else 'h'}"))
            for rung, level in enumerate(LONG)
        ),
    ],
    ids=["few", "named otherwise", "uneven", "in two units"],
)
def test_what_is_not_many_even_steps_is_no_run(levels: tuple[Level, ...]) -> None:
    assert all(len(run) == 1 for run in runs(levels))


def test_names_of_generated_levels_that_stand_together_are_said_as_a_range() -> None:
    ladder = [level.name for level in LISTED]
    assert folded(ladder, ladder) == ("low", "dose-2 to dose-60", "high")
    some = {"dose-30", "high", *(f"dose-{amount}" for amount in (*range(2, 18), 19, 20))}
    assert folded(some, ladder) == ("dose-2 to dose-17", "dose-19", "dose-20", "dose-30", "high")
    assert folded((), ladder) == ()
