"""What a property remembers of a course, and whether it fails at the next visit: the one meaning of history, for one course and
for all courses.

A ``Monitor`` is made of a property once. Its ``parts`` are claims of one visit, without a past; whoever looks at a visit says of
each of them whether it is true, false or unknown (None) there, in that order. That and the ``History`` up to the visit is all
that ``after_visit`` needs. A history is small: it can be compared and be part of the state of a search.

- ``past``: for each past claim of the property the bounds of what came before (``protocol.semantics.past``).
- ``owed``: what was begun and is not over. Of several that are owed at once only the ones that matter to where the property
  fails first are kept: with ``sometimes`` the one that ends first, else the one that ends last, and beside one that certainly
  began one that only perhaps did, where it is not covered by the other. So there are at most two.

What is unknown at one visit does not vary together with what is unknown at another. Within a visit everything does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product

from attrs import frozen

from protocol.model.property import Claim, No, OfVisits, Past, Property, Response, Since, Until, Visits
from protocol.semantics.past import ALWAYS, NEVER, NOTHING_YET, Bounds, Stages, all_of, any_of, forms, not_, past_claims, stages

Truths = Sequence[bool | None]
"""For each part of a monitor whether it is true, false or unknown at a visit."""


@frozen
class Owed:
    """What was begun: for how many visits or minutes more (None: until it is ended), and whether it certainly was."""

    left: int | None
    certain: bool


@frozen
class History:
    """What a monitor remembers of the visits so far."""

    past: tuple[Bounds, ...]
    owed: tuple[Owed, ...] = ()


@frozen
class Judgement:
    """What a property comes to at a visit, and what is remembered after it.

    ``fails``: whether it fails there; None: for some value of what is missing. ``begins``: whether ``after`` begins something
    there (True where there is no ``after``); ``shown``: whether what is to be so sometimes is so there.
    """

    fails: bool | None
    history: History
    begins: bool | None = True
    shown: bool | None = False


IS_SO, IS_NOT_SO = -1, -2


@frozen
class Question:
    """A claim that is asked at each visit: which past claims are in it, and for their stages the place of the part that it comes
    to, or ``IS_SO`` or ``IS_NOT_SO`` where it comes to the same at every visit."""

    past: tuple[int, ...]
    forms: Mapping[Stages, int]


NOT_ASKED = Question((), {})


@frozen(eq=False)
class Monitor:
    """A property made ready to be judged visit by visit.

    ``begins``: something is begun; ``begins_wrong``: and goes wrong at once; ``goes_on``: what was begun is not over at this
    visit; ``wrong``: and goes wrong. ``moves`` are asked for the past: of ``Since`` itself, of ``Times`` what it counts.
    """

    property: Property
    parts: tuple[Claim, ...]
    past: tuple[Past, ...]
    moves: tuple[Question, ...]
    wrong: Question = NOT_ASKED
    goes_on: Question = NOT_ASKED
    begins: Question = NOT_ASKED
    begins_wrong: Question = NOT_ASKED


def monitor_of(item: Property) -> Monitor:
    """The monitor of a property."""
    past = tuple(dict.fromkeys(claim for claim in item.claims() if isinstance(claim, Past)))
    parts: dict[Claim, int] = {}

    def place(form: Claim) -> int:
        if form in (ALWAYS, NEVER):
            return IS_SO if form == ALWAYS else IS_NOT_SO
        return parts.setdefault(form, len(parts))

    def asked(claim: Claim) -> Question:
        places = tuple(past.index(part) for part in past_claims(claim))
        return Question(places, {found: place(form) for found, form in forms(claim)})

    questions = {name: asked(claim) for name, claim in _questions(item)}
    moves = tuple(asked(part if isinstance(part, Since) else part.what) for part in past)
    return Monitor(item, tuple(parts), past, moves, **questions)


def _questions(item: Property) -> Iterator[tuple[str, Claim]]:
    """What has to be asked at a visit to judge a property there."""
    sentence, over = item.sentence, item.exceptions
    wrong = sentence.claim if sentence.family == "never" else No(sentence.claim)
    match sentence:
        case OfVisits("sometimes", claim):
            yield "wrong", claim
        case OfVisits():
            yield "wrong", all_of((wrong, not_(any_of(over))))
        case Response(after, within):
            goes_on = not_(any_of((*over, within.claim) if isinstance(within, Until) else over))
            yield "begins", all_of((after, goes_on))
            yield "begins_wrong", all_of((after, goes_on, wrong))
            if within != Visits(0):
                yield "wrong", all_of((goes_on, wrong))
            if within != Visits(0) and sentence.family != "sometimes":
                yield "goes_on", goes_on


def first_history(monitor: Monitor) -> History:
    """What a monitor remembers before the first visit."""
    return History(tuple(NOTHING_YET for _ in monitor.past))


def after_visit(monitor: Monitor, history: History, truths: Truths, elapsed: int = 0, *, begins: bool = True) -> Judgement:
    """The judgement of a visit, ``elapsed`` minutes after the one before. Without ``begins`` nothing new is begun there."""
    ask = partial(_asked, monitor, history.past, truths)
    sentence = monitor.property.sentence
    past = tuple(_moved(part, ask(move), one) for part, move, one in zip(monitor.past, monitor.moves, history.past, strict=True))
    if isinstance(sentence, OfVisits):
        found = ask(monitor.wrong)
        if sentence.family == "sometimes":
            return Judgement(False, History(past), shown=found)
        return Judgement(found, History(past))
    begun = ask(monitor.begins) if begins else False
    judged = [_later(monitor, sentence, one, elapsed, ask) for one in history.owed]
    if begun is not False:
        judged.append(_begun(monitor, sentence, begun, ask))
    owed = _kept((one for _, one in judged if one is not None), sentence.family)
    return Judgement(some(fails for fails, _ in judged), History(past, owed), begun)


Asking = Callable[[Question], bool | None]
Came = tuple[bool | None, Owed | None]
"""Whether what was begun has failed at a visit, and what of it is owed after it."""


def _asked(monitor: Monitor, past: tuple[Bounds, ...], truths: Truths, question: Question) -> bool | None:
    """The truth that a question has at every stage that its past claims can be at; None where it has several."""
    found: set[bool | None] = set()
    for at in product(*(stages(monitor.past[place], past[place]) for place in question.past)):
        place = question.forms[at]
        found.add(truths[place] if place >= 0 else place == IS_SO)
        if len(found) > 1:
            return None
    return found.pop()


def _moved(part: Past, truth: bool | None, before: Bounds) -> Bounds:
    least, most = (0, 0) if isinstance(part, Since) else before
    end = 1 if isinstance(part, Since) else part.count
    return min(end, least + (truth is True)), min(end, most + (truth is not False))


def _begun(monitor: Monitor, sentence: Response, begun: bool | None, ask: Asking) -> Came:
    left = None if isinstance(sentence.within, Until) else sentence.within.count
    now = ask(monitor.begins_wrong)
    return _awaited(now, left) if sentence.family == "sometimes" else (now, _owed(begun, left))


def _later(monitor: Monitor, sentence: Response, one: Owed, elapsed: int, ask: Asking) -> Came:
    left = None if one.left is None else one.left - (1 if isinstance(sentence.within, Visits) else elapsed)
    still = True if one.certain else None
    if sentence.family == "sometimes":
        return _awaited(every((still, ask(monitor.wrong))), left)
    if left is not None and left < 0:
        return False, None
    return every((still, ask(monitor.wrong))), _owed(every((still, ask(monitor.goes_on))), left)


def _awaited(still: bool | None, left: int | None) -> Came:
    """What is to happen sometimes fails when the time is over, or at the first visit after it, and nothing has answered."""
    is_over = left is not None and left <= 0
    return (still, None) if is_over else (False, _owed(still, left))


def _owed(still: bool | None, left: int | None) -> Owed | None:
    return None if still is False or (left is not None and left <= 0) else Owed(left, still is True)


def _kept(owed: Iterable[Owed], family: str) -> tuple[Owed, ...]:
    """Those that matter to where the property fails first, the certain one before the one that perhaps is owed."""
    sign = 1 if family == "sometimes" else -1
    first = sorted(owed, key=lambda one: (sign * (one.left or 0), not one.certain))
    certain = next((one for one in first if one.certain), None)
    perhaps = next((one for one in first if not one.certain), None)
    if certain and perhaps and first.index(certain) < first.index(perhaps):
        perhaps = None
    return tuple(one for one in (certain, perhaps) if one is not None)


def every(truths: Iterable[bool | None]) -> bool | None:
    """Whether all are so."""
    found = set(truths)
    return False if False in found else None if None in found else True


def some(truths: Iterable[bool | None]) -> bool | None:
    """Whether one is so."""
    found = set(truths)
    return True if True in found else None if None in found else False
