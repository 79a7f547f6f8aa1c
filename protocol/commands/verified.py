"""From a SPEC to what is shown of its verification: searched or found, told in words, held against what was accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from protocol.adapters.baseline import Accepted
from protocol.adapters.counterexample import cited
from protocol.adapters.paths import shown_path
from protocol.adapters.phrases import listed
from protocol.adapters.story import say_reading
from protocol.adapters.to_text import told
from protocol.adapters.verified import Place, Verified
from protocol.adapters.waiting import Cite, waiting_said
from protocol.commands import cache
from protocol.commands.examples import with_examples
from protocol.language.claim_text import say_claim, say_property
from protocol.language.shipped import find
from protocol.language.to_text import duration_trackers, say_guard
from protocol.language.written import written
from protocol.model.decision import Step, Trace
from protocol.model.property import Claim
from protocol.model.protocol import Protocol
from protocol.model.verification import BUILT_IN, Counterexample, Report, Verdict, key_of
from protocol.semantics.prepared import prepare
from protocol.semantics.scene import Scene
from protocol.semantics.trace import trace
from protocol.semantics.truth import truth
from protocol.semantics.waiting import waiting

Progress = Callable[[str], None]
_MOST_NEAR = 4


@frozen
class Asked:
    """What is asked of the search: ``only`` these properties, none are all; the other arguments of ``verify``, and its bounds,
    which do not matter to an answer that was found within them.

    ``from_cache``: an answer that was kept will do. ``certify``: the folder for the certificates of what solvers prove, if any.
    """

    only: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = {}
    bounds: Mapping[str, Any] = {}
    from_cache: bool = True
    certify: Path | None = None


def verified(spec: str, protocol: Protocol, asked: Asked, progress: Progress) -> Verified:
    """The verification of a protocol, without a baseline."""
    file = find(spec)
    rules, properties = (_shown(places) for places in written(file).values())
    report = with_examples(report_of(protocol, asked, progress), protocol, file)
    if asked.certify is not None and not report.is_interrupted:
        from protocol.commands.certified import with_proofs
        from protocol.verification.search.bounds import Bounds

        any_dose, bounds = bool(asked.arguments.get("any_dose")), Bounds(**asked.bounds)
        report = with_proofs(protocol, report, asked.certify, any_dose, bounds, progress)
    cite = partial(cited, Verified(report, protocol, shown_path(str(file)), rules))
    report = _completed(report, protocol, properties, shown_path(str(file)), cite)
    traces = tuple(_trace(protocol, one) for one in report.verdicts)
    return Verified(report, protocol, report.file, rules, traces)


def _shown(places: Mapping[str, Place]) -> dict[str, Place]:
    return {name: (shown_path(file), line) for name, (file, line) in places.items()}


def report_of(protocol: Protocol, asked: Asked, progress: Progress) -> Report:
    """What verification finds, or found when the same was asked before."""
    if not asked.from_cache:
        return search(protocol, asked, progress)
    whole, part = (cache.key_of(protocol, {**asked.arguments, "only": only}) for only in ((), asked.only))
    found = cache.kept(whole) or cache.kept(part)
    if found is None:
        found = search(protocol, asked, progress)
        cache.keep(part, found)
    verdicts = (one for one in found.verdicts if not asked.only or one.name in asked.only)
    return evolve(found, verdicts=tuple(verdicts))


def search(protocol: Protocol, asked: Asked, progress: Progress) -> Report:
    """What verification finds; where none of the properties is one of this protocol, of any one, for what else it says."""
    from protocol.verification.verify import verify

    own = {item.name for item in protocol.properties} | set(BUILT_IN)
    only = tuple(name for name in asked.only if name in own) or (tuple(BUILT_IN)[:1] if asked.only else ())
    return verify(protocol, only=only, **asked.arguments, **asked.bounds, progress=progress)


def _trace(protocol: Protocol, verdict: Verdict) -> Trace | None:
    return trace(protocol, verdict.counterexample.course) if verdict.counterexample else None


# What a search does not know


def _completed(report: Report, protocol: Protocol, places: Mapping[str, Place], file: str, cite: Cite) -> Report:
    """The report with what each property says and where, the source of each rule, and a key for each verdict."""
    durations = duration_trackers(protocol)
    says = {one.name: say_property(one, durations) for one in protocol.properties}
    where = {one.name: one.where for one in protocol.expectations}
    named = (_placed(one, where.get(one.name, ()) if one.origin == "built in" else (), durations) for one in report.verdicts)
    told_of = (_told(one, protocol, says, cite) for one in named)
    return evolve(report, file=file, verdicts=tuple(_with_place(one, places, report) for one in told_of))


def _told(one: Verdict, protocol: Protocol, says: Mapping[str, str], cite: Cite = str) -> Verdict:
    shown = one.counterexample
    if shown is not None and not shown.source:
        rules = {rule.name: rule for rule in protocol.rules}
        there = _there(shown, protocol)
        waits = waiting(protocol, there) if there else ()
        shown = evolve(
            shown,
            source=str(rules[shown.rule].source or "") if shown.rule in rules else "",
            **_beside(shown, protocol),
            against_is_true=there is not None and _is_true(shown.against, there, protocol),
            near_says=_near(shown, protocol, cite) if all(reason.ways for reason in waits) else "",
            waits_says=waiting_said(waits, protocol, partial(say_guard, durations=duration_trackers(protocol)), cite),
        )
    said = one.says or (says.get(one.name, "") if one.origin == "spec" else "")
    return evolve(one, counterexample=shown, says=said.removesuffix("."))


def _placed(one: Verdict, where: tuple[Claim, ...], durations: frozenset[str]) -> Verdict:
    """The verdict on a built-in property with the visits at which it was asked, where the file names some."""
    if one.named:
        return evolve(one, where=say_claim(where[one.named - 1], durations))
    return evolve(one, says=f"{one.says.removesuffix('.')}, but for the visits that the file names") if where else one


def _beside(shown: Counterexample, protocol: Protocol) -> dict[str, Any]:
    """``The other patient has toxicity 0 there: hold; ...``, of a property that compares two, and the rules by which."""
    if shown.beside is None:
        return {}
    mine = {one.input: one for one in shown.course.visits[-1].observations}
    last = trace(protocol, shown.beside).steps[-1]
    differing = (one for one in shown.beside.visits[-1].observations if mine.get(one.input) != one)
    says = f"The other patient has {listed(map(say_reading, differing))} there: {told(last, protocol)}."
    decision = last.decision
    followed = tuple(name for name in (decision.rule, decision.lowered_by) if name)
    return {"beside_says": says, "beside_rules": followed or decision.acted_on or decision.reasons}


def _near(shown: Counterexample, protocol: Protocol, cite: Cite) -> str:
    """``With anc 999 there: hold. With anc 1000 there: continue.``, where the protocol is silent of what is between; of each the
    rule. No finding brings drug to who is held for a reason that no rule answers."""
    from protocol.verification.patients.nearest import nearest

    found = islice(nearest(protocol, shown.course, shown.time), _MOST_NEAR)
    return " ".join(f"With {say_reading(one)} there: {told(step, protocol)}.{_by_rule(step, cite)}" for one, step in found)


def _is_true(name: str, there: Step, protocol: Protocol) -> bool:
    """Whether what a rule asks is so after that visit, whatever is missing."""
    scene = Scene(prepare(protocol), there.state, there.decision.time)
    return any(truth(scene, rule.when) is True for rule in scene.prepared.rules if rule.name == name)


def _by_rule(step: Step, cite: Cite) -> str:
    """Where the rule of a decision stands, and what it says."""
    decision = step.decision
    return f" That rests on rule {cite(decision.rule)}{f': {decision.says}' if decision.says else '.'}" if decision.rule else ""


def _there(shown: Counterexample, protocol: Protocol) -> Step | None:
    """What is decided at the visit at which it fails."""
    found = [one for one in trace(protocol, shown.course).steps if one.visit.time == shown.time]
    return found[-1] if found else None


def _with_place(one: Verdict, places: Mapping[str, Place], report: Report) -> Verdict:
    own = one.origin == "spec" or one.waiver or one.expected == "fails"
    file, line = places.get(one.name, ("", 0)) if own else ("", 0)
    return evolve(one, file=file, line=line, key=one.key or key_of(report.protocol, one))


# What was accepted


def against(verified: Verified, entries: Iterable[Accepted], only: tuple[str, ...] = ()) -> Verified:
    """The verification held against a baseline. Of the properties that were not looked at no entry is stale, and one without a
    reason, or under the name of another property, accepts nothing."""
    report, needed = verified.report, tuple(to_accept(verified))
    own = sorted((one for one in entries if one.is_of(report.protocol, report.version)), key=lambda one: one.version)
    used = [one for one in own if any(one.accepts(finding) for finding in needed)]
    looked_at = {one.name for one in verified.report.verdicts} if only else None
    open_ = {one.name for one in verified.report.verdicts if one.outcome == "unfinished"}
    gone = (one for one in own if one not in used and one.property not in open_)
    stale = (one for one in gone if looked_at is None or one.property in looked_at)
    reasoned = {one.key: one for one in used if one.reason.strip()}
    return evolve(verified, accepted=reasoned, stale=() if report.is_interrupted else tuple(stale))


def to_accept(verified: Verified) -> Iterator[Accepted]:
    """An entry without a reason for each finding that could be accepted: what fails or is not confirmed, and is not expected."""
    for one in verified.report.verdicts:
        if one.outcome in ("fails", "not confirmed") and not one.is_as_expected:
            yield Accepted(one.key, verified.report.protocol, one.name, version=verified.report.version)


def file_read(path: Path) -> str:
    """The text of a baseline; raises InputError where it cannot be read."""
    from protocol.adapters.baseline import missing_baseline
    from protocol.adapters.text import text_of

    if not path.is_file():
        raise missing_baseline(str(path), "it is no regular file" if path.exists() else "there is no such file")
    return text_of(path)
