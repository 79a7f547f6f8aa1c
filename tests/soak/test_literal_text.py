"""The repairs of the amendment, watched for all of the fifteen weeks: what takes longer than a test may."""

from __future__ import annotations

import pytest

from protocol.model.time import WEEK
from protocol.verification.verify import verify
from tests.verification.literal_text import RASH, SIGNS, Part

pytestmark = pytest.mark.soak
ONE_SIGN = ("dress-suspected", "one-sign")


def test_a_rise_within_fifteen_weeks_after_a_rash_never_raises_the_dose() -> None:
    searched = Part("signs", SIGNS, narrowed=(RASH, ONE_SIGN)).searched("not-raised-after-a-rash")
    (verdict,) = verify(searched, only=("not-raised-after-a-rash",), every=WEEK, seconds=600).verdicts
    assert (verdict.outcome, verdict.vacuous) == ("holds", False)
