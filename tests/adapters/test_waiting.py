"""How it is said why a hold goes on."""

from __future__ import annotations

import pytest

from protocol.adapters.waiting import waiting_lines, waiting_said
from protocol.model.decision import Fact
from protocol.model.guard import Always
from protocol.model.protocol import Protocol
from protocol.model.waiting import Elsewhere, Waiting, Way

ANC = Fact("anc", "0.9 10*9/L", "measured", 0)
FALLS = Fact("falls", "0", "computed")


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (
            [Waiting("low", (Way("back", Always(), False, (ANC, FALLS), ("low",)),))],
            ["low: back is not true: anc >= 1.5 (anc 0.9 10*9/L, measured on day 0; falls 0)"],
        ),
        (
            [Waiting("low", (Way("back", Always(), None, (), ("high",), ("low", "rash")),))],
            [
                "low: back is neither true nor false while something is missing: anc >= 1.5; high would withhold drug again "
                "at the dose that comes back; low and rash could withhold drug again at the dose that comes back, with what "
                "is missing"
            ],
        ),
        (
            [Waiting("low", (Way("back", Always(), True),)), Waiting("rash")],
            ["low: back is true: anc >= 1.5; the hold goes on for rash", "rash: no rule that resumes answers it here"],
        ),
        (
            [Waiting("low", (Way("back", Always(), True, permitted=True),))],
            ["low: back is true: anc >= 1.5; it permits to resume and does not order it"],
        ),
        ([], []),
    ],
)
def test_each_reason_is_told_with_what_would_answer_it(waiting: list[Waiting], said: list[str], protocol: Protocol) -> None:
    assert list(waiting_lines(waiting, protocol, lambda guard: "anc >= 1.5")) == said


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (
            [Waiting("low", (Way("back", Always(), False, (ANC, FALLS), ("low",)), Way("later", Always(), False)))],
            "After low drug comes back by rule back, which is not true there: anc >= 1.5 (anc 0.9 10*9/L, measured on day 0; "
            "falls 0); or by rule later, which is not true there: anc >= 1.5.",
        ),
        (
            [Waiting("low", (Way("back", Always(), None, (Fact("anc", "", "unknown"),), (), ("low",)),))],
            "After low drug comes back by rule back, where anc is not known.",
        ),
        (
            [Waiting("low", (Way("back", Always(), True),)), Waiting("rash")],
            "After low drug comes back by rule back, which is true there: anc >= 1.5, and the hold goes on for rash. No rule "
            "brings drug back after rash here.",
        ),
        (
            [Waiting("low", (Way("back", Always(), False, (FALLS,)),), "starting", anew=(ANC,))],
            "By low the hold began anew at this visit, and time on hold counts from it (anc 0.9 10*9/L, measured on day 0). "
            "After low drug comes back by rule back, which is not true there: anc >= 1.5 (falls 0).",
        ),
        (
            [Waiting("low", (), "reduced", (Elsewhere("back", ("starting",), True), Elsewhere("late", ("escalated",), False)))],
            "No rule brings drug back after low here; rule back would be true, but is only for a hold at starting, and this one "
            "is at reduced; rule late is only for a hold at escalated, and this one is at reduced.",
        ),
        ([], ""),
    ],
)
def test_the_same_is_told_in_sentences_with_where_each_rule_stands(waiting: list[Waiting], said: str, protocol: Protocol) -> None:
    assert waiting_said(waiting, protocol, lambda guard: "anc >= 1.5", lambda name: f"rule {name}") == said


def test_the_reason_by_which_a_hold_began_anew_is_told_before_what_would_end_it(protocol: Protocol) -> None:
    anew = Waiting("low", (Way("back", Always(), False, (FALLS,)),), "reduced", anew=(ANC,))
    nowhere = Waiting("rash", (), "reduced", (Elsewhere("back", ("starting",), None),))
    assert list(waiting_lines((anew, nowhere), protocol, lambda guard: "anc >= 1.5")) == [
        "low: the hold began anew at this visit, and time on hold counts from it (anc 0.9 10*9/L, measured on day 0)",
        "low: back is not true: anc >= 1.5 (falls 0)",
        "rash: no rule that resumes answers it here; back could be true, but is only for a hold at starting, and this one is at "
        "reduced",
    ]
