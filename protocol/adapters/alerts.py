"""What machines are told of a verification: one alert for each thing that somebody may have to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from attrs import frozen

from protocol.adapters.counterexample import course_text, headline, rests_on, visits_told
from protocol.adapters.story import Told, folded
from protocol.adapters.verified import Judged, Place, Verified, artefacts, judged, say_grid, unreached
from protocol.model.verification import Verdict, key_of

Level = Literal["error", "warning", "note"]
_UNREACHED = {"rule": "V301", "cell": "V301", "level": "V302"}
_ANY_STATE = "V303"


@frozen
class Alert:
    """A code, how grave it is, what it is about and where that is written.

    ``visits`` tell the counterexample and ``course`` is its table; ``key`` stays the same from run to run. ``reason`` says why
    nobody has to look at it: written ``in`` the spec, or in a baseline ``beside`` it.
    """

    code: str
    level: Level
    about: str
    message: str
    place: Place
    key: str
    visits: tuple[Told, ...] = ()
    story: tuple[str, ...] = ()
    course: str = ""
    reason: str = ""
    written: Literal["", "in", "beside"] = ""

    @property
    def whole(self) -> str:
        """The message and the story of the counterexample, a line for each visit."""
        return "\n".join((self.message, *(f"  {line}" for line in self.story)))


def alerts(verified: Verified, allow_unproved: bool = False) -> tuple[Alert, ...]:
    """All of them: properties first, in their order, then what no course reaches, then the baseline's entries that are stale."""
    return (
        *(alert for one in judged(verified) for alert in of_property(verified, one, allow_unproved)),
        *_of_coverage(verified),
        *_of_baseline(verified),
    )


def of_property(verified: Verified, one: Judged, allow_unproved: bool) -> Iterator[Alert]:
    """The alert of one property, if there is anything to tell of it."""
    verdict = one.verdict
    grade: Level = "warning" if allow_unproved else "error"
    match one.standing:
        case "fails":
            yield _failure(verified, one, "error")
        case "expected" | "waived":
            yield _failure(verified, one, "note", "in")
        case "accepted":
            yield _failure(verified, one, "note", "beside")
        case "holds now":
            yield _plain(verified, verdict, "V403", "error", f"{verdict.called} holds, but {one.reason}")
        case "unfinished":
            yield _plain(
                verified, verdict, "V401", grade, f"{verdict.called} is not proved, the search was not finished", one.reason
            )
        case "not confirmed":
            yield _plain(verified, verdict, "V402", grade, f"{verdict.called} is neither proved nor refuted", one.reason)
        case "holds" if one.is_vacuous:
            yield _plain(verified, verdict, "V304", "note", f"{verdict.called} holds only because what it is about never happens")
        case "holds" if one.unseen:
            yield _plain(verified, verdict, "V305", "note", f"{verdict.called} holds, and {one.unseen}")


def _failure(verified: Verified, one: Judged, level: Level, written: Literal["", "in", "beside"] = "") -> Alert:
    verdict = one.verdict
    shown = verdict.counterexample
    said = f" It says: {verdict.says}." if verdict.says else ""
    rule = f" {rests_on(verified, verdict)}" if shown else ""
    visits = visits_told(verified, verdict)
    story = (shown.story if shown else ()) or tuple(map(str, folded(visits)))
    message = f"{verdict.called} {headline(one)}.{said}{rule}"
    course = course_text(verified, verdict)
    place, key = verified.place(verdict), _key(verified, verdict)
    return Alert(verdict.code, level, verdict.name, message, place, key, visits, story, course, one.reason, written)


def _plain(verified: Verified, verdict: Verdict, code: str, level: Level, said: str, why: str = "") -> Alert:
    message = f"{said}{f' ({why})' if why else ''}.{f' It says: {verdict.says}.' if verdict.says else ''}"
    return Alert(code, level, verdict.name, message, verified.place(verdict), _key(verified, verdict))


def _key(verified: Verified, verdict: Verdict) -> str:
    return verdict.key or key_of(verified.report.protocol, verdict)


def _of_coverage(verified: Verified) -> Iterator[Alert]:
    for name in unreached(verified.report):
        yield _unreached(verified, name, f"no course reaches the {name}")
    for name, grids in artefacts(verified.report):
        said = " or ".join(say_grid(grid) for grid in grids)
        yield _unreached(verified, name, f"the {name} is reached only with visits {said}")


def _unreached(verified: Verified, name: str, said: str) -> Alert:
    kind, _, rest = name.partition(" ")
    code = _UNREACHED.get(kind, _ANY_STATE)
    place = verified.line(rest)
    about = Verdict(name, code, "fails", verified.report.seen[0].grid, origin="built in")
    return Alert(code, "note", name, f"{said[0].upper()}{said[1:]}.", place, key_of(verified.report.protocol, about))


def _of_baseline(verified: Verified) -> Iterable[Alert]:
    for one in verified.stale:
        message = f"The baseline accepts that '{one.property}' fails, which does not fail like that any more: take the entry out."
        yield Alert("V503", "error", one.property, message, (verified.file, 1), one.key)
