"""Which courses that are known tell a mutant from its protocol, by what somebody expects of them or by a property?

Known are the courses that were written by hand and those that told another mutant at the same place. Those on which the protocol
follows the place that was changed come first, those whose dates are ranges last, as each of them is many courses. The first that
tells is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import define, field, frozen

from protocol.adapters.sheet import Example
from protocol.checks.expectations import differences
from protocol.checks.properties_of_course import judged
from protocol.errors import ProtocolError
from protocol.model.course import Course
from protocol.model.decision import Trace
from protocol.model.mutation import Shown
from protocol.model.protocol import Protocol
from protocol.model.table import table_of
from protocol.semantics.trace import trace
from protocol.verification.mutation.mutant import Mutant
from protocol.verification.mutation.shown import of_step
from protocol.verification.mutation.taken import taken

Witnesses = Callable[[frozenset[str]], Mapping[str, Course]]
"""Courses that show what properties of these names say to happen sometimes."""

MOST_DIFFERING = 12
"""Hand-written courses on which a mutant differs that properties are asked of."""


@frozen(eq=False)
class Known:
    """A hand-written course, what the protocol shows on it, the rules that it follows, and whether it is one of many."""

    example: Example
    shown: tuple[Shown, ...]
    rules: frozenset[str]
    vague: bool


@frozen
class _Properties:
    """The properties that fail on a course, and those of which it shows what happens sometimes."""

    failing: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()


@define(eq=False)
class Recorded:
    """The courses that are known, and what of a mutant was found on them."""

    protocol: Protocol
    examples: tuple[Example, ...]
    _known: list[Known] = field(factory=list)
    _told: list[Course] = field(factory=list)
    _properties: dict[Course, _Properties] = field(factory=dict)
    _mutant: str = ""
    _differing: list[Course] = field(factory=list)
    _left: list[Known] = field(factory=list)

    def forget(self) -> None:
        """Forgets which courses told mutants at another place."""
        self._told.clear()

    def by_course(self, mutant: Mutant) -> str:
        """The first course that expects something else than the mutant does."""
        self._mutant, self._differing, self._left = mutant.name, [], self._in_order(mutant)
        while self._left:
            one = self._left.pop(0)
            if self._is_told(mutant, one):
                return one.example.course.name
        return ""

    def differing(self, mutant: Mutant) -> tuple[Course, ...]:
        """The hand-written courses on which the mutant was found to differ."""
        assert mutant.name == self._mutant
        return tuple(self._differing)

    def _is_told(self, mutant: Mutant, known: Known) -> bool:
        """Whether a course on which the mutant differs, which is noted, expects something else."""
        course = known.example.course
        try:
            found: Trace = trace(mutant.protocol, course)
        except ProtocolError:
            self._differing.append(course)
            return True
        if known.shown == tuple(map(of_step, found.steps)):
            return False
        self._differing.append(course)
        return bool(differences(course, _expected(known.example), found))

    def _in_order(self, mutant: Mutant) -> list[Known]:
        if not self._known:
            self._known = [_known(self.protocol, one) for one in self.examples]
        return sorted(self._known, key=lambda one: (one.vague, mutant.place not in one.rules, len(one.shown)))

    # Properties

    def by_property(self, mutant: Mutant) -> str:
        """The first property that tells the mutant on a course that is known."""
        if found := self.by_property_on(mutant, (*self._told, *self._differing[:MOST_DIFFERING])):
            return found
        if found := self.by_property_on(mutant, self._taken(mutant, self._differing[:MOST_DIFFERING])):
            return found
        # Further hand-written courses, as the first that expected something else ended the search for them.
        while self._left and not self._left[0].vague and len(self._differing) < MOST_DIFFERING:
            before = len(self._differing)
            self._is_told(mutant, self._left.pop(0))
            new = self._differing[before:]
            if new and (found := self.by_property_on(mutant, (*new, *self._taken(mutant, new)))):
                return found
        return ""

    def _taken(self, mutant: Mutant, courses: Iterable[Course]) -> Iterator[Course]:
        return (one for course in courses for one in taken(self.protocol, mutant.protocol, course))

    def by_property_on(self, mutant: Mutant, courses: Iterable[Course]) -> str:
        """The first property that tells the mutant on one of the courses: it fails there, or was to fail and does not."""
        for course in courses:
            found = _of(mutant.protocol, course)
            before = self._of_protocol(course)
            told = (found.failing - before.failing) | (before.failing - found.failing) & self._expected_on(course)
            if told:
                if course not in self._told:
                    self._told.insert(0, course)
                return sorted(told)[0]
        return ""

    def no_longer_shown(self, mutant: Mutant, sometimes: Iterable[str], witnesses: Witnesses) -> tuple[str, ...]:
        """Those of these properties of which no known course shows any more what is to happen sometimes.

        ``witnesses`` gives courses for those that no hand-written course shows.
        """
        left, never = set(sometimes), set(sometimes)
        for known in self._in_order(mutant):
            course = known.example.course
            shown = self._of_protocol(course).shown
            never -= shown
            if left & shown:
                left -= _of(mutant.protocol, course).shown
        found = witnesses(frozenset(never)) if never else {}
        for name in sorted(left & found.keys()):
            if name in left:
                left -= _of(mutant.protocol, found[name]).shown
        return tuple(sorted(left))

    def _of_protocol(self, course: Course) -> _Properties:
        found = self._properties.get(course)
        if found is None:
            found = self._properties[course] = _of(self.protocol, course)
        return found

    def _expected_on(self, course: Course) -> frozenset[str]:
        """The properties of which the file says that this course shows that they fail."""
        properties = self.protocol.properties
        return frozenset(one.name for one in properties if one.expected == "fails" and one.course == course.name != "")


def _known(protocol: Protocol, example: Example) -> Known:
    steps = trace(protocol, example.course).steps
    rules = frozenset(rule for step in steps for rule in _rules(step.decision.rule))
    vague = any(visit.latest is not None for visit in example.course.visits)
    return Known(example, tuple(map(of_step, steps)), rules, vague)


def _rules(rule: str) -> Iterator[str]:
    yield rule
    yield table_of(rule)


def _expected(example: Example) -> list[list[tuple[str, str]]]:
    return [[(item.column, item.value) for item in items] for items in example.expectations]


def _of(protocol: Protocol, course: Course) -> _Properties:
    try:
        found = judged(protocol, course)
    except ProtocolError:
        return _Properties()
    failing = frozenset(one.property.name for one in found.failures if one.certain and not one.property.waiver)
    return _Properties(failing, frozenset(found.shown))
