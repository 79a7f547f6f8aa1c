"""One seed after the other: what was wrong at each, and what was tried, said at the end."""

from __future__ import annotations

import os
import secrets
import time
from collections import Counter
from collections.abc import Callable

Told = Counter[str]
"""How often each thing was tried, by its name."""


def over_seeds(wrong_of: Callable[[int, Told], list[str]], cases: int) -> dict[int, list[str]]:
    """What is wrong by seed; SOAK_CASES says how many seeds there are, and SOAK_SEED the first. What is wrong is shown."""
    begin, told = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**9)), Told()
    cases, wrong, began = int(os.environ.get("SOAK_CASES") or cases), dict[int, list[str]](), time.process_time()
    for seed in range(begin, begin + cases):
        try:
            found = wrong_of(seed, told)
        except Exception as error:
            found = [f"{type(error).__name__}: {error}"]
        if found:
            wrong[seed] = found
            print(f"seed {seed}: {found[0][:300]}", flush=True)
    took = time.process_time() - began
    print(f"\nseeds {begin} to {begin + cases - 1} in {took:.0f} s of processor time: {len(wrong)} of which something is wrong")
    print("\n".join(f"  {number:8} {what}" for what, number in sorted(told.items())), flush=True)
    return wrong
