"""Compiled protocols decide as the reference: `SOAK=1 SOAK_CASES=2000 SOAK_SEED=7 pytest -m soak tests/soak/test_compiled.py`."""

from __future__ import annotations

import os
import secrets
from collections import Counter

import pytest

from protocol.executors import plain
from tests.executors.test_compiled import by_reference, compiled, drawn, protocols_from

COURSES = 10


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_compiled_protocols_decide_as_the_reference() -> None:
    seed = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**9))
    print(f"\nseed {seed}")
    counted: Counter[str] = Counter()
    for number, (random, spec) in enumerate(protocols_from(seed, int(os.environ.get("SOAK_CASES", "1000")))):
        ready = plain.walker(spec)
        assert ready is not None, number
        for course in [drawn(random, spec) for _ in range(COURSES)]:
            found = compiled(ready, course)
            counted["courses, compiled" if found is not None else "courses, left to the reference"] += 1
            counted.update(str(row["status"]) for row in found or ())
            assert found is None or found == by_reference(spec, course), (number, course)
    print(dict(counted))
    assert counted["courses, left to the reference"] <= 0.01 * counted["courses, compiled"]
