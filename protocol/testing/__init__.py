"""Hypothesis strategies for protocols, visits and courses, drawn where decisions change: at and around every threshold.

    from hypothesis import given
    from protocol.testing import courses, protocols

    @given(courses(protocol.load("imatinib-hes")))
    def test_my_system_agrees(course): ...

Every strategy is a few choices among ready-made values. ``any_protocol`` and ``any_visit`` take the function that chooses,
so ``random.Random(7).choice`` gives the same values without Hypothesis, a few hundred times faster.
"""

from __future__ import annotations

from protocol.testing.courses import any_time, any_visit, courses, visits
from protocol.testing.plain import plain_courses
from protocol.testing.protocols import any_protocol, protocols
from protocol.testing.thresholds import gaps, thresholds

__all__ = ["any_protocol", "any_time", "any_visit", "courses", "gaps", "plain_courses", "protocols", "thresholds", "visits"]
