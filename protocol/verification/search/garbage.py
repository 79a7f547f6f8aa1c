"""How often does Python look through all that a search holds for what nobody needs? Seldom, as little of it is garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MORE = 5_000_000


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Garbage is looked for after so many new values more than usual; afterwards as before."""
    before = gc.get_threshold()
    if 0 < before[0] < _MORE:
        gc.set_threshold(_MORE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
