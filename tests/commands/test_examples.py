"""What can be so is shown by a course beside the protocol where no search has found one."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve

from protocol.commands.examples import with_examples
from protocol.language.from_yaml import parse
from protocol.model.property import family_of
from protocol.model.verification import CODE_OF, INTERRUPTED, Grid, Report, Seen, Verdict
from tests.verification.small import TEXT, written

PROPERTIES = """
properties:
  can-come-back: {sometimes: "resume and dose is low"}
  can-end: {sometimes: "stop"}
  never-above: {never: "dose above full"}
"""


def judged(folder: Path, why: str = "") -> list[tuple[str, str, str]]:
    """The outcomes where nothing was confirmed, with the courses of the folder."""
    made = parse(TEXT + PROPERTIES)
    written(folder, TEXT + PROPERTIES)
    (folder / "courses-of-no-use.md").write_text("| day |\n", encoding="utf-8")
    verdicts = (Verdict(one.name, CODE_OF[family_of(one)], "not confirmed", Grid(1)) for one in made.properties)
    seen = evolve(Seen(Grid(1), 1, 1, 1, 1, 1.0, True), why=why)
    report = Report(made.name, made.version, "", tuple(verdicts), (seen,))
    found = with_examples(report, made, folder / "protocol.yaml")
    return [(one.name, one.outcome, one.why) for one in found.verdicts]


def test_a_course_of_the_file_shows_that_something_can_be(tmp_path: Path) -> None:
    shown, other, never = judged(tmp_path)
    assert shown == ("can-come-back", "holds", "the course 'Held and back' shows it, at times of its own")
    assert other == ("can-end", "not confirmed", "") and never == ("never-above", "not confirmed", "")


def test_what_was_interrupted_is_left_as_it_is(tmp_path: Path) -> None:
    assert {outcome for _, outcome, _ in judged(tmp_path, INTERRUPTED)} == {"not confirmed"}
