"""What does a protocol ask of a patient: which inputs, trackers and clocks, and what of each of them?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen

from protocol.model.guard import Atom, Clock, Compare, Guard, Is, Known, Named, Operator, Ratio, Term, Tracked, Value, nodes
from protocol.model.input import Score, Tracker
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.semantics.claims import asked_name, watched
from protocol.semantics.prepared import Prepared, prepare
from protocol.verification.search.axes import Axis
from protocol.verification.search.freed import NOTHING, Free, freed, name_of
from protocol.verification.search.scoring import FollowedScore, asked_behind, followed


@frozen(eq=False)
class AskedBy:
    """What one protocol asks. ``stepping`` are the parts of guards of rules that use up what makes them true.

    ``cares`` are inputs of which it matters whether a reading is older than a step or hold, ``carried`` those of which it matters
    whether it is carried over, ``kept`` those whose readings are kept. ``once``: some hold is called for once by one reading;
    ``steps``: something else uses up what makes it true. ``free`` are clocks and trackers that are asked like
    inputs, by name; ``roughly`` are those trackers among them that are followed, but not how long ago things were. ``scores``
    follow from what else is asked of a visit.
    """

    protocol: Protocol
    prepared: Prepared
    guards: tuple[Guard, ...]
    trackers: tuple[Tracker, ...]
    stepping: tuple[Guard, ...]
    cares: frozenset[str]
    carried: frozenset[str]
    kept: frozenset[str]
    once: bool
    steps: bool
    free: dict[str, Term]
    roughly: frozenset[str]
    scores: tuple[Score, ...] = ()

    def terms(self) -> tuple[Term | Known, ...]:
        """Everything that is asked, each once."""
        return tuple(dict.fromkeys(term for guard in self.guards for term in self.prepared.terms(guard)))

    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs that are asked, each once."""
        names = [name for term in self.terms() if (name := getattr(term, "input", ""))]
        return tuple(dict.fromkeys([*names, *(tracker.input for tracker in self.trackers if tracker.input)]))

    def compared(self) -> Iterator[Compare]:
        """Every comparison that is made."""
        for guard in self.guards:
            yield from (node for node in opened(self.prepared, guard) if isinstance(node, Compare))

    def atoms(self, name: str) -> Iterator[Atom]:
        """Every comparison of the values of an input."""
        for guard in self.guards:
            for node in opened(self.prepared, guard):
                match node:
                    case Compare(Value(asked) | Ratio(asked)) | Is(asked):
                        if asked == name:
                            yield node
                    case _:
                        pass

    def told(self) -> frozenset[Guard]:
        """What is asked of inputs, each in one form: so much the axes tell of a visit."""
        found = (node for guard in self.guards for node in opened(self.prepared, guard) if isinstance(node, Compare | Is | Known))
        return frozenset(in_one_form(node) for node in found if is_of_input(node))

    def followed(self, axes: Iterable[Axis]) -> dict[int, FollowedScore]:
        """The scores that follow from the other axes, each by the place of its own."""
        scores = {score.name: FollowedScore(score, tuple(self.atoms(score.name))) for score in self.scores}
        return {place: scores[axis.name] for place, axis in enumerate(axes) if axis.name in scores}

    def due(self) -> tuple[Compare, ...]:
        """The comparisons, of rules that use something up, that come due by time."""
        return tuple(dict.fromkeys(_dated(self.stepping, self.trackers)))

    def clock_caps(self) -> dict[str, int]:
        """For each clock that is asked the age from which on it is the same for all that asks it."""
        caps: dict[str, int] = {}
        for node in self.compared():
            if isinstance(node.term, Clock):
                caps[node.term.name] = max(caps.get(node.term.name, 0), int(node.constant) + 1)
        return caps


def dating_alike(asking: Sequence[AskedBy]) -> tuple[AskedBy, ...]:
    """The same of protocols that are compared: where it matters in one of them how new a reading is, it is told in all."""
    cares = frozenset().union(*(one.cares for one in asking))
    once, steps = any(one.once for one in asking), any(one.steps for one in asking)
    return tuple(evolve(one, cares=cares, once=once, steps=steps) for one in asking)


def asked_by(protocol: Protocol, remembered: frozenset[str] = frozenset(), free: Free = NOTHING) -> AskedBy:
    """What a protocol asks: its rules in force, what they stand on, and its properties. Computed values are asked like others.

    Of inputs that are ``remembered`` the readings are kept even where nothing needs that; clocks and trackers that are ``free``
    are asked like inputs, and some of these trackers still followed ``roughly``.
    """
    full = prepare(watched(protocol))
    prepared = evolve(
        full, numbers={}, scores={}, scheduled=(), monitoring=(), defaulted=frozenset(), baselines=frozenset(), reach={}
    )
    before, prepared = prepared, freed(prepared, free)
    named = [Named(asked_name(guard)) for item in protocol.claimed() for guard in item.guards()]
    roots: list[Guard] = [*(rule.when for rule in prepared.rules), *named]
    every = _asked_trackers(before, [*(rule.when for rule in before.rules), *named])
    roughly = frozenset(one.name for one in every if Tracked(one.name) in free.roughly)
    trackers = (*_asked_trackers(prepared, roots), *(one for one in every if one.name in roughly))
    guards = (*roots, *(guard for tracker in trackers for guard in _conditions(tracker)))
    scores = followed(full, axes_asked(prepared, roots), _used_later(prepared))
    guards = (*guards, *(guard for score in scores for guard in asked_behind(full, score)))
    stepping = tuple(node for rule in prepared.rules if uses_up(rule) for node in opened(prepared, rule.when))
    exact = [tracker for tracker in trackers if tracker.name not in roughly]
    lasting = [guard for tracker in exact if tracker.kind in ("duration", "since") for guard in _conditions(tracker)]
    counting = [guard for tracker in trackers if _tells_measured(tracker) for guard in _conditions(tracker)]
    cares = _inputs(prepared, stepping)
    kept = axes_asked(prepared, lasting) | {item.name for item in protocol.inputs if item.fixed} | remembered
    once = any(rule.once for rule in prepared.rules)
    steps = any(uses_up(rule) and rule.action.kind != "hold" for rule in prepared.rules)
    carried = frozenset(cares | kept | _aged(prepared, guards) | _inputs(prepared, counting))
    asked = protocol, prepared, guards, trackers, stepping, frozenset(cares), carried, frozenset(kept), once, steps
    named_free = {name: term for term in free.terms if (name := name_of(term)) in prepared.inputs}
    return AskedBy(*asked, named_free, roughly, scores)


def _used_later(prepared: Prepared) -> set[str]:
    """What trackers follow, and what steps use up."""
    asked = [guard for tracker in prepared.trackers for guard in _conditions(tracker)]
    asked += [rule.when for rule in prepared.rules if uses_up(rule)]
    return axes_asked(prepared, asked) | {tracker.input for tracker in prepared.trackers}


def _tells_measured(tracker: Tracker) -> bool:
    """Whether it makes a difference to a count that something was measured, or carried over."""
    return tracker.kind == "consecutive" or (tracker.kind == "episodes" and tracker.measured_only)


def opened(prepared: Prepared, guard: Guard) -> Iterator[Guard]:
    """The guard and everything in it, what named guards stand for too."""
    for node in nodes(guard):
        yield node
        if isinstance(node, Named):
            yield from opened(prepared, prepared.definitions[node.name])


def trackers_acted_on(prepared: Prepared) -> frozenset[str]:
    """The trackers of which it is asked whether they moved since the last step, or the last hold."""
    stepping = (node for rule in prepared.rules if uses_up(rule) for node in opened(prepared, rule.when))
    return frozenset(node.term.tracker for node in stepping if isinstance(node, Compare) and isinstance(node.term, Tracked))


def uses_up(rule: Rule) -> bool:
    """Whether what makes the rule true is used up by it: a step, or a hold that one reading calls for once."""
    return (rule.action.kind in ("escalate", "reduce") and not rule.again) or (rule.action.kind == "hold" and rule.once)


def _conditions(tracker: Tracker) -> tuple[Guard, ...]:
    return (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)


def _asked_trackers(prepared: Prepared, roots: Iterable[Guard]) -> tuple[Tracker, ...]:
    names = {node.term.tracker for guard in roots for node in opened(prepared, guard) if _is_of_tracker(node)}  # type: ignore[union-attr]
    return tuple(tracker for tracker in prepared.trackers if tracker.name in names)


def _is_of_tracker(node: Guard) -> bool:
    return isinstance(node, Compare) and isinstance(node.term, Tracked)


def axis_name(term: Term | Known) -> str:
    """The axis that a term asks; empty for what is no input."""
    name: str = getattr(term, "input", "")
    return f"{name} / baseline" if isinstance(term, Ratio) and term.limit == "baseline" else name


def axes_asked(prepared: Prepared, guards: Iterable[Guard]) -> set[str]:
    """The names of the axes that conditions ask."""
    return {name for guard in guards for term in prepared.terms(guard) if (name := axis_name(term))}


def _inputs(prepared: Prepared, guards: Iterable[Guard]) -> set[str]:
    return {name for guard in guards for name in prepared.inputs_of(guard)}


def _aged(prepared: Prepared, guards: Iterable[Guard]) -> set[str]:
    """The inputs of which it is asked whether their reading is younger than it has to be to count at all."""
    known = (node for guard in guards for node in opened(prepared, guard) if isinstance(node, Known))
    return {node.input for node in known if node.within is not None and _lapses_before(prepared, node.input, node.within)}


def _lapses_before(prepared: Prepared, name: str, within: int) -> bool:
    valid_for = prepared.inputs[name].valid_for
    return valid_for is None or within < valid_for


def _dated(guards: Iterable[Guard], trackers: tuple[Tracker, ...]) -> Iterator[Compare]:
    """The comparisons that come due by time: of clocks, and of how long or how long ago something was so."""
    kinds = {tracker.name: tracker.kind for tracker in trackers}
    for node in guards:
        match node:
            case Compare(Clock()):
                yield node
            case Compare(Tracked(name)) if kinds[name] in ("duration", "since"):
                yield node
            case _:
                pass


def is_of_input(node: Guard) -> bool:
    """Whether something is asked of an input, and not of a tracker, a clock or a dose."""
    return isinstance(node, Is | Known) or (isinstance(node, Compare) and isinstance(node.term, Value | Ratio))


def in_one_form(node: Guard) -> Guard:
    """A comparison or its opposite, the same one for both: what tells the one tells the other."""
    opposite: dict[str, Operator] = {"<=": ">", "<": ">=", "!=": "=="}
    return evolve(node, operator=opposite.get(node.operator, node.operator)) if isinstance(node, Compare) else node


def due_at(atom: Compare) -> int:
    """The age at which a comparison comes due."""
    return int(atom.constant) - (atom.early if atom.operator == ">=" else 0)


def in_order(asking: Iterable[AskedBy]) -> tuple[str, ...]:
    """The inputs that several protocols ask, in the order in which their diagrams ask them.

    Where something is free, those come first of which many are asked together and never few: what they come to together is all
    that matters of them, and is worked out at the top. Each group stays together.
    """
    every = tuple(asking)
    names = dict.fromkeys(name for one in every for name in one.inputs())
    if not any(one.free for one in every):
        return tuple(names)
    fewest: dict[str, tuple[int, int]] = {}
    guards = [(one.prepared, rule.when) for one in every for rule in one.prepared.rules]
    for number, together in enumerate(prepared.inputs_of(guard) for prepared, guard in guards):
        for name in together:
            fewest[name] = min(fewest.get(name, (len(together), number)), (len(together), number))
    return tuple(sorted(names, key=lambda name: (-fewest[name][0], fewest[name][1]) if name in fewest else (0, 0)))
