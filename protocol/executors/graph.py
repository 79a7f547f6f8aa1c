"""What a state diagram of a protocol shows: its nodes, and its edges with the rules that make them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from attrs import frozen

from protocol.executors.ways import Place, Way, ways
from protocol.model.protocol import Protocol
from protocol.model.rule import CONTROLS

MOST_LEVELS = 8
"""With more levels on the ladder a node for each of them could not be read any more; then a node is a control state."""

_BREAK = "<br/>"


@frozen
class Node:
    """A node: its name in the diagram's own notation, what it is called, and the control state that it is drawn as."""

    name: str
    label: str
    control: str


@frozen
class Edge:
    """An edge, from node to node; its label names the rules: first those that must, then those that may."""

    before: str
    after: str
    label: str


def graph(protocol: Protocol) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """The nodes and edges of a protocol, those before treatment first.

    Where the same rules stop treatment from more than two places, these places share one edge: it leaves a node that
    names them.
    """
    found = tuple(_coarse(way) for way in ways(protocol)) if len(protocol.levels) > MOST_LEVELS else ways(protocol)
    places = _in_order(protocol, {place for way in found for place in (way.before, way.after)} | {Place("before treatment")})
    labels = {(before, after): _label(found, before, after) for before in places for after in places}
    edges = [(before, after, label) for (before, after), label in labels.items() if label and after.control != "stopped"]
    stops = sorted(((label, before, after) for (before, after), label in labels.items() if label and after.control == "stopped"),
                   key=lambda stop: stop[0])  # fmt: skip
    nodes = [Node(_name(str(place)), str(place), place.control) for place in places]
    drawn = [Edge(_name(str(before)), _name(str(after)), label) for before, after, label in edges]
    for label, group in groupby(stops, key=lambda stop: stop[0]):
        befores = sorted((before for _, before, _ in group), key=places.index)
        if len(befores) > 2:
            nodes.append(Node(_name(f"any {len(nodes)}"), _any_of(befores, places), "any"))
            drawn.append(Edge(nodes[-1].name, "stopped", label))
        else:
            drawn += [Edge(_name(str(before)), "stopped", label) for before in befores]
    return tuple(nodes), tuple(drawn)


def _coarse(way: Way) -> Way:
    return Way(Place(way.before.control), Place(way.after.control), way.rule)


def _in_order(protocol: Protocol, places: Iterable[Place]) -> list[Place]:
    rungs = ["", *(level.name for level in protocol.levels)]
    return sorted(places, key=lambda place: (CONTROLS.index(place.control), rungs.index(place.level)))


def _label(found: Sequence[Way], before: Place, after: Place) -> str:
    """The rules that must lead this way, then those that may, a line each; empty if none does."""
    here = [way.rule for way in found if (way.before, way.after) == (before, after)]
    return _BREAK.join(
        dict.fromkeys(f"{mode} {rule.table or rule.name}" for mode in ("must", "may") for rule in here if rule.mode == mode)
    )


def _any_of(befores: Sequence[Place], places: Sequence[Place]) -> str:
    """Several places in few words: a control state stands for all of its places."""
    words = []
    for control, group in groupby(befores, key=lambda place: place.control):
        listed = list(group)
        whole = listed == [place for place in places if place.control == control]
        words += [control] if whole else [str(place) for place in listed]
    return "any of: " + ", ".join(words)


def _name(text: str) -> str:
    """A name of letters, digits and underlines, different for different texts."""
    return re.sub(r"[^A-Za-z0-9 ]", lambda sign: f"_{ord(sign[0])}_", text).replace(" ", "_")
