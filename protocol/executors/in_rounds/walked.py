"""Where do many patients come out of a tree, all of them one step at a time?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from protocol.executors.columnar.forest import Forest
from protocol.executors.compiled.layout import NOT_GROWN

Array = Any


def walked(forest: Forest, entries: Array, code: Callable[[int], Array]) -> Array:
    """The entries at the end of the paths of patients who stand at these; ``code`` says what each one answers to an axis."""
    found, known = entries.copy(), dict[int, Array]()
    left = np.flatnonzero(found >= 0)
    while left.size:
        axes, base, size = forest.node[found[left]].T
        answers: Array = np.empty(left.size, np.int64)
        for axis in np.unique(axes).tolist():
            if axis not in known:
                known[axis] = code(axis)
            here = axes == axis
            answers[here] = known[axis][left[here]]
        is_there = answers < size
        after = np.where(is_there, forest.child[np.where(is_there, base + answers, 0)], NOT_GROWN)
        found[left] = after
        left = left[after >= 0]
    return found
