"""Monitors against the plain reading of a property: every visit from every beginning, and everything unknown as all it can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from random import Random

import pytest

from protocol.model.guard import Is
from protocol.model.property import (
    All,
    Any,
    Asks,
    Claim,
    Minutes,
    No,
    OfVisits,
    Property,
    Response,
    Sentence,
    Since,
    Times,
    Until,
    Visits,
    While,
)
from protocol.semantics.monitors import History, Monitor, after_visit, first_history, monitor_of, some

NAMES = ("a", "b", "c")
a, b, c = (Asks(Is(name, "yes")) for name in NAMES)
Known = tuple[bool, ...]
Seen = tuple[bool | None, ...]
"""What a, b and c are at a visit."""


# The plain reading: courses on which everything is known.
def holds(claim: Claim, course: Sequence[Known], place: int) -> bool:
    match claim:
        case Asks(Is(name)):
            return course[place][NAMES.index(name)]
        case No(part):
            return not holds(part, course, place)
        case All(parts):
            return all(holds(part, course, place) for part in parts)
        case Any(parts):
            return any(holds(part, course, place) for part in parts)
        case While(what, condition):
            return holds(what, course, place) and holds(condition, course, place)
        case Since(what, begin):
            begun = [one for one in range(place + 1) if holds(begin, course, one)]
            return any(all(holds(what, course, one) for one in range(start + 1, place + 1)) for start in begun)
        case Times(count, what):
            return sum(holds(what, course, one) for one in range(place + 1)) >= count
    raise TypeError(f"unknown claim {claim!r}")


def fails(item: Property, course: Sequence[Known], times: Sequence[int]) -> bool:
    """Whether the property fails on the visits so far."""
    return any(fails_from(item, course, times, place) for place in range(len(course)))


def fails_from(item: Property, course: Sequence[Known], times: Sequence[int], place: int) -> bool:
    def counts(one: int) -> bool:
        return not any(holds(claim, course, one) for claim in item.exceptions)

    sentence = item.sentence
    if isinstance(sentence, OfVisits):
        wanted = sentence.family == "always"
        return sentence.family != "sometimes" and counts(place) and holds(sentence.claim, course, place) is not wanted
    if not counts(place) or not holds(sentence.after, course, place):
        return False
    span, ended = spanned(sentence, course, times, place)
    for one in span:
        if not counts(one):
            return False
        if sentence.family == "sometimes" and holds(sentence.claim, course, one):
            return False
        if sentence.family != "sometimes" and holds(sentence.claim, course, one) is (sentence.family == "never"):
            return True
    return sentence.family == "sometimes" and ended


def spanned(sentence: Response, course: Sequence[Known], times: Sequence[int], place: int) -> tuple[list[int], bool]:
    places = list(range(place, len(course)))
    match sentence.within:
        case Visits(count):
            return places[: count + 1], len(places) > count
        case Until(end):
            last = next((one for one in places if holds(end, course, one)), len(course))
            return [one for one in places if one < last], False
        case Minutes(count):
            inside = [one for one in places if times[one] - times[place] <= count]
            looked = times[inside[-1]] - times[place] == count
            late = [] if looked or sentence.family != "sometimes" else places[len(inside) : len(inside) + 1]
            return [*inside, *late], looked or len(places) > len(inside)


# The monitor, on visits at which some of a, b and c can be unknown.
def truths(monitor: Monitor, seen: Seen) -> tuple[bool | None, ...]:
    answers = [{holds(part, (known,), 0) for known in completed(seen)} for part in monitor.parts]
    return tuple(found.pop() if len(found) == 1 else None for found in answers)


def completed(seen: Seen) -> Iterator[Known]:
    return product(*((False, True) if value is None else (value,) for value in seen))


def watched(monitor: Monitor, course: Sequence[Seen], times: Sequence[int]) -> Iterator[tuple[bool | None, History]]:
    """At each visit whether the property has failed by then, and what is remembered."""
    history = first_history(monitor)
    failed: bool | None = False
    told = cache(lambda seen: truths(monitor, seen))
    for place, seen in enumerate(course):
        found = after_visit(monitor, history, told(seen), times[place] - times[max(0, place - 1)])
        failed, history = some((failed, found.fails)), found.history
        yield failed, history


def any_claim(random: Random, depth: int = 2, past: bool = True) -> Claim:
    kind = random.choice(("one", "one", "not", "and", "or", "while", *(("since", "times") if past else ()))) if depth else "one"

    def part(past: bool = past) -> Claim:
        return any_claim(random, depth - 1, past)

    match kind:
        case "not":
            return No(part())
        case "and":
            return All((part(), part()))
        case "or":
            return Any((part(), part()))
        case "while":
            return While(part(), part())
        case "since":
            return Since(part(False), part(False))
        case "times":
            return Times(random.choice((1, 2, 3)), part(False))
    return random.choice((a, b, c))


def any_property(random: Random) -> Property:
    exceptions = tuple(any_claim(random, 1) for _ in range(random.choice((0, 0, 1))))
    family = random.choice(("always", "never", "sometimes"))
    sentence: Sentence = OfVisits(family, any_claim(random))  # type: ignore[arg-type]
    if random.random() < 0.75:
        within = random.choice((Visits(0), Visits(1), Visits(2), Minutes(2), Minutes(3), Until(any_claim(random, 1))))
        lasting = isinstance(within, Until) or within == Visits(0)
        family = random.choice(("always", "never")) if lasting else family
        sentence = Response(any_claim(random), within, family, any_claim(random))  # type: ignore[arg-type]
    return Property("it", sentence, exceptions)


@pytest.mark.parametrize("seed", range(4))
def test_where_everything_is_known_a_monitor_says_what_the_plain_reading_says(seed: int) -> None:
    random = Random(seed)
    for _ in range(400):
        item = any_property(random)
        course = [tuple(random.random() < 0.5 for _ in NAMES) for _ in range(7)]
        times = sorted(random.sample(range(14), len(course)))
        said = [failed for failed, _ in watched(monitor_of(item), course, times)]
        assert said == [fails(item, course[:end], times[:end]) for end in range(1, 8)], (item, course, times)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_certain_is_so_whatever_is_missing(seed: int) -> None:
    random = Random(seed)
    exact = 0
    for _ in range(120):
        item = any_property(random)
        course = [tuple(random.choice((True, False, True, False, None)) for _ in NAMES) for _ in range(4)]
        times = sorted(random.sample(range(8), len(course)))
        *_, (said, _) = watched(monitor_of(item), course, times)
        can = {fails(item, whole, times) for whole in product(*(tuple(completed(seen)) for seen in course))}
        assert said is None or can == {said}, (item, course, times)
        exact += said is not None or len(can) == 2
    assert exact >= 110  # the rest depends on the same missing value of two visits, or on which stage the past was at


@pytest.mark.parametrize("seed", range(2))
def test_a_history_stays_small(seed: int) -> None:
    random = Random(seed)
    seen = tuple(product((True, False, None), repeat=3))
    for _ in range(30):
        monitor = monitor_of(any_property(random))
        course = [random.choice(seen) for _ in range(300)]
        histories = {history for _, history in watched(monitor, course, range(len(course)))}
        assert all(len(history.owed) <= 2 for history in histories)
        assert len(histories) <= 6 ** len(monitor.past) * 16


def test_what_is_asked_of_a_visit_is_no_more_than_the_sentence_needs() -> None:
    assert monitor_of(Property("it", OfVisits("never", While(a, b)))).parts == (All((a, b)),)
    assert monitor_of(Property("it", Response(a, Visits(0), "always", b))).parts == (a, All((a, No(b))))
    assert monitor_of(Property("it", Response(a, Until(c), "always", b))).parts == (
        All((a, No(c))), All((a, No(c), No(b))), All((No(c), No(b))), No(c),
    )  # fmt: skip
    assert monitor_of(Property("it", OfVisits("never", Since(a, b)))).parts == (b, Any((b, a)))


def test_something_unknown_is_one_thing_within_a_visit_also_beside_the_past() -> None:
    item = monitor_of(Property("it", OfVisits("never", While(Since(b, a), All((a, No(a)))))))
    unknown: Seen = (None, None, None)
    assert [failed for failed, _ in watched(item, (unknown, unknown), (0, 1))] == [False, False]
