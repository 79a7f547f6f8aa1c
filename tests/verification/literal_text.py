"""What the text of 2003 says at its word, part by part: which sentence, in which file, which property it breaks.

A search takes the rules that it names of a whole file, so that it ends in a second. That nothing is shown which the rest of
the file would have kept from happening is asked of the whole file: all else is normal there, and it decides the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from attrs import evolve, frozen

import protocol
from protocol.model.protocol import Protocol
from protocol.model.time import HOUR, WEEK

HERE = Path(__file__).parent / "literal"
TEXT, AMENDED, HEPARIN = "imatinib-hes", "imatinib-hes/2026-dress", "heparin-raschke"


@frozen
class Part:
    """Some rules of a file, under readings. ``narrowed``: definitions that another file says in a narrower way, by name.

    ``rates``: of a ladder in even steps, the lowest and the highest level that is left of it.
    """

    file: str
    rules: tuple[str, ...] = ()
    reading: tuple[str, str] | None = None
    narrowed: tuple[tuple[str, str], ...] = ()
    rates: tuple[int, int] | None = None

    @property
    def whole(self) -> Protocol:
        """The file under its readings."""
        found = load(self.file)
        return found.with_reading(*self.reading) if self.reading else found

    def searched(self, name: str) -> Protocol:
        """The part of it that a search for one property takes."""
        found, others = self.whole, {name: load(file) for name, file in self.narrowed}
        derived = (next(one for one in others.get(item.name, found).derived if one.name == item.name) for item in found.derived)
        rules = tuple(rule for rule in found.rules if rule.name in self.rules) if self.rules else found.rules
        assert not self.rules or len(rules) == len(self.rules)
        low, high = self.rates or (0, len(found.levels))
        levels = tuple(one for number, one in enumerate(found.levels, 1) if low <= number <= high)
        properties = tuple(item for item in found.properties if item.name == name)
        expectations = tuple(item for item in found.expectations if item.name == name)
        return evolve(found, levels=levels, rules=rules, derived=tuple(derived), properties=properties, expectations=expectations)


def file_of(name: str) -> str:
    """A file of the folder beside this one, or a shipped protocol."""
    own = HERE / f"{name}.yaml"
    return str(own) if own.exists() else name


@cache
def load(name: str) -> Protocol:
    """The protocol of that file."""
    return protocol.load(file_of(name))


@frozen
class Literal:
    """A sentence taken at its word: the part in which it stands, the property that it breaks there, and where that is kept.

    ``kept``: the part in which the property holds, or, if ``waived``, fails with a reason that its file gives by name.
    ``missing``: inputs that nobody measures, which is the point. ``every``: visits so far apart; else as the file measures.
    """

    name: str
    sentence: str
    part: Part
    property: str
    visits: int
    kept: Part
    missing: tuple[str, ...] = ()
    every: int | None = WEEK
    waived: bool = False


SEVERE = ("hold-severe-toxicity", "resume-after-severe-toxicity", "resume-after-toxicity-at-lowest-level")
GRADE_2 = ("reduce-toxicity", "reduce-at-lowest-level")
COUNTS = ("hold-cytopenia", "resume-after-cytopenia")
AT_400 = ("resume-after-first-cytopenia-at-400", "resume-after-recurrent-cytopenia-at-400")
RAISED = ("escalate-no-response", "escalate-progression")
USUAL = ("start", *SEVERE, *GRADE_2, *RAISED)
SIGNS = ("start", "review-dress", "escalate-progression")
RASH, AT_ONE_VISIT = ("sign", "one-sign"), ("dress-suspected", "both-at-one-visit")

LITERAL = (
    Literal(
        "two-orders-at-one-visit",
        "Progression asks for 400 mg, a severe toxicity for an interruption, and no sentence goes before another.",
        Part("unordered", ("start", "as-printed.1.1", "as-printed.2.1")),
        "no-conflict", 2, Part(AMENDED, USUAL),
    ),
    Literal(
        "raised-on-hold",
        "The dose is raised at progression at any time: the text never says while on drug.",
        Part("at-any-time", (*USUAL, "escalate-progression-on-hold")),
        "no-more-after-a-hold-than-before", 3, Part(AMENDED, USUAL),
    ),
    Literal(
        "raised-from-every-other-day",
        "The dose is raised at progression at any time, also where a toxicity has just lowered it: eight times as much.",
        Part("at-any-time", USUAL), "raised-only-from-100-to-400", 3, Part(AMENDED, USUAL),
    ),
    Literal(
        "no-level-is-left-for-grade-2",
        "Toxicity lowers the dose by a level, and below every other day none is printed.",
        Part(TEXT, ("start", "reduce-toxicity", "reduce-below-lowest-level"), ("below-the-lowest-level", "not-stated")),
        "grade-2-lowers-the-dose", 3, Part(TEXT, ("start", *SEVERE, *GRADE_2)),
    ),
    Literal(
        "no-level-is-left-to-come-back-at",
        "After a second toxicity the patient has recovered, drug would come back a level lower, and no level is lower.",
        Part("one-level-lower", ("start", *SEVERE, *GRADE_2)), "no-dead-end", 4, Part(AMENDED, USUAL),
    ),
    Literal(
        "stopped-before-eight-weeks",
        "Where treatment ends because no level is lower, it may end before the eight weeks that everybody is to have.",
        Part(TEXT, ("start", *SEVERE, "reduce-toxicity", "stop-at-lowest-level"), ("below-the-lowest-level", "stop")),
        "eight-weeks", 3, Part(AMENDED, USUAL),
    ),
    Literal(
        "three-times-the-starting-dose",
        "Interruption is as in leukaemia: after a recurrence 300 mg, whatever the dose was before.",
        Part("as-in-leukaemia", ("start", *COUNTS, *AT_400)),
        "no-more-after-a-hold-than-before", 5, Part(AMENDED, ("start", *COUNTS, *AT_400)),
    ),
    Literal(
        "rash-and-rising-eosinophils",
        "Rising eosinophils are progression, and the text looks for no rash.",
        Part("rash-beside", USUAL), "not-raised-within-the-latency", 3, Part("signs", SIGNS, narrowed=(RASH, AT_ONE_VISIT)),
    ),
    Literal(
        "two-to-eight-weeks",
        "A repair: a reaction is looked for 2 to 8 weeks after the first dose.",
        Part("signs", SIGNS, ("in-the-window", "eight-weeks"), (RASH, AT_ONE_VISIT)),
        "not-raised-within-the-latency", 10, Part("signs", SIGNS, narrowed=(RASH, AT_ONE_VISIT)),
    ),
    Literal(
        "both-signs-at-one-visit",
        "A repair: a reaction is suspected if a sign and rising eosinophils are there at one visit.",
        Part("both-at-one-visit", SIGNS, narrowed=(RASH,)), "not-raised-after-a-rash", 3, Part("four-weeks", SIGNS),
    ),
    Literal(
        "counted-from-the-first-dose",
        "A repair: a reaction is looked for up to 15 weeks after the first dose.",
        Part("from-the-first-dose", (*SIGNS, *COUNTS), narrowed=(RASH, AT_ONE_VISIT)),
        "not-raised-after-a-restart", 17, Part("signs", (*SIGNS, *COUNTS), narrowed=(RASH, AT_ONE_VISIT)),
    ),
    Literal(
        "a-rash-of-before",
        "A repair: any rash is a sign. Four of the nine patients had rash or itching before treatment.",
        Part("any-rash", ("start", "review-dress"), narrowed=(AT_ONE_VISIT,)),
        "a-rash-of-before-is-no-sign", 2, Part("new-rash", ("start", "review-dress"), narrowed=(AT_ONE_VISIT,)),
    ),
    Literal(
        "what-is-missing-falls-through",
        "A value that was not measured is neither below 1.0 nor grade 3, so nothing interrupts treatment, and it is raised.",
        Part("comparisons", ("start", *COUNTS, *SEVERE, "escalate-progression")),
        "no-escalation-in-toxicity", 2, Part(AMENDED, USUAL), missing=("toxicity",),
    ),
    Literal(
        "examined-a-month-ago",
        "Counts are weekly and examinations monthly: what is true at one visit was not seen at one visit.",
        Part(TEXT, USUAL), "raised-on-a-fresh-examination", 3, Part(AMENDED, USUAL), missing=("toxicity",), waived=True,
    ),
    Literal(
        "started-on-low-counts",
        "The criteria of entry ask for no count: drug is started that the next visit withholds.",
        Part(TEXT, ("start", *COUNTS)), "no-start-on-low-counts", 1, Part(AMENDED, ("start", *COUNTS)), waived=True,
    ),
    Literal(
        "a-hold-without-an-end",
        "Treatment goes on once counts have recovered, and nothing is said of counts that do not.",
        Part(TEXT, ("start", *COUNTS)), "a-hold-has-an-end", 10, Part(AMENDED, ("start", *COUNTS)), waived=True,
    ),
    Literal(
        "45-and-a-half-seconds",
        "35 to 45 s, 46 to 70 s: the bands are printed in whole seconds.",
        Part("bands", rates=(15, 20)), "between-45-and-46-is-answered", 2,
        Part("bands", reading=("between-bands-read", "whole-seconds"), rates=(15, 20)), every=HOUR,
    ),
    Literal(
        "70-and-a-half-seconds",
        "46 to 70 s, 71 to 90 s: the bands are printed in whole seconds.",
        Part("bands", rates=(15, 20)), "between-70-and-71-is-answered", 2,
        Part("bands", reading=("between-bands-read", "whole-seconds"), rates=(15, 20)), every=HOUR,
    ),
)  # fmt: skip
