"""From the text of a protocol to the protocol, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeVar

from attrs import evolve

from protocol.errors import InputError
from protocol.language.amendments import tree
from protocol.language.claims import parsed_claim
from protocol.language.declarations import check_one_namespace, named, read_input, read_source
from protocol.language.definitions import Definitions, check_circles, check_tracker_guards, question_name, tracker_name
from protocol.language.derived_numbers import read_numbers
from protocol.language.dispensing import read_dispensing
from protocol.language.expectations import read_entry
from protocol.language.fields import Fields, entries, of_mapping, one_of, text_node
from protocol.language.guards import parsed
from protocol.language.ladder import read_ends, read_ladder
from protocol.language.monitoring import read_monitoring
from protocol.language.names import RESERVED, RESERVED_RULES, Names, QuestionName, TrackerName, check_name
from protocol.language.nodes import Mapping, Node, Scalar, located
from protocol.language.report import Report, Span, with_line_feeds
from protocol.language.rules import read_rule, rule_kinds
from protocol.language.scores import read_scores
from protocol.language.tables import ReadTable, cell_kinds, is_table, read_table
from protocol.language.to_text import duration_trackers
from protocol.model.expectation import Expectation
from protocol.model.guard import Guard
from protocol.model.monitoring import Monitoring
from protocol.model.property import Claim, Property
from protocol.model.protocol import Interpretation, Protocol
from protocol.model.rule import ActionKind, ControlKind, Rule
from protocol.model.table import cells

Item = TypeVar("Item")

SECTIONS = ("sources", "doses", "inputs", "derived", "trackers", "interpretations", "rules")
KEYS = (
    "protocol", "version", "amends", "without", "title", "drug", "note", "time", "safe side", "between visits", "act within",
    "sources", "doses", "ladder ends", "dispensing", "inputs", "derived", "trackers", "interpretations", "otherwise", "rules",
    "monitoring", "properties",
)  # fmt: skip
SAFE_SIDES: tuple[Literal["less", "more", "none"], ...] = ("less", "more", "none")
BETWEEN_VISITS: tuple[Literal["wait", "act"], ...] = ("wait", "act")
RESOLUTIONS: tuple[Literal["minutes", "hours", "days", "weeks"], ...] = ("minutes", "hours", "days", "weeks")
OTHERWISE: tuple[ControlKind, ...] = ("before treatment", "on treatment", "held", "in review")
UNCOVERED = ("continue", "silent")


def parse(text: str, file: str = "") -> Protocol:
    """The protocol that a text says; raises InputError with every problem of the text.

    ``file`` is its path, for messages, and where the text amends a file: that one is looked for from it.
    """
    report = Report(with_line_feeds(text), file)
    root = tree(report)
    if root is None:
        raise InputError(report.problems)
    protocol = _Reader(report, of_mapping(report, "the protocol", Span(0), root, KEYS)).protocol()
    report.fail_if_any()
    return protocol


def parse_guard(text: str, protocol: Protocol) -> Guard:
    """The guard that a text says about a protocol; raises InputError with every problem of the text."""
    report = Report(text)
    guard = parsed(report, _names(protocol), located(text, Scalar(text, Span(0, len(text))))).guard
    report.fail_if_any()
    return guard


def parse_claim(text: str, protocol: Protocol) -> Claim:
    """The claim that a text makes of a visit under a protocol; raises InputError with every problem of the text."""
    report = Report(text)
    claim = parsed_claim(report, _names(protocol), located(text, Scalar(text, Span(0, len(text)))))
    report.fail_if_any()
    return claim


def _names(protocol: Protocol) -> Names:
    questions = {item.name: _question(item) for item in protocol.interpretations}
    kinds = {item.name: item.kind for item in protocol.numbers} | {item.name: item.kind for item in protocol.scores}
    return Names(
        inputs={item.name: item for item in protocol.inputs},
        derived=dict.fromkeys([*(item.name for item in protocol.derived), *kinds]),
        numbers=dict(kinds),
        scores={item.name for item in protocol.scores},
        trackers={item.name: TrackerName(item.kind, item.input) for item in protocol.trackers},
        interpretations=dict(questions),
        levels={level.name: level for level in protocol.levels},
        rules=_rule_names(protocol),
        cells={table.name: {one.name: _kinds(one) for one in cells(table.name, protocol.rules)} for table in protocol.tables},
    )


def _rule_names(protocol: Protocol) -> dict[str, frozenset[ActionKind] | None]:
    """What each rule can do, and of a table what any of its cells can."""
    found: dict[str, frozenset[ActionKind] | None] = {}
    for rule in protocol.rules:
        name = rule.table or rule.name
        found[name] = _kinds(rule) | (found.get(name) or frozenset())
    return found


def _kinds(rule: Rule) -> frozenset[ActionKind]:
    return frozenset({rule.action.kind, rule.action.off_ladder or rule.action.kind})


def _question(item: Interpretation) -> QuestionName:
    return QuestionName(
        tuple(reading.name for reading in item.readings),
        tuple(reading.name for reading in item.readings if reading.guard is None),
    )


class _Reader:
    """Reads the sections in the order in which they build on each other."""

    def __init__(self, report: Report, top: Fields) -> None:
        self.report, self.top, self.names = report, top, Names()
        self.definitions = Definitions(report, self.names)

    def protocol(self) -> Protocol:
        self.top.require("protocol", "version", "doses", "rules")
        sources = self._section("sources", "a source", partial(read_source, self.report))
        self.names.sources = dict.fromkeys(sources)
        self.names.levels = self._found("doses", read_ladder(self.report, self.top))
        self._declare()
        entries = self._entries("derived")
        numbers, scores = read_numbers(self.report, self.names, entries), read_scores(self.definitions, entries)
        derived = self._section("derived", "a derived input", self.definitions.derived)
        trackers = self._section("trackers", "a tracker", self.definitions.tracker)
        interpretations = self._section("interpretations", "an interpretation", self.definitions.interpretation)
        self._check_uses()
        uncovered, rules = self._read_otherwise(), self._rules()
        read = Protocol(
            self._name(),
            self.top.text("version"),
            _whole(self.names.levels),
            _whole(self.names.inputs),
            tuple(rule for item in rules for rule in (item.rules if isinstance(item, ReadTable) else (item,))),
            derived=_whole(derived),
            numbers=_whole(numbers),
            trackers=_whole(trackers),
            interpretations=_whole(interpretations),
            sources=_whole(sources),
            otherwise=tuple(control for control, word in uncovered if word == "continue"),
            silent=tuple(control for control, word in uncovered if word == "silent"),
            resolution=self.top.word("time", RESOLUTIONS, "days"),
            safe_side=self.top.word("safe side", SAFE_SIDES, "less"),
            between_visits=self.top.word("between visits", BETWEEN_VISITS, "wait"),
            act_within=self.top.duration("act within"),
            ladder_ends=read_ends(self.report, self.top),
            title=self.top.text("title"),
            drug=self.top.text("drug"),
            note=self.top.text("note"),
            **self._claimed(),
            monitoring=self._monitoring(),
            scores=_whole(scores),
            dispensing=read_dispensing(self.report, self.names, self.top),
        )
        return evolve(read, tables=tuple(item.said(duration_trackers(read)) for item in rules if isinstance(item, ReadTable)))

    def _check_uses(self) -> None:
        uses = self.definitions.uses
        check_circles(self.report, {name: used for name, used in uses.items() if name not in self.names.trackers})
        check_tracker_guards(self.report, self.names, uses)

    def _rules(self) -> tuple[Rule | ReadTable, ...]:
        return _whole(self._section("rules", "a rule", self._rule, RESERVED_RULES))

    def _rule(self, name: Scalar, node: Node) -> Rule | ReadTable | None:
        return (read_table if is_table(node) else read_rule)(self.report, self.names, name, node)

    def _claimed(self) -> dict[str, Any]:
        """The properties of the file, and what it expects of those that are built in."""
        found = self._section("properties", "a property", partial(read_entry, self.report, self.names)).values()
        own = tuple(one for one in found if isinstance(one, Property))
        return {"properties": own, "expectations": tuple(one for one in found if isinstance(one, Expectation))}

    def _monitoring(self) -> tuple[Monitoring, ...]:
        read = partial(read_monitoring, self.report, self.names)
        return _whole(self._section("monitoring", "a monitoring entry", read))

    def _section(
        self, section: str, what: str, read: Callable[[Scalar, Node], Item], reserved: frozenset[str] = RESERVED
    ) -> dict[str, Item]:
        return self._found(section, named(self.report, self.top, section, what, read, reserved))

    def _found(self, section: str, found: dict[str, Item] | None) -> dict[str, Item]:
        if found is None:
            self.names.broken.add(section)
        return found or {}

    def _declare(self) -> None:
        """Notes the inputs, and the names of what is defined later, so that the order of the file does not matter."""
        self.names.inputs = self._section("inputs", "an input", partial(read_input, self.report))
        self.names.derived = dict.fromkeys(key.text for key, _ in self._entries("derived"))
        self.names.trackers = {key.text: tracker_name(node) for key, node in self._entries("trackers")}
        self.names.interpretations = {key.text: question_name(node) for key, node in self._entries("interpretations")}
        self.names.cells = {key.text: cell_kinds(key.text, node) for key, node in self._entries("rules") if is_table(node)}
        self.names.rules = {key.text: rule_kinds(node) for key, node in self._entries("rules")}
        self.names.rules |= {name: frozenset().union(*kinds.values()) or None for name, kinds in self.names.cells.items()}
        self.names.broken |= {section for section in SECTIONS if self._is_broken(section)}
        sections = ("inputs", "derived", "trackers", "interpretations")
        check_one_namespace(self.report, {name: {key.text: key for key, _ in self._entries(name)} for name in sections})

    def _entries(self, section: str) -> tuple[tuple[Scalar, Node], ...]:
        node = self.top.node(section)
        return node.entries if isinstance(node, Mapping) else ()

    def _is_broken(self, section: str) -> bool:
        return section != "doses" and self.top.has(section) and not self._entries(section)  # a ladder can be one text

    def _name(self) -> str:
        name = self.top.scalar("protocol")
        if name:
            check_name(self.report, name, "a protocol")
        return name.text if name else ""

    def _read_otherwise(self) -> tuple[tuple[ControlKind, str], ...]:
        """What a visit means that no rule covers, for each control state of which the file says it."""
        node = self.top.node("otherwise")
        mapping = entries(self.report, self.top.entries["otherwise"][0], node) if node else None
        found: list[tuple[ControlKind, str]] = []
        for key, value in mapping.entries if mapping else ():
            control = one_of(self.report, key, OTHERWISE, "a state in which treatment can go on", "States")
            text = text_node(self.report, key, value)
            word = text and one_of(self.report, text, UNCOVERED, "what can happen otherwise", "Actions")
            if control and word:
                found.append((control, word))
        return tuple(found)


def _whole(found: dict[str, Item | None]) -> tuple[Item, ...]:
    """What could be read; where something could not, the file is refused anyway."""
    return tuple(item for item in found.values() if item is not None)
