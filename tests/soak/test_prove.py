"""Spacer by the thousand: `SOAK=1 SOAK_CASES=2000 SOAK_SEED=7 pytest -m soak tests/soak/test_prove.py -s`."""

from __future__ import annotations

import os
import secrets
from random import Random

import pytest

from protocol.testing.protocols import any_protocol
from tests.oracle.provers import agreeing, shown_wrong

pytest.importorskip("z3", reason="Z3 is not installed")
pytest.importorskip("cvc5", reason="cvc5 is not installed")


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_spacer_and_the_search_never_disagree() -> None:
    begin = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**9))
    cases, verdicts = int(os.environ.get("SOAK_CASES", "2000")), 0
    wrong = {}
    for seed in range(begin, begin + cases):
        found = agreeing(any_protocol(Random(seed).choice, inputs=2), limit=300)
        verdicts += 2 * len(found)
        if shown_wrong(found):
            wrong[seed] = shown_wrong(found)
    print(f"seed {begin}: {cases} protocols, {verdicts} verdicts, {len(wrong)} wrong")
    assert not wrong
