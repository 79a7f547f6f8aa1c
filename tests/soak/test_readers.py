"""Nearly right inputs by the hundred thousand: `SOAK=1 SOAK_CASES=300000 SOAK_SEED=7 pytest -m soak tests/soak -s`."""

from __future__ import annotations

import os
import secrets
import time

import pytest

from tests.soak.readers import run
from tests.soak.test_soak import in_parallel, show


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_every_input_is_read_or_refused_with_a_message_for_each_problem() -> None:
    seed, began = os.environ.get("SOAK_SEED") or secrets.token_hex(4), time.monotonic()
    report = in_parallel(run, seed, int(os.environ.get("SOAK_CASES", "300000")))
    show(report, seed, time.monotonic() - began)
    assert not report.wrong, "\n".join(report.shown)
