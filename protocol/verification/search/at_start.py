"""Which computed numbers does the first dose settle? A baseline: before it is unknown, and nothing changes it later.

So of such a number, which otherwise is free at each visit, the cell is kept from the first dose on. Where the reading from which
it comes does not say in which cell it is, or there was none at that visit, it stays free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from protocol.model.formula import Baseline
from protocol.model.guard import Atom, Compare
from protocol.model.input import Number
from protocol.verification.search.asked import AskedBy
from protocol.verification.search.axes import NEW, Axis, Cell, Letter, is_true
from protocol.verification.search.diagrams import Diagrams, Node


@frozen
class Base:
    """A number that is the baseline of an input: the places of both among the axes.

    ``cells``: for each cell of the input that of the number, None where it can be in several.
    """

    place: int
    of: int
    cells: tuple[int | None, ...]

    def cell(self, letter: Letter | None) -> int | None:
        """In which cell the number is after a first dose at a visit that shows this of the input; None: in any, or unknown."""
        return None if letter is None or letter.kind == "unknown" else self.cells[letter.cell]


def bases_of(one: AskedBy, axes: tuple[Axis, ...]) -> Iterator[Base]:
    """The numbers of a protocol that are a baseline and nothing else, as far as the input that they ask is asked for itself."""
    places = {axis.name: place for place, axis in enumerate(axes)}
    measured = {item.name for item in one.protocol.inputs}
    remembered = {tracker.input for tracker in one.trackers}
    for number in one.protocol.numbers:
        if isinstance(number.value, Baseline) and number.name in places and number.name not in remembered:
            name = number.value.input
            if name in places and name in measured:
                place, of = places[number.name], places[name]
                if _says_it(axes[of], axes[place], tuple(one.atoms(number.name))):
                    yield Base(place, of, tuple(_cells(one, axes[of], axes[place])))


def _says_it(its: Axis, number: Axis, atoms: Iterable[Atom]) -> bool:
    """Whether a reading of the input is one of the number, and each of its pieces lies in one of the number's."""
    here, there = its.item.kind, number.item.kind
    if not (isinstance(here, Number) and isinstance(there, Number)) or any(cell.upper or cell.lower for cell in its.pieces):
        return False
    cuts = {piece.value for piece in its.pieces}
    constants = {atom.constant for atom in atoms if isinstance(atom, Compare)}
    alike = here.unit == there.unit and there.low <= here.low and here.high <= there.high
    return alike and all(constant in cuts for constant in constants if here.low < constant < here.high)


def _cells(one: AskedBy, its: Axis, number: Axis) -> Iterator[int | None]:
    """For each cell of the input the one cell of the number in which all its pieces are, None where there is none."""
    mine, other = tuple(dict.fromkeys(one.atoms(its.name))), tuple(dict.fromkeys(one.atoms(number.name)))
    for cell in its.cells:
        pieces = [cell] if its.cells == its.pieces else [one for one in its.pieces if _told(mine, one) == _told(mine, cell)]
        wanted = {_told(other, piece) for piece in pieces}
        found = [place for place, one in enumerate(number.cells) if _told(other, one) in wanted]
        yield found[0] if len(wanted) == len(found) == 1 else None


def _told(atoms: tuple[Atom, ...], cell: Cell) -> tuple[bool | None, ...]:
    return tuple(is_true(atom, Cell(cell.value)) for atom in atoms)


def settling(diagrams: Diagrams, base: Base, axes: Sequence[Axis]) -> Node:
    """Over letters what a first dose at the visit settles."""
    return diagrams.split(base.of, [diagrams.leaf(base.cell(letter)) for letter in axes[base.of].letters])


def letters_of_base(axis: Axis, held: int | None, *, started: bool, dated: bool) -> tuple[int | None, ...] | None:
    """What each letter of a baseline costs, None where it cannot be; None for all of them: it is free.

    Before the first dose it is unknown. From then on it is carried over, and no newer than a step; ``dated``: there was one, and
    it matters whether the reading is older. Where that does not matter, no letter says that it is.
    """
    if not started:
        return tuple(letter.cost if letter.kind == "unknown" else None for letter in axis.letters)
    if held is None:
        return None
    kind = "carried" if any(letter.kind == "carried" for letter in axis.letters) else "measured"
    older = dated and kind == "carried"
    return tuple(
        letter.cost if (letter.kind, letter.cell) == (kind, held) and not (older and letter.date == NEW) else None
        for letter in axis.letters
    )
