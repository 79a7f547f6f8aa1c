"""What takes code of its own: what counts of eight inputs at once, as vectors, and arrays at an address."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from numba.core import types
from numba.core.cgutils import alloca_once, for_range, ir  # what the library itself writes code with
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from protocol.executors.columnar.keys import AT_ONCE
from protocol.executors.compiled.layout import NO_VALUE


class _Vectors:
    """The arguments of a function as vectors, while its code is written."""

    def __init__(self, context: Any, builder: Any, kinds: Any, values: Any) -> None:
        self.context, self.builder, self.kinds, self.values = context, builder, kinds, values

    def place(self, number: int, offset: Any) -> Any:
        """Where a vector stands in an array."""
        kind = self.context.get_data_type(self.kinds[number].dtype)
        return self.builder.bitcast(self.at(number, offset), ir.VectorType(kind, AT_ONCE).as_pointer())

    def at(self, number: int, offset: Any) -> Any:
        """Where an element stands in an array."""
        array = self.context.make_array(self.kinds[number])(self.context, self.builder, self.values[number])
        return self.builder.gep(array.data, [offset])

    def element(self, number: int, offset: Any) -> Any:
        """One element of an array."""
        return self.builder.load(self.at(number, offset))

    def load(self, number: int, offset: Any) -> Any:
        """A vector of an array."""
        found = self.builder.load(self.place(number, offset))
        found.align = 1
        return found

    def same(self, value: Any, kind: Any) -> Any:
        """A vector of one number."""
        vector, index = ir.VectorType(kind, AT_ONCE), ir.IntType(32)
        value = self.builder.trunc(value, kind) if kind.width < value.type.width else value
        one = self.builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(index, 0))
        first = ir.Constant(ir.VectorType(index, AT_ONCE), [0] * AT_ONCE)
        return self.builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), first)


def _all(like: Any, number: int) -> Any:
    return ir.Constant(like.type, [number] * AT_ONCE)


def _picked(builder: Any, one: Any, other: Any, places: Any) -> Any:
    """The elements of two vectors that stand at these places, counted through both."""
    kind = ir.VectorType(ir.IntType(32), len(places))
    return builder.shuffle_vector(one, other, ir.Constant(kind, list(places)))


def _together(builder: Any, value: Any) -> Any:
    """The bits of all elements of a vector in one number."""
    size = AT_ONCE
    while size > 1:
        size //= 2
        value = builder.or_(*(_picked(builder, value, value, range(first, first + size)) for first in (0, size)))
    return builder.extract_element(value, ir.Constant(ir.IntType(32), 0))


def _meshed(builder: Any, one: Any, other: Any, each: int) -> Any:
    """Two vectors, so many elements of the one and of the other in turns."""
    size = one.type.count
    places = [place + side * size for first in range(0, size, each) for side in (0, 1) for place in range(first, first + each)]
    return _picked(builder, one, other, places)


@frozen
class _Lanes:
    """Eight lanes while code for them is written: for how long each is valid, and the codes of what is not known, and of what is
    put instead of a code, if not negative; at which bits they stand. ``until``, ``codes``: until when the last codes that were
    read count, and which they are."""

    builder: Any
    valid: Any
    unknown: Any
    instead: Any
    shifts: Any
    until: Any
    codes: Any

    def begin(self) -> None:
        """Nothing was read so far."""
        time = self.valid.type.element
        self.builder.store(_all(self.valid, -(1 << (time.width - 1))), self.until)
        self.builder.store(_all(self.unknown, 0), self.codes)

    def key(self, read: Any, here: Any, most: Any) -> Any:
        """What counts at a row in one number: the codes that were read there, or the last ones, if they are still valid.

        ``most``: until when at most those can count that were read before.
        """
        builder, last = self.builder, self.builder.load(self.until)
        last = builder.select(builder.icmp_signed("<", last, most), last, most)
        is_read = builder.icmp_signed(">=", read, _all(read, 0))
        is_none = builder.icmp_signed("==", read, _all(read, NO_VALUE))
        last = builder.select(is_none, _all(last, -(1 << (last.type.element.width - 1))), last)
        last = builder.select(is_read, builder.add(here, self.valid), last)
        code = builder.select(is_read, read, builder.load(self.codes))
        builder.store(last, self.until)
        builder.store(code, self.codes)
        code = builder.select(builder.icmp_signed(">=", self.instead, _all(read, 0)), self.instead, code)
        found = builder.select(builder.icmp_signed(">=", last, here), code, self.unknown)
        return _together(builder, builder.shl(builder.zext(found, self.shifts.type), self.shifts))


def _turned(vectors: _Vectors, size: Any, source: Any, row: Any) -> list[Any]:
    """Eight rows of eight lanes, which stand line by line in the first array, as a vector for each row."""
    builder, found, each = vectors.builder, [], 1
    for line in source:
        found.append(vectors.load(0, builder.add(builder.mul(line, size), row)))
    while len(found) > 1:
        pairs = zip(found[::2], found[1::2], strict=True)
        found, each = [_meshed(builder, one, other, each) for one, other in pairs], 2 * each
    rows = range(0, AT_ONCE * AT_ONCE, AT_ONCE)
    return [_picked(builder, found[0], found[0], range(first, first + AT_ONCE)) for first in rows]


@intrinsic  # type: ignore[untyped-decorator]
def carry_lanes(
    typing: Any, raw: Any, size: Any, source: Any, first: Any, start: Any, time: Any, valid: Any, unknown: Any, instead: Any,
    shifts: Any, word: Any, apart: Any, keys: Any,
) -> Any:  # fmt: skip
    """Puts what counts of eight lanes into the keys of all rows, in blocks of eight; some behind the last row are taken too.

    ``raw``: what was read, line by line, each as long as ``size``. ``source``: which line each lane is, from the first one on.
    ``start``: at which rows another patient begins. ``word``: which one of a key, which has so many (``apart``).
    """

    def written(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        vectors, whole, lane = _Vectors(context, builder, signature.args, values), ir.IntType(64), values[3]
        lines = [vectors.element(2, builder.add(lane, ir.Constant(whole, number))) for number in range(AT_ONCE)]
        constants = [vectors.load(number, lane) for number in (6, 7, 8, 9)]
        state = [alloca_once(builder, constants[number].type) for number in (0, 1)]
        lanes = _Lanes(builder, *constants, *state)
        lanes.begin()
        kind = constants[0].type.element
        blocks = builder.lshr(builder.add(values[1], ir.Constant(whole, AT_ONCE - 1)), ir.Constant(whole, 3))
        with for_range(builder, blocks) as loop:
            begin = builder.shl(loop.index, ir.Constant(whole, 3))
            for number, read in enumerate(_turned(vectors, values[1], lines, begin)):
                row = builder.add(begin, ir.Constant(whole, number))
                # The largest number, or one more, which is the smallest one, where another patient begins.
                begins = builder.and_(vectors.element(4, row), ir.Constant(ir.IntType(8), 1))
                most = builder.add(builder.zext(begins, kind), ir.Constant(kind, (1 << (kind.width - 1)) - 1))
                found = lanes.key(read, vectors.same(vectors.element(5, row), kind), vectors.same(most, kind))
                place = vectors.at(12, builder.add(builder.mul(row, values[11]), values[10]))
                builder.store(builder.or_(builder.load(place), found), place)
        return context.get_dummy_value()

    one = types.int64
    arguments = (raw, one, source, one, start, time, valid, unknown, instead, shifts, one, one, keys)
    return types.void(*arguments), written


@intrinsic  # type: ignore[untyped-decorator]
def array_at(typing: Any, address: Any, size: Any, kind: Any) -> Any:
    """The array of so many elements of a kind that begins at an address. Whoever asks for it keeps what is there."""
    array = types.Array(kind.dtype, 1, "C")

    def written(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        found, each = context.make_array(array)(context, builder), context.get_abi_sizeof(context.get_data_type(kind.dtype))
        wide = context.get_constant(types.intp, each)
        data = builder.inttoptr(values[0], context.get_data_type(kind.dtype).as_pointer())
        populate_array(found, data=data, shape=[values[1]], strides=[wide], itemsize=wide, meminfo=None)
        return found._getvalue()

    return array(types.int64, types.int64, kind), written
