"""The decision trees of a protocol, grown where patients come: flat lists of whole numbers that any loop can walk.

An entry from 0 on is a node: its axis is ``node_axis``, and the next entry stands at ``child[node_base + code]``; a code from
``node_size`` on was never met there. -1 was not grown yet. From -2 on downwards it is leaf number ``-2 - entry``.

To grow is to decide one patient with the axes written down that were asked, in order, and to lay that path into the tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import Factory, define

from protocol.executors.compiled import layout
from protocol.executors.compiled.alike import Same, told_apart
from protocol.executors.compiled.asking import answer
from protocol.executors.compiled.concluding import Concluded, conclude
from protocol.executors.compiled.frame import Frame, node
from protocol.executors.compiled.leaves import Leaf, followed_by
from protocol.executors.compiled.ordering import Begun, Patient
from protocol.executors.compiled.places import Place, Spot
from protocol.executors.compiled.trackers import Counts, Tracking
from protocol.executors.compiled.view import TooManyParts, View
from protocol.model.course import Given

_TWO = (layout.KNOWN, layout.AFTER, layout.SHOWN, layout.HAS_STARTED, layout.NEGATIVE)

Parameters = tuple[int, int, int, int, int, tuple[int, ...]]
"""Those of the axis of a node: its kind, a, b, c, d and cuts."""

Lapsing = tuple[tuple[tuple[int, int], ...], tuple[str, ...]]
"""Of what can cease to be valid the registers of when it was observed, with minutes; and what is computed."""

BEYOND = -1
"""The place after a visit that is too much for a tree: the course is one for the reference."""


@define(eq=False)
class Tree:
    """All trees of one protocol. ``root`` is that of each place, ``tracker_root`` that of each tracker."""

    frame: Frame
    node_axis: list[int] = Factory(list)
    node_base: list[int] = Factory(list)
    node_size: list[int] = Factory(list)
    steps: list[Parameters] = Factory(list)
    child: list[int] = Factory(list)
    root: list[int] = Factory(list)
    tracker_root: list[int] = Factory(list)
    leaves: list[Leaf | None] = Factory(list)
    leaf_next: list[int] = Factory(list)
    leaf_writes: list[int] = Factory(list)
    places: list[Place] = Factory(list)
    place_drug: list[int] = Factory(list)
    spots: dict[Spot, int] = Factory(dict)
    givens: list[Given | None] = Factory(lambda: [None])
    leaf_numbers: dict[Leaf | None, int] = Factory(dict)
    counts: list[Counts | None] = Factory(list)
    stages: dict[tuple[int, Begun], int] = Factory(dict)
    stage_at: dict[int, Begun] = Factory(dict)
    decisions: dict[tuple[int, object], int] = Factory(dict)
    decision_at: dict[int, Concluded] = Factory(dict)
    same: dict[int, Same] = Factory(dict)
    lapsing: dict[int, Lapsing] = Factory(dict)

    def place(self, spot: Spot) -> Place:
        """The place of a spot, which gets a number when somebody first comes there."""
        number = self.spots.get(spot)
        if number is None:
            number = self.spots[spot] = len(self.places)
            self.places.append(Place(number, spot, self.frame))
            self.place_drug.append(int(spot.dose.is_drug))
            self.root.append(layout.NOT_GROWN)
        return self.places[number]

    def grow(self, registers: Sequence[int], time: int, given: int) -> int:
        """The leaf of a patient at a visit, laid into the tree if it was not there. Returns its number.

        Rules that are settled and order nothing leave no trace but what they permit: all who come to the next rule with that
        share what follows. And all who come to one decision share what follows from what was given.
        """
        place, (begun, found) = self.places[registers[layout.PLACE]], self._reached(registers, time, given)
        if found is not None:
            return self._followed(Patient(place, View(self.frame, registers, time, given)), found)[0]
        passed: list[tuple[Begun, Mapping[int, int]]] = []
        while True:
            patient = Patient(place, View(self.frame, registers, time, given), begun)
            after = patient.beyond() if patient.rules else None
            if after is None:
                break
            passed.append((begun, patient.view.path))
            begun = after
        number, entry = self._decided(patient)
        passed.append((begun, patient.view.path))
        for stage, path in reversed(passed):
            known = self.stages.get((place.number, stage), layout.NOT_GROWN)
            entry = self.stages[place.number, stage] = self._laid(known, path, entry, self.same_in(place))
            self.stage_at.setdefault(entry, stage)
        if passed[0][0] == Begun():
            self.root[place.number] = entry
        return number

    def _reached(self, registers: Sequence[int], time: int, given: int) -> tuple[Begun, Concluded | None]:
        """How far a patient gets in the tree as it is: the rules that are behind, and the decision if that was reached."""
        begun, found, entry = Begun(), None, self.root[registers[layout.PLACE]]
        while entry >= 0:
            begun, found = self.stage_at.get(entry, begun), self.decision_at.get(entry, found)
            axis = self.frame.axes.all[self.node_axis[entry]]
            code = given if axis.kind == layout.GIVEN else answer(axis, registers, time, self.counts)
            is_there = code < self.node_size[entry]
            entry = self.child[self.node_base[entry] + code] if is_there else layout.NOT_GROWN
        return begun, found

    def _decided(self, patient: Patient) -> tuple[int, int]:
        """The leaf of a patient, and the entry of the tree of its decision, which was grown."""
        try:
            found = conclude(patient)
        except TooManyParts:
            number = self._leaf(None)
            return number, layout.leaf(number)
        view = View(self.frame, patient.view.registers, patient.view.time, patient.view.given)
        return self._followed(Patient(patient.place, view), found)

    def _followed(self, patient: Patient, found: Concluded) -> tuple[int, int]:
        """The leaf that follows a decision, and the entry of the tree of that decision."""
        try:
            number = self._leaf(followed_by(patient, found, self.givens))
        except TooManyParts:
            number = self._leaf(None)
        key = patient.place.number, found.outline
        known = self.decisions.get(key, layout.NOT_GROWN)
        entry = self.decisions[key] = self._laid(known, patient.view.path, layout.leaf(number), self.same_in(patient.place))
        self.decision_at.setdefault(entry, found)
        return number, entry

    def truths(self, one: Tracking, registers: Sequence[int], time: int) -> int:
        """Whether the condition of a tracker is true, and the one that ends it: ``now * 3 + over``. Laid into the tree."""
        view = View(self.frame, registers, time)
        now = view.truth(one.when)
        found = now * 3 + (layout.OPEN if one.until is None else view.truth(one.until))
        self.tracker_root[one.place] = self._laid(self.tracker_root[one.place], view.path, layout.leaf(found), {})
        return found

    def _leaf(self, leaf: Leaf | None) -> int:
        number = self.leaf_numbers.get(leaf)
        if number is None:
            number = self.leaf_numbers[leaf] = len(self.leaves)
            self.leaves.append(leaf)
            self.leaf_next.append(BEYOND if leaf is None else self.place(leaf.moved.spot).number)
            self.leaf_writes.append(0 if leaf is None else leaf.moved.writes)
        return number

    def same_in(self, place: Place) -> Same:
        """The codes that nothing tells apart that is asked in a place."""
        found = self.same.get(place.number)
        if found is None:
            guards = (node(self.frame, rule.when) for rule in place.asked)
            found = self.same[place.number] = told_apart(self.frame, guards)
        return found

    def _laid(self, root: int, path: Mapping[int, int], leaf: int, same: Same) -> int:
        """The root after a path that ends in a leaf has been laid, for all codes that are the same."""
        at, begin, here = -1, root, list[int]()
        for axis, code in path.items():
            entry = root if at < 0 else self.child[at]
            if entry == layout.NOT_GROWN:
                entry = self._node(axis)
                if at < 0:
                    begin = root = entry
                else:
                    self._lay(here, entry)
            assert self.node_axis[entry] == axis, "what is asked next depends on nothing but the answers so far"
            self._widen(entry, code)
            at, base = self.node_base[entry] + code, self.node_base[entry]
            here = [base + one for one in same.get(axis, {}).get(code, (code,))]
        if at < 0:
            return leaf
        self._lay(here, leaf)
        return begin

    def _lay(self, places: Sequence[int], entry: int) -> None:
        for place in places:
            self.child[place] = entry

    def _node(self, axis: int) -> int:
        self.node_axis.append(axis)
        one = self.frame.axes.all[axis]
        self.steps.append((one.kind, one.a, one.b, one.c, one.d, one.cuts))
        size = self._codes(axis)
        self.node_base.append(len(self.child))
        self.node_size.append(size)
        self.child.extend([layout.NOT_GROWN] * size)
        return len(self.node_axis) - 1

    def _codes(self, axis: int) -> int:
        kind = self.frame.axes.all[axis].kind
        if kind == layout.GIVEN:
            return len(self.givens)
        if kind in (layout.CLOCK, layout.AMOUNT):
            return len(self.frame.axes.all[axis].cuts) + 1
        return 2 if kind in _TWO else 3 if kind == layout.SINCE else len(self.frame.axes.masks[axis])

    def _widen(self, node: int, code: int) -> None:
        """Room for a code that came up after the node was made: its entries move to the end."""
        if code >= self.node_size[node]:
            begin, size = self.node_base[node], self.node_size[node]
            wider = max(code + 1, self._codes(self.node_axis[node]))
            self.node_base[node], self.node_size[node] = len(self.child), wider
            self.child.extend([*self.child[begin : begin + size], *[layout.NOT_GROWN] * (wider - size)])


def planted(frame: Frame) -> Tree:
    """A tree in which nobody has been yet; every patient begins at place 0."""
    counts = [one.counts for one in frame.tracking.values()]
    tree = Tree(frame, tracker_root=[layout.NOT_GROWN] * len(frame.tracking), counts=counts)
    tree.place(Spot())
    return tree
