"""Where do the loops work: in which arrays that are used again and again?"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

_SPARE = 64
"""So many elements more than asked are there, because some rows are taken that are none."""


class Room:
    """Arrays that are used for one chunk after the other, because memory that is new costs as much as what is done in it."""

    def __init__(self) -> None:
        self._flat: dict[str, Any] = {}

    def empty(self, name: str, shape: tuple[int, ...], kind: Any) -> Any:
        """An array of this shape, in which anything may stand."""
        size = prod(shape)
        known = self._flat.get(name)
        if known is None or known.shape[0] < size + _SPARE or known.dtype != kind:
            known = self._flat[name] = np.empty(size + _SPARE, kind)
        return known[:size].reshape(shape)
