"""Which axes does a compiled protocol ask, and what can the term of an axis be for each of its codes?"""

from __future__ import annotations

from attrs import Factory, frozen

from protocol.executors.compiled import layout

Parameters = tuple[int, int, int, int]


@frozen(cache_hash=True)
class Axis:
    """One question about the registers; ``layout`` names the kinds. ``cuts`` are minutes, ascending."""

    kind: int
    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0
    cuts: tuple[int, ...] = ()


@frozen(eq=False)
class Axes:
    """All axes so far. ``masks[axis][code]`` are the cells, as bits, in which the term can lie; empty where a code is no cell."""

    all: list[Axis] = Factory(list)
    masks: list[list[int]] = Factory(list)
    numbers: dict[Axis, int] = Factory(dict)

    def number(self, axis: Axis, masks: list[int] | None = None) -> int:
        """The number of an axis, which is new or the one that was made before."""
        found = self.numbers.get(axis)
        if found is None:
            found = self.numbers[axis] = len(self.all)
            self.all.append(axis)
            self.masks.append(masks if masks is not None else [])
        return found

    def after(self, register: int, minutes: int, since: int) -> int:
        """The axis that says whether a moment, and so many minutes, is later than another one."""
        return self.number(Axis(layout.AFTER, register, minutes, since))


def ranges(size: int) -> list[tuple[int, int]]:
    """The ranges of more than one cell, in the order of their codes."""
    return [(low, high) for low in range(size) for high in range(low + 1, size)]


def bits(low: int, high: int) -> int:
    """The cells from one to another, as bits."""
    return ((1 << (high + 1)) - 1) & ~((1 << low) - 1)


def span_masks(size: int) -> list[int]:
    """The cells of each code ``low * size + high``."""
    return [bits(low, high) if low <= high else 0 for low in range(size) for high in range(size)]
