"""How a strategy chooses: by a function that returns one of some options, Hypothesis' or another's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st

Choose = Callable[[Sequence[Any]], Any]
"""Returns one of the options; the first should be the simplest."""


def drawing(draw: st.DrawFn) -> Choose:
    """Chooses as Hypothesis draws: a place, by a strategy that is made once, because to make one takes longer than to draw."""

    def choose(options: Sequence[Any]) -> Any:
        return options[draw(_place(len(options)))] if len(options) > 1 else options[0]

    return choose


@cache
def _place(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)
