"""What a protocol computes from its inputs: derived inputs, trackers, and the readings of open questions."""

from __future__ import annotations

from attrs import field, frozen

from protocol.language.fields import Fields, entries, fields, text_node
from protocol.language.guards import read_guard
from protocol.language.hints import instead, listed
from protocol.language.names import Names, QuestionName, TrackerKind, TrackerName, check_name
from protocol.language.nodes import Mapping, Node, Scalar
from protocol.language.report import Report, shown
from protocol.language.uses import Use
from protocol.model.guard import Always, Guard
from protocol.model.input import Derived, Tracker
from protocol.model.protocol import Interpretation, Reading

TRACKER_KINDS: dict[str, TrackerKind] = {
    "episodes of": "episodes",
    "consecutive": "consecutive",
    "duration of": "duration",
    "time since": "since",
    "lowest": "lowest",
    "highest": "highest",
}
DERIVED_KEYS = ("when", "label", "note")
TRACKER_KEYS = (*TRACKER_KINDS, "until", "measured only", "from baseline")
QUESTION_KEYS = ("question", "chosen", "readings")
READING_KEYS = ("means", "guard", "unverified")


@frozen
class Definitions:
    """Reads definitions, and remembers what each of them uses, by name."""

    report: Report
    names: Names
    uses: dict[str, list[Use]] = field(factory=dict)

    def derived(self, name: Scalar, node: Node) -> Derived | None:
        """``name: "guard"``, or ``name: {when: "guard", label: ..., note: ...}``; None for a number and a score."""
        if name.text in self.names.numbers:
            return None
        if not isinstance(node, Mapping):
            return Derived(name.text, self.guard(name.text, name, node))
        found = fields(self.report, f"derived input {shown(name.text)}", name, node, DERIVED_KEYS)
        if found is None:
            return None
        found.require("when")
        return Derived(name.text, self._guard_of(found, name.text, "when"), found.text("label"), found.text("note"))

    def tracker(self, name: Scalar, node: Node) -> Tracker | None:
        """One declaration of a tracker."""
        found = fields(self.report, f"tracker {shown(name.text)}", name, node, TRACKER_KEYS)
        key = self._tracker_kind(found) if found else None
        if found is None or key is None:
            return None
        kind = TRACKER_KINDS[key]
        extreme = kind in ("lowest", "highest")
        if kind not in ("episodes", "since"):
            found.misplaced(("until",), "goes with 'episodes of' and 'time since' only", "Remove it.")
        return Tracker(
            name.text,
            kind,
            Always() if extreme else self._guard_of(found, name.text, key),
            until=self._guard_of(found, name.text, "until") if found.has("until") else None,
            input=self._tracked_input(name.text, found, key) if extreme else "",
            measured_only=found.flag("measured only"),
            from_baseline=found.flag("from baseline"),
        )

    def _tracker_kind(self, found: Fields) -> str | None:
        said = found.said(TRACKER_KINDS)
        hint = f"A tracker has exactly one of: {listed(TRACKER_KINDS)}."
        if len(said) > 1:
            message = f"{found.what} has both '{said[0]}' and '{said[1]}'"
            self.report.add("P024", message, found.key(said[1]), hint)
        elif not said and not found.unknown:
            self.report.add("P023", f"{found.what} does not say what it keeps", found.owner, hint)
        return said[0] if len(said) == 1 else None

    def _tracked_input(self, owner: str, found: Fields, key: str) -> str:
        name = found.scalar(key)
        if name is None or not self.names.check_known(self.report, name.text, name.span):
            return ""
        broken = {known for known, item in (*self.names.inputs.items(), *self.names.numbers.items()) if item is None}
        if self.names.number(name.text) is None and name.text not in broken:
            numbers = [known for known in (*self.names.inputs, *self.names.numbers) if self.names.number(known)]
            message = f"'{key}' takes a number, and '{name.text}' is none"
            self.report.add("P057", message, name.span, instead(name.text, numbers, "Numbers"))
        if name.text in self.names.scores:
            self.uses.setdefault(owner, []).append(Use(name.text, name.span))
        return name.text

    def interpretation(self, name: Scalar, node: Node) -> Interpretation | None:
        """A question, its readings, and the one chosen."""
        found = fields(self.report, f"interpretation {shown(name.text)}", name, node, QUESTION_KEYS)
        if found is None:
            return None
        found.require("question", "chosen", "readings")
        readings = self._readings(name, found)
        chosen = found.scalar("chosen")
        if chosen and readings and chosen.text not in [reading.name for reading in readings]:
            names = [reading.name for reading in readings]
            message = f"{shown(chosen.text)} is not a reading of '{name.text}'"
            self.report.add("P017", message, chosen.span, instead(chosen.text, names, "Readings"))
        return Interpretation(name.text, found.text("question"), readings, chosen.text if chosen else "")

    def _readings(self, owner: Scalar, found: Fields) -> tuple[Reading, ...]:
        node = found.node("readings")
        mapping = entries(self.report, found.entries["readings"][0], node) if node else None
        return tuple(self._reading(owner, name, value) for name, value in (mapping.entries if mapping else ()))

    def _reading(self, owner: Scalar, name: Scalar, node: Node) -> Reading:
        check_name(self.report, name, "a reading")
        if not isinstance(node, Mapping):
            means = text_node(self.report, name, node)
            return Reading(name.text, means.text if means else "")
        found = fields(self.report, f"reading {shown(name.text)}", name, node, READING_KEYS)
        if found is None:
            return Reading(name.text, "")
        found.require("means")
        guard = self._guard_of(found, owner.text, "guard") if found.has("guard") else None
        return Reading(name.text, found.text("means"), guard, found.text("unverified"))

    def _guard_of(self, found: Fields, owner: str, key: str) -> Guard:
        node = found.node(key)
        return Always() if node is None else self.guard(owner, found.entries[key][0], node)

    def guard(self, owner: str, key: Scalar, node: Node) -> Guard:
        """A guard of the definition of that name, which uses what it asks."""
        read = read_guard(self.report, self.names, node, key)
        self.uses.setdefault(owner, []).extend(read.uses)
        return read.guard


def tracker_name(node: Node) -> TrackerName | None:
    """What a tracker's declaration says of its kind, before its guards can be read."""
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if key.text in TRACKER_KINDS:
            return TrackerName(TRACKER_KINDS[key.text], value.text if isinstance(value, Scalar) else "")
    return None


def question_name(node: Node) -> QuestionName | None:
    """The readings of an interpretation, before their guards can be read; None where they cannot be told."""
    keys = {key.text: value for key, value in node.entries} if isinstance(node, Mapping) else {}
    readings = keys.get("readings")
    if not isinstance(readings, Mapping):
        return None
    return QuestionName(
        tuple(name.text for name, _ in readings.entries),
        tuple(name.text for name, value in readings.entries if not _has_guard(value)),
    )


def _has_guard(node: Node) -> bool:
    return isinstance(node, Mapping) and any(key.text == "guard" for key, _ in node.entries)


def check_circles(report: Report, uses: dict[str, list[Use]]) -> None:
    """Notes each definition that uses itself, by way of others or directly."""
    done: set[str] = set()
    for name in uses:
        if name not in done:
            _walk(report, uses, name, done)


def _walk(report: Report, uses: dict[str, list[Use]], first: str, done: set[str]) -> None:
    """Follows the uses from one definition, in depth; without recursion, because a chain can be as long as the file."""
    way = {first: iter(uses[first])}
    while way:
        name = next(reversed(way))
        use = next(way[name], None)
        if use is None:
            del way[name]
            done.add(name)
        elif use.name in way:
            circle = [*list(way)[list(way).index(use.name) :], use.name]
            message = f"'{use.name}' is defined by itself: {' -> '.join(circle)}"
            report.add("P055", message, use.at, "Define one of them by inputs alone.")
        elif use.name in uses and use.name not in done:
            way[use.name] = iter(uses[use.name])


def check_tracker_guards(report: Report, names: Names, uses: dict[str, list[Use]]) -> None:
    """Notes a tracker whose guard depends on another tracker or on a clock, also by way of a derived input."""
    dependent = _dependent(uses, {"", *names.trackers})
    for tracker in names.trackers:
        for use in uses.get(tracker, ()):
            if use.name in dependent:
                asked = "a tracker or a clock by way of " if use.name and use.name not in names.trackers else "the tracker "
                what = f"{asked}'{use.name}'" if use.name else use.what
                message = f"the guard of the tracker '{tracker}' asks {what}"
                report.add("P054", message, use.at, "A tracker remembers readings; ask inputs and derived inputs only.")


def _dependent(uses: dict[str, list[Use]], on: set[str]) -> set[str]:
    """The names given, and all definitions that use one of them, directly or by way of others."""
    users: dict[str, list[str]] = {}
    for name, used in uses.items():
        for use in used:
            users.setdefault(use.name, []).append(name)
    found, waiting = set(on), list(on)
    while waiting:
        for user in users.get(waiting.pop(), ()):
            if user not in found:
                found.add(user)
                waiting.append(user)
    return found
