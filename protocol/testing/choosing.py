"""How a strategy chooses: by a function that returns one of some options, Hypothesis' or another's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

Choose = Callable[[Sequence[Any]], Any]
"""Returns one of the options; the first should be the simplest."""


def drawing(draw: st.DrawFn) -> Choose:
    """Chooses as Hypothesis draws."""
    return lambda options: draw(st.sampled_from(options))
