"""Every shipped protocol keeps what its file claims, and its holes are those it names; the larger ones in long runs.

All but ``imatinib-hes/2026-dress``, of which not everything is settled.
"""

from __future__ import annotations

import pytest

from protocol import load
from protocol.verification.verify import verify

SMALL = (
    "cdiscpilot-xanomeline", "clozapine-anc", "imatinib-desensitisation", "imatinib-label", "imatinib-label/hes-100",
    "imatinib-label/differential",
    "lenalidomide-eu", "lenalidomide-us",
)  # fmt: skip
LARGE = (
    "capecitabine", "clozapine-anc/benign-ethnic-neutropenia", "heparin-raschke", "imatinib-label/dfsp",
    "imatinib-label/paediatric", "imatinib-label/paediatric-eu", "imatinib-hes", "imatinib-label/advanced",
    "imatinib-label/paediatric-advanced", "ruxolitinib-myelofibrosis",
)  # fmt: skip


@pytest.mark.parametrize("name", (*SMALL, *(pytest.param(one, marks=pytest.mark.soak) for one in LARGE)))
def test_nobody_has_to_look_at_a_shipped_protocol(name: str) -> None:
    protocol = load(name)
    report = verify(protocol, seconds=1200)
    assert {one.name: one.outcome for one in report.verdicts if not one.is_as_expected} == {}
    shown = {one.name for one in report.verdicts if one.origin == "built in" and one.outcome == "fails"}
    assert shown == {one.name for one in protocol.expectations if one.expected == "fails"}
