"""How it is said why a hold goes on."""

from __future__ import annotations

import pytest

from protocol.adapters.waiting import waiting_lines
from protocol.model.decision import Fact
from protocol.model.guard import Always
from protocol.model.protocol import Protocol
from protocol.model.waiting import Waiting, Way

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
