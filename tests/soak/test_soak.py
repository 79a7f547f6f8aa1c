"""Random cases by the hundred thousand, each run others: `SOAK=1 SOAK_CASES=300000 SOAK_SEED=7 pytest -m soak tests/soak -s`."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed

import pytest

from tests.soak.cases import Report, run

CHUNK = 5_000


def in_parallel(tried: Callable[[str, int], Report], seed: str, cases: int) -> Report:
    """What two processes find in so many cases together."""
    report = Report()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as workers:
        sizes = [min(CHUNK, cases - start) for start in range(0, cases, CHUNK)]
        for done in as_completed([workers.submit(tried, f"{seed}-{place}", size) for place, size in enumerate(sizes)]):
            report.add(done.result())
    return report


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_the_reference_agrees_with_the_oracle_and_keeps_the_laws_in_every_case() -> None:
    seed, began = os.environ.get("SOAK_SEED") or secrets.token_hex(4), time.monotonic()
    report = in_parallel(run, seed, int(os.environ.get("SOAK_CASES", "300000")))
    show(report, seed, time.monotonic() - began)
    print(f"disagreements: {sum(report.wrong.values())} {dict(report.wrong)}")
    assert not report.wrong, "\n".join((*report.shown, report.smallest))


def show(report: Report, seed: str, seconds: float) -> None:
    """Prints how many cases there were, and of what kinds."""
    print(f"\nseed {seed}: {report.cases} cases in {seconds:.0f} s, {report.cases / seconds:.0f} per second")
    for kind, number in sorted(report.kinds.items()):
        print(f"  {number:8} {kind}")
