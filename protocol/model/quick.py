"""How is a frozen value made quickly? As an open one that becomes a frozen one when it has all its fields.

To set a field of a frozen value, ``attrs`` has to go round the ban on setting fields, which takes ten times as long as
setting one. A visit makes some thirty values with 150 fields, so without this it would take a fifth longer.
"""

from __future__ import annotations

from typing import TypeVar

import attrs

Made = TypeVar("Made")


def quickly(cls: type[Made]) -> type[Made]:
    """A class that is called as ``cls`` is, and gives the same value of ``cls`` in less than half the time.

    It is a subclass without a field of its own whose fields can be set; the last thing its ``__init__`` does is to make the
    new value one of ``cls``. So nobody ever sees an open value, and there are no values of the subclass.
    """

    def close(self: Made) -> None:
        self.__class__ = cls

    def close_unhashed(self: Made) -> None:
        self._attrs_cached_hash = None  # type: ignore[attr-defined]
        self.__class__ = cls

    # Both are one slot of the class; with one of them overridden setting a field would stay slow.
    opened = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    last = close_unhashed if hasattr(cls, "_attrs_cached_hash") else close
    subclass = type(cls.__name__, (cls,), {"__slots__": (), "__attrs_post_init__": last, **opened})
    no_op = attrs.setters.NO_OP
    return attrs.define(subclass, these={}, slots=False, eq=False, order=False, repr=False, on_setattr=no_op)
