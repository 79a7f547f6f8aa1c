"""The tables of a made-up study, changed at random: `SOAK=1 SOAK_CASES=2000 SOAK_SEED=7 pytest -m soak tests/soak`."""

from __future__ import annotations

import os
import random
import secrets
from pathlib import Path

import pytest

from protocol import load
from protocol.language.mapping.from_yaml import load_mapping
from tests.adapters.mapped.changed import accounted_for
from tests.adapters.mapped.conftest import SAMPLE


@pytest.mark.soak
@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes long: set SOAK=1")
def test_tables_that_were_changed_at_random_are_accounted_for(tmp_path: Path) -> None:
    protocol, mapping = load(SAMPLE), load_mapping(SAMPLE / "sample.mapping.yaml")
    seed = os.environ.get("SOAK_SEED") or secrets.token_hex(4)
    print(f"\nseed {seed}")
    for case in range(int(os.environ.get("SOAK_CASES", "1000"))):
        accounted_for(random.Random(f"{seed}-{case}"), mapping, protocol, tmp_path)
