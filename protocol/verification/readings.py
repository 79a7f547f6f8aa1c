"""Which properties hold however the open questions are read, and which patient tells two readings of one question apart?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product
from math import prod
from time import monotonic

from attrs import define, field

from protocol.model.difference import Difference
from protocol.model.interpreted import Combination, How, Interpreted, PropertyRead, Told, Under
from protocol.model.protocol import Interpretation, Protocol, fingerprint
from protocol.model.verification import INTERRUPTED, Outcome, Report, worst
from protocol.verification.difference.diff import diff
from protocol.verification.verify import verify

MOST_COMBINATIONS = 32
"""So many combinations are all looked at; of more, those near the chosen one."""
SECONDS_OF_A_PAIR = 90.0
MOST_SECONDS = 900.0

Verify = Callable[[Protocol, float], Report]
Progress = Callable[[str], None]


def interpreted(
    protocol: Protocol,
    *,
    every: int | None = None,
    most: int = MOST_COMBINATIONS,
    seconds: float = MOST_SECONDS,
    memory: int | None = None,
    properties: bool = True,
    only: tuple[str, ...] = (),
    ask: Verify | None = None,
    progress: Progress | None = None,
) -> Interpreted:
    """What the readings of the open questions come to; first the pairs of readings, then the properties.

    ``most`` combinations are all looked at, of more only those that differ from the chosen readings in one question or two.
    After so many ``seconds`` what is left is not looked at; nor is what needs more MB of ``memory``. ``only`` names properties;
    none are all. ``ask`` gives the report on a protocol within so many seconds, in place of ``verify``. ``progress`` is told what
    is being done.
    """
    work = _Work(protocol, every, seconds, progress or (lambda text: None), ask, only, memory)
    how, wanted = _wanted(protocol, most)
    work.pairs = [Told(item.name, one, other) for item in protocol.interpretations for one, other in _pairs(item)]
    try:
        work.compare()
        if properties:
            work.verify(wanted)
    except KeyboardInterrupt:
        work.ended = INTERRUPTED
    return Interpreted(
        protocol.name, protocol.version, fingerprint(protocol), how, _possible(protocol), len(wanted) if properties else 0,
        tuple(work.reports), tuple(work.read()), tuple(work.pairs), work.ended,
    )  # fmt: skip


def _pairs(item: Interpretation) -> Iterator[tuple[str, str]]:
    """The pairs of readings of a question, those with the chosen one first."""
    names = sorted((reading.name for reading in item.readings), key=lambda name: name != item.chosen)
    return combinations(names, 2)


def _possible(protocol: Protocol) -> int:
    return prod(len(item.readings) for item in protocol.interpretations)


def _wanted(protocol: Protocol, most: int) -> tuple[How, list[Combination]]:
    """The combinations to look at, the chosen one first, and those that are near it before the others."""
    choices = [[(item.name, reading.name) for reading in item.readings] for item in protocol.interpretations]
    chosen = {(item.name, item.chosen) for item in protocol.interpretations}
    if _possible(protocol) <= most:
        found = [tuple(one for one in whole if one not in chosen) for whole in product(*choices)]
        return "all", sorted(found, key=len)
    others = [[one for one in some if one not in chosen] for some in choices]
    single = [(one,) for some in others for one in some]
    double = [pair for some, more in combinations(others, 2) for pair in product(some, more)]
    return "near", [(), *single, *double]


@define
class _Work:
    """What is found out while readings are compared."""

    protocol: Protocol
    every: int | None
    seconds: float
    say: Progress
    ask: Verify | None
    only: tuple[str, ...] = ()
    memory: int | None = None
    pairs: list[Told] = field(factory=list)
    reports: dict[Combination, Report] = field(factory=dict)
    ended: str = ""
    until: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.until = monotonic() + self.seconds

    def left(self) -> float:
        """The seconds that are left; where there are none it says that it is over."""
        left = self.until - monotonic()
        if left <= 0:
            self.ended = f"it took more than {self.seconds:g} seconds"
        return left

    def compare(self) -> None:
        """Looks for a patient for each pair of readings."""
        for place, pair in enumerate(self.pairs):
            if (left := self.left()) <= 0:
                return
            # Half of the time is for the properties, and no pair takes from another.
            share = min(SECONDS_OF_A_PAIR, left / 2, max(left / (len(self.pairs) - place), 1))
            found = self._difference(pair, place, share)
            if found.is_interrupted:
                raise KeyboardInterrupt
            self.pairs[place] = Told(pair.question, pair.one, pair.other, found)

    def _difference(self, pair: Told, place: int, seconds: float) -> Difference:
        said = f"{place + 1} of {len(self.pairs)} pairs of readings, {pair.question}"
        one, other = (self.protocol.with_reading(pair.question, name) for name in (pair.one, pair.other))
        self.say(said)
        return diff(
            one, other, every=self.every, seconds=seconds, memory=self.memory, first=True,
            progress=lambda text: self.say(f"{said}: {text.partition(': ')[2]}"),
        )  # fmt: skip

    def verify(self, wanted: list[Combination]) -> None:
        """Asks all properties under each combination."""
        for place, combination in enumerate(wanted):
            if (left := self.left()) <= 0:
                return
            said = f"{place + 1} of {len(wanted)} combinations of readings"
            self.say(said)
            report = self._report(under(self.protocol, combination), left, said)
            if report.is_interrupted:
                raise KeyboardInterrupt
            self.reports[combination] = report

    def _report(self, protocol: Protocol, seconds: float, said: str) -> Report:
        if self.ask is not None:
            return self.ask(protocol, seconds)
        return verify(
            protocol,
            only=self.only,
            every=self.every,
            seconds=seconds,
            memory=self.memory,
            progress=lambda text: self.say(f"{said}: {text.partition(': ')[2]}"),
        )

    def read(self) -> Iterator[PropertyRead]:
        """Each property under the combinations that were looked at."""
        first = next(iter(self.reports.values()), None)
        for name, origin in dict.fromkeys((one.name, one.origin) for one in first.verdicts) if first else ():
            under = (Under(readings, _outcome(report, name, origin)) for readings, report in self.reports.items())
            yield PropertyRead(name, origin, tuple(under))


def _outcome(report: Report, name: str, origin: str) -> Outcome:
    found = [one for one in report.verdicts if (one.name, one.origin) == (name, origin)]
    return worst(found).outcome if found else "unfinished"


def under(protocol: Protocol, readings: Combination) -> Protocol:
    """The protocol with these readings in place of the chosen ones."""
    for question, reading in readings:
        protocol = protocol.with_reading(question, reading)
    return protocol
