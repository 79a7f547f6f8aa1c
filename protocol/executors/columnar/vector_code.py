"""What counts of eight inputs at once, as vectors, which the library of loops does not find by itself in such a loop."""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.core.cgutils import ir  # what the library itself writes code with
from numba.extending import intrinsic

from protocol.executors.columnar.asked import AT_ONCE
from protocol.executors.compiled.layout import NO_VALUE


class _Vectors:
    """The arguments of a function as vectors, while its code is written."""

    def __init__(self, context: Any, builder: Any, kinds: Any, values: Any) -> None:
        self.context, self.builder, self.kinds, self.values = context, builder, kinds, values

    def place(self, number: int, offset: Any) -> Any:
        """Where a vector stands in an array."""
        array = self.context.make_array(self.kinds[number])(self.context, self.builder, self.values[number])
        kind = self.context.get_data_type(self.kinds[number].dtype)
        return self.builder.bitcast(self.builder.gep(array.data, [offset]), ir.VectorType(kind, AT_ONCE).as_pointer())

    def load(self, number: int, offset: Any) -> Any:
        """A vector of an array."""
        found = self.builder.load(self.place(number, offset))
        found.align = 1
        return found

    def store(self, value: Any, number: int, offset: Any) -> None:
        """Puts a vector into an array."""
        self.builder.store(value, self.place(number, offset)).align = 1

    def same(self, value: Any, kind: Any) -> Any:
        """A vector of one number."""
        vector, index = ir.VectorType(kind, AT_ONCE), ir.IntType(32)
        value = self.builder.trunc(value, kind) if kind.width < value.type.width else value
        one = self.builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(index, 0))
        first = ir.Constant(ir.VectorType(index, AT_ONCE), [0] * AT_ONCE)
        return self.builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), first)


def _all(like: Any, number: int) -> Any:
    return ir.Constant(like.type, [number] * AT_ONCE)


@intrinsic  # type: ignore[untyped-decorator]
def count(
    typing: Any, lanes: Any, at: Any, until: Any, codes: Any, valid: Any, unknown: Any, instead: Any, first: Any, now: Any,
    starts: Any,
) -> Any:  # fmt: skip
    """Puts in the place of eight codes that were read at a row those that count there: the last ones, if they are still valid.

    ``until``, ``codes``: until when the last ones count, and which they are. ``instead``: what is put instead of a code, if not
    negative. ``starts``: whether another patient begins.
    """

    def written(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        vectors = _Vectors(context, builder, signature.args, values)
        row, lane = values[1], values[7]
        read, last, other = vectors.load(0, row), vectors.load(2, lane), vectors.load(6, lane)
        time = last.type.element
        never, here = _all(last, -(1 << (time.width - 1))), vectors.same(values[8], time)
        is_read = builder.icmp_signed(">=", read, _all(read, 0))
        is_none = builder.icmp_signed("==", read, _all(read, NO_VALUE))
        last = builder.select(is_none, never, builder.select(values[9], never, last))
        last = builder.select(is_read, builder.add(here, vectors.load(4, lane)), last)
        read = builder.select(builder.icmp_signed(">=", other, _all(other, 0)), other, read)
        code = builder.select(is_read, read, vectors.load(3, lane))
        vectors.store(last, 2, lane)
        vectors.store(code, 3, lane)
        counts = builder.icmp_signed(">=", last, here)
        vectors.store(builder.select(counts, code, vectors.load(5, lane)), 0, row)
        return context.get_dummy_value()

    arguments = (lanes, types.int64, until, codes, valid, unknown, instead, types.int64, types.int64, types.boolean)
    return types.void(*arguments), written
