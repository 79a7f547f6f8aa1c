"""Bugs planted one at a time into a copy of the semantics: some test must fail for each, and its name is printed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import frozen

import protocol

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PACKAGE = Path(protocol.__file__).resolve().parent


@frozen
class Bug:
    """What is wrong, in which file of the semantics, and the text that is changed."""

    name: str
    file: str
    right: str
    wrong: str


BUGS = (
    Bug(
        "a tracker with one bound",
        "observing.py",
        "held.definite) if now else None",
        "held.definite) if now is not False else None",
    ),
    Bug(
        "rules in the opposite order",
        "walk.py",
        "    for equals, ask in rules:",
        "    for equals, ask in reversed(rules):",
    ),
    Bug(
        "evidence used twice",
        "applying.py",
        "since is not None and not is_fresh(world, rule.when, since)",
        "False",
    ),
    Bug("evidence as old as the last step", "evidence.py", "date > since", "date >= since"),
    Bug("waiting is evidence beside a used reading", "evidence.py", "(way.waited and not way.asks)", "way.waited"),
    Bug("waiting is never evidence", "evidence.py", "(way.waited and not way.asks)", "False"),
    Bug("one way of several lends its evidence", "evidence.py", "if isinstance(guard, And) is truth else", "if True else"),
    Bug(
        "the first dose is no change of dose",
        "step.py",
        "effect.dose != before.dose else before.changed",
        "effect.dose != before.dose and not starts_now else before.changed",
    ),
    Bug(
        "a hold with its first reason only",
        "reasons.py",
        "before.reasons | holds() or _possible",
        "before.reasons or holds() or _possible",
    ),
    Bug(
        "one recovered reason resumes",
        "walk.py",
        "product(*found)",
        "product(*filter(None, found))",
    ),
    Bug(
        "resuming into another hold",
        "walk.py",
        "return [turn for turn in turns if not _is_blocked(world, turn)]",
        "return turns",
    ),
    Bug(
        "the rarest of the entries that could hold",
        "monitoring.py",
        "chosen = min((entry for",
        "chosen = max((entry for",
    ),
    Bug(
        "monitoring is asked before the decision",
        "step.py",
        "led = scene if after is scene.state else",
        "led = scene if after is not None else",
    ),
    Bug(
        "monitoring is asked of the recommendation where another dose is given",
        "step.py",
        "led, often = _led(scene, finding, followed(scene, finding, visit.given), state)",
        "led, often = (_led(scene, finding, followed(scene, finding, visit.given), state)[0], "
        "_led(scene, finding, _assumed(scene, finding), state)[1])",
    ),
    Bug(
        "an entry is dated from before it could hold",
        "monitoring.py",
        "return date if date >= now else now if known is None else min(known, now)",
        "return date",
    ),
    Bug("what was overdue is overdue since today", "monitoring.py", "else min(known, now)", "else now"),
    Bug(
        "what lapses between visits is not seen",
        "monitoring.py",
        "*moments(prepared, state, state.time, time, guards)",
        "*moments(prepared, state, state.time, state.time, guards)",
    ),
    Bug("the highest resume level wins", "walk.py", "return min(in_order, key", "return max(in_order, key"),
    Bug(
        "a reduction is forgotten on resuming",
        "walk.py",
        "return _reduced(world, _held_down(world, turn))",
        "return _held_down(world, turn)",
    ),
    Bug(
        "the cell that is printed first decides",
        "walk.py",
        "return tuple(offers[:1] if all(",
        "return tuple(offers[:1] if True or all(",
    ),
    Bug(
        "a contradiction is not told",
        "decide.py",
        "    return evolve(found, conflict=conflict) if conflict else found",
        "    return found",
    ),
    Bug(
        "a may cell below one that orders is not offered",
        "walk.py",
        "        offered += permits\n        if orders:",
        "        offered += [] if orders else permits\n        if orders:",
    ),
    Bug(
        "a hold forgets how high drug may come back",
        "effects.py",
        "if one.name in state.reasons and isinstance",
        "if False and isinstance",
    ),
    Bug("the highest cap counts", "effects.py", '    by = ""\n', '    by, holds = "", [*holds][:1]\n'),
    Bug("a cap comes a visit too late", "walk.py", "return _at_most(world.scene, turn, holds)", "return turn"),
    Bug(
        "at most is that level",
        "effects.py",
        "return _on(min(state.level, at_level(level),",
        "return _on(max(state.level, at_level(level),",
    ),
    Bug(
        "one new patient is enough",
        "walk.py",
        "not all(rule.action.anew for rule in rules)",
        "not any(rule.action.anew for rule in rules)",
    ),
    Bug(
        "a new patient remembers",
        "step.py",
        "        memory=memory,\n        baseline=before.baseline if",
        "        memory=before.memory,\n        baseline=before.baseline if",
    ),
    Bug("a may rule ends the search", "walk.py", "for turn in turns if turn.ordered]", "for turn in turns]"),
    Bug("a stop is not in force on hold", "applying.py", 'rule.action.kind == "stop" and rule.on_hold', "False"),
    Bug(
        "unknown is false",
        "truth.py",
        "        if yes and no:\n            raise Open(term, tuple(yes), tuple(no))\n",
        "",
    ),
    Bug("a reading lapses too early", "computed.py", "time - held.observed <= valid_for", "time - held.observed < valid_for"),
    Bug(
        "the stopwatch runs on hold",
        "clocks.py",
        "running = state.time is not None and state.dose.is_drug",
        "running = state.time is not None",
    ),
    Bug(
        "an event that never happened is new",
        "clocks.py",
        'return atom.operator in (">", ">=", "!=")',
        'return atom.operator in ("<", "<=")',
    ),
    Bug(
        "missing data end treatment",
        "decide.py",
        "    least = _least(scene, first)\n",
        "    least = _least(scene, first) or next(iter(first))\n",
    ),
    Bug(
        "an undecided decision ends withholding",
        "decide.py",
        'Finding("undecided", in_force(scene.state), (), scene.state.withheld',
        'Finding("undecided", in_force(scene.state), (), False',
    ),
    Bug("the greatest of the lower exposures", "decide.py", 'sign = -1 if protocol.safe_side == "more" else 1', "sign = -1"),
    Bug(
        "a lowering that is certain waits",
        "decide.py",
        "    if lowering:\n        return _provisional",
        "    if False:\n        return _provisional",
    ),
    Bug(
        "the ladder saturates",
        "effects.py",
        "    if 0 <= reached < len(protocol.levels):",
        "    reached = max(0, min(reached, len(protocol.levels) - 1))\n    if True:",
    ),
    Bug(
        "an episode ends when its condition does",
        "observing.py",
        "        if over is not False:\n            yield (False, count)\n        if over is not True:",
        "        if now is not True:\n            yield (False, count)\n        if now is not False:",
    ),
    Bug("a carried finding counts again", "observing.py", "if now is not None and not measured:", "if False:"),
    Bug(
        "a hold begins anew at each visit",
        "step.py",
        '    if scene.state.control.kind != "held":\n        return True',
        "    if True:\n        return True",
    ),
    Bug(
        "the worst repeat is the best",
        "repeats.py",
        'return -held.value.low if item.worse == "low"',
        'return held.value.low if item.worse == "low"',
    ),
    Bug("a censored value reaches its bound", "readings.py", 'open_high=observation.censored == "<"', "open_high=False"),
    Bug(
        "drug after a stop restarts treatment",
        "given.py",
        'if state.control.kind == "stopped":\n        return Effect(state.control, state.level, dose)',
        "if False:\n        raise AssertionError",
    ),
    Bug(
        "what some values permit is permitted",
        "given.py",
        "    if len(words) > 1:\n",
        '    if "permitted" in words:\n        return Verdict(given, "every", recommended)\n    if len(words) > 1:\n',
    ),
    Bug(
        "an open part is passed over",
        "compiled.py",
        "            if found is None:\n                answer = None",
        "            if found is None:\n                continue",
    ),
    Bug("what was never read is false", "compiled.py", "return ask(Scene(prepared, State(), 0))", "return False"),
    Bug("rules of one level on another", "applying.py", "level=Dose(kind, level), reasons=reasons)", "reasons=reasons)"),
    Bug("the baseline moves after the start", "step.py", "if starts_now else before.baseline", "if True else before.baseline"),
    Bug(
        "a part counts although it is stale",
        "computed.py",
        "            return valid_reading(prepared, state, name, time)",
        "            return state.reading(name)",
    ),
    Bug(
        "the sides of a window are exchanged",
        "remembered.py",
        "-before <= held.observed - named <= after",
        "-after <= held.observed - named <= before",
    ),
    Bug("of two equally near the later counts", "remembered.py", "- named), held.observed)", "- named), -held.observed)"),
    Bug("older readings are forgotten too early", "remembered.py", "if observed >= time -", "if observed > time -"),
    Bug(
        "a default outweighs a reading",
        "computed.py",
        "if held is not None and isinstance(held.value, Interval):",
        "if held is not None and part.input not in defaults and isinstance(held.value, Interval):",
    ),
    Bug("the oldest part dates a number", "computed.py", "return max(held.observed", "return min(held.observed"),
    Bug("an open end is reached", "arithmetic.py", "(reached and also) or by_zero", "True"),
    Bug("what was so is so no more when it is carried", "observing.py", "before, begin)), end - 1)", "before, begin)), begin)"),
    Bug(
        "how long ago is evidence of each visit",
        "trackers.py",
        "_is_long(atom, truth) else found",
        "_is_long(atom, truth) else possible",
    ),
    Bug("an unknown item has no points", "scores.py", "Scored(item, item.unknown, ())", "Scored(item, 0, ())"),
    Bug("a normal item is evidence of a high score", "evidence.py", "(min,) if says_high else (max,)", "(min, max)"),
    Bug(
        "a dose counts at the visit at which it is given",
        "taken.py",
        "-(-minutes // given.every)",
        "(minutes // given.every + 1)",
    ),
    Bug("a supplement is not counted", "step.py", "with_supplement(scene.prepared, taken, effect.supplement)", "taken"),
    Bug("drug after none is no raise", "step.py", "in (towards, None)", "in (towards, None) and before.is_drug"),
    Bug("a later value replaces a fixed one", "readings.py", "if item.fixed and before", "if False and before"),
)


def test_every_bug_can_still_be_planted() -> None:
    texts = {file: (PACKAGE / "semantics" / file).read_text(encoding="utf-8") for file in {bug.file for bug in BUGS}}
    assert [bug.name for bug in BUGS if texts[bug.file].count(bug.right) != 1] == [], "adapt the list to the code"


@pytest.mark.soak
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name.replace(" ", "-"))
def test_a_planted_bug_is_caught(bug: Bug, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "protocol", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("tests", "specs"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    planted = tmp_path / "protocol" / "semantics" / bug.file
    source = planted.read_text(encoding="utf-8")
    planted.write_text(source.replace(bug.right, bug.wrong), encoding="utf-8")
    found = _first_failure(tmp_path)
    assert found, f"no test noticed: {bug.name}"
    print(f"{bug.name}: {found}")


def _first_failure(folder: Path) -> str:
    # The copy comes first on the path, so that an installed protocol is not the one tested.
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "tests/semantics"]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    failures = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failures[0].split(" - ")[0] if failures else ""
