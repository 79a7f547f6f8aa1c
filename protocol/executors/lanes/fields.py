"""Where in the key of a row does the answer of each axis stand that needs nothing but readings?

The key is one number of a row: what was given, and of each such axis which of the answers that were met so far it is. That
takes few bits, because most answers that could be never come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from struct import unpack

from attrs import Factory, define, field

from protocol.executors.compiled import layout
from protocol.executors.compiled.axes import Axis
from protocol.executors.compiled.frame import Frame
from protocol.executors.compiled.guards import Asks, Knows
from protocol.executors.lanes.carried import number
from protocol.executors.lanes.marks import Crowded, Marks

Source = tuple[int, int]
"""An input, and for how many minutes a value of it counts."""
_GIVEN_BYTES, _WORD = 2, 8
GIVEN_MASK = (1 << 8 * _GIVEN_BYTES) - 1


@define(eq=False)
class Field:
    """The answers of one axis: ``ids`` numbers those that were met, ``codes`` has them in that order. The first is not known."""

    axis: Axis
    source: Source
    first: int
    codes: list[int]
    ids: dict[int, int] = field(init=False)
    shift: int = 0
    bits: int = 0

    def __attrs_post_init__(self) -> None:
        self.ids = {self.codes[0]: 0}

    def id_of(self, marks: Marks, mark: int) -> int:
        """The number of the answer when this mark counts."""
        update = marks.updates[mark]
        if update is None or not marks.is_value[mark]:
            return 0
        code = 1 if self.axis.kind == layout.KNOWN else update[4][self.axis.b - self.first]
        if code not in self.ids:
            self.ids[code] = len(self.codes)
            self.codes.append(code)
        return self.ids[code]

    @property
    def mask(self) -> int:
        """Its bits in a key."""
        return (1 << self.bits) - 1 << self.shift

    def code(self, key: int) -> int:
        """Its answer in a key."""
        return self.codes[key >> self.shift & (1 << self.bits) - 1]


@define(eq=False)
class Fields:
    """The fields of a protocol. ``drawn`` counts how often they got other places, which makes older keys worthless."""

    frame: Frame
    marks: Sequence[Marks]
    of: dict[int, Field] = Factory(dict)
    drawn: int = 0
    size: int = _WORD
    tables: dict[tuple[Source, int], bytes] = Factory(dict)
    known: list[int] = Factory(list)

    def __attrs_post_init__(self) -> None:
        asked = {node.axis for node in self.frame.nodes.values() if isinstance(node, Asks | Knows)}
        extremes = (one.tracker for one in self.frame.moving if one.tracker.input)
        asked |= {self.frame.reading[tracker.input, tracker.name] for tracker in extremes}
        for axis in sorted(asked):
            one = self.frame.axes.all[axis]
            if one.kind in (layout.READING, layout.KNOWN):
                input_ = one.a - layout.FIRST_FREE
                unknown = one.c if one.kind == layout.READING else 0
                self.of[axis] = Field(one, (input_, one.d), self.frame.begins[input_], [unknown])

    @property
    def sources(self) -> tuple[Source, ...]:
        """All that is carried on from row to row."""
        return tuple(dict.fromkeys(one.source for one in self.of.values()))

    def renew(self) -> None:
        """Takes in the marks that are new."""
        known = [len(one.updates) for one in self.marks]
        if known != self.known:
            self.known = known
            ids = {axis: self._ids(one) for axis, one in self.of.items()}
            if any(len(one.codes) > 1 << one.bits for one in self.of.values()):
                self._draw()
            self._tabulate(ids)

    def _ids(self, one: Field) -> list[int]:
        marks = self.marks[one.source[0]]
        return [one.id_of(marks, mark) for mark in range(len(marks.updates))]

    def _draw(self) -> None:
        """Gives each axis its bits, which never stand in two bytes."""
        at = 8 * _GIVEN_BYTES
        for one in sorted(self.of.values(), key=lambda one: one.source):
            one.bits = (len(one.codes) - 1).bit_length()
            if one.bits > 8:
                raise Crowded
            if at % 8 + one.bits > 8:
                at += -at % 8
            one.shift, at = at, at + one.bits
        self.drawn += 1
        self.size = -(-at // (8 * _WORD)) * _WORD

    def _tabulate(self, ids: Mapping[int, list[int]]) -> None:
        """For each source and each byte of the key: what a mark makes of the byte."""
        tables: dict[tuple[Source, int], bytearray] = {}
        for axis, one in self.of.items():
            if one.bits:
                table = tables.setdefault((one.source, one.shift // 8), bytearray(256))
                for mark, number_ in enumerate(ids[axis]):
                    table[mark] |= number_ << one.shift % 8
        self.tables = {place: bytes(table) for place, table in tables.items()}

    def keys(self, counting: Mapping[Source, bytes], given: Sequence[int], rows: int) -> list[int]:
        """The key of each row. ``counting``: of each source the mark that counts."""
        room = bytearray(self.size * rows)
        if any(given):
            room[0 :: self.size] = bytes([one & 255 for one in given]) if max(given) > 255 else bytes(given)
            room[1 :: self.size] = bytes([one >> 8 for one in given])
        for byte in {byte for _, byte in self.tables}:
            found = 0
            for (source, place), table in self.tables.items():
                if place == byte and source in counting:
                    found |= number(counting[source].translate(table))
            if found:
                room[byte :: self.size] = found.to_bytes(rows, "little")
        several = self.size // _WORD
        return _joined(unpack(f"<{several * rows}Q", room), several)


def _joined(words: Sequence[int], several: int) -> list[int]:
    """The words of each row as one number, the first the lowest."""
    found = list(words[::several])
    for one in range(1, several):
        found = [low | word << 64 * one for low, word in zip(found, words[one::several], strict=True)]
    return found
