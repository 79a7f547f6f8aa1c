"""How guards, actions, places and schedules are said, and that other ways of writing them mean the same."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from protocol.errors import InputError
from protocol.language.from_yaml import parse, parse_guard
from protocol.language.to_text import duration_trackers, say_guard, say_schedule, say_where
from protocol.model.guard import And, Compare, Is, Not, Or, Value
from protocol.model.input import Schedule
from protocol.model.rule import Action, By, Same, To, Where
from protocol.model.said import say_action
from protocol.model.time import DAY, WEEK

WHOLE = parse((Path(__file__).parent / "whole.yaml").read_text(encoding="utf-8"))
a, b, c = (Compare(Value("anc"), "<", Fraction(number)) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("anc<1.0", "anc < 1"),
        ("anc < .50", "anc < 0.5"),
        ("( ( anc < 1 ) )", "anc < 1"),
        ("rash is yes", "rash"),
        ("rash is not yes", "not rash"),
        ("rash is no", "rash is no"),
        ("not (response is none)", "response is not none"),
        ("not known(anc)", "unknown(anc)"),
        ("not within(anc, 72 hours)", "not within(anc, 3 days)"),
        ("anc < 1 and rash or recovered", "anc < 1 and rash or recovered"),
        ("(anc < 1 and rash) or recovered", "anc < 1 and rash or recovered"),
        ("anc < 1 and (rash or recovered)", "anc < 1 and (rash or recovered)"),
        ("not (rash or recovered)", "not (rash or recovered)"),
        ("not rash and recovered", "not rash and recovered"),
        ("bilirubin > 1 x ULN", "bilirubin > ULN"),
        ("bilirubin < LLN", "bilirubin < LLN"),
        ("bilirubin >= 2.50 x ULN", "bilirubin >= 2.5 x ULN"),
        ("time since start >= 28 days", "time since start >= 4 weeks"),
        ("time since start >= 4 weeks (window -3 to +3 days)", "time since start >= 4 weeks (window -3 to +3 days)"),
        ("time since start >= 4 weeks (window -0 to +3 days)", "time since start >= 4 weeks (window -0 to +3 days)"),
        ("time since start >= 4 weeks (window -3 to +0 days)", "time since start >= 4 weeks (window -3 to +0 days)"),
        ("time since start >= 4 weeks (window -1 day to +12 hours)", "time since start >= 4 weeks (window -1 day to +12 hours)"),
        ("time since start >= 4 weeks (window -1 to +1 day)", "time since start >= 4 weeks (window -1 to +1 day)"),
        ("grade-2-persists >= 14 days", "grade-2-persists >= 2 weeks"),
        ("time on hold < 0 days", "time on hold < 0 minutes"),
    ],
)
def test_a_guard_is_said_in_one_way_however_it_was_written(written: str, said: str) -> None:
    assert say_guard(parse_guard(written, WHOLE), duration_trackers(WHOLE)) == said


def test_a_row_of_ands_is_one_and() -> None:
    assert parse_guard("anc < 1 and anc < 2 and anc < 3", WHOLE) == And((a, b, c))
    assert parse_guard("anc < 1 or anc < 2 or anc < 3", WHOLE) == Or((a, b, c))


def test_what_parentheses_hold_stays_together() -> None:
    assert parse_guard("(anc < 1 and anc < 2) and anc < 3", WHOLE) == And((And((a, b)), c))
    assert say_guard(And((And((a, b)), c))) == "(anc < 1 and anc < 2) and anc < 3"
    assert say_guard(Or((a, Or((b, c))))) == "anc < 1 or (anc < 2 or anc < 3)"


def test_not_binds_more_than_and() -> None:
    assert parse_guard("not rash and anc < 1", WHOLE) == And((Not(Is("rash", "yes")), a))


def test_a_guard_is_not_evaluated() -> None:
    with pytest.raises(InputError):
        parse_guard("__import__('os').system('true')", WHOLE)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (Action("continue"), "continue"),
        (Action("start", To("low")), "start at low"),
        (Action("escalate", By(1)), "escalate"),
        (Action("escalate", By(2), "continue"), "escalate by 2, else continue"),
        (Action("reduce", To("low")), "reduce to low"),
        (Action("hold"), "hold"),
        (Action("resume", Same()), "resume at the same level"),
        (Action("resume", To("low")), "resume at low"),
        (Action("resume", By(1), "stop"), "resume at the next lower level, else stop"),
        (Action("resume", By(2)), "resume 2 levels lower"),
        (Action("stop"), "stop"),
        (Action("review", meanwhile="continue"), "review, dose continues"),
        (Action("review", meanwhile="withhold"), "review, dose withheld"),
    ],
)
def test_an_action_is_said_as_it_is_written(action: Action, said: str) -> None:
    assert say_action(action) == said


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (Where("on treatment"), "on treatment"),
        (Where("on treatment", ("low", "high")), "on treatment at low or high"),
        (Where("held", ("low",), ("hold-x", "hold-y")), "held by hold-x or hold-y at low"),
    ],
)
def test_a_place_is_said_as_it_is_written(where: Where, said: str) -> None:
    assert say_where(where) == said


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (Schedule(WEEK, WEEK), "1 week"),
        (Schedule(28 * DAY, 35 * DAY), "4 to 5 weeks"),
        (Schedule(WEEK, 10 * DAY), "7 to 10 days"),
        (Schedule(DAY, 2 * DAY), "1 to 2 days"),
    ],
)
def test_a_schedule_is_said_as_it_is_written(schedule: Schedule, said: str) -> None:
    assert say_schedule(schedule) == said
