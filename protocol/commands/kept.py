"""The file in which the course of one patient is kept from one run to the next; nothing else in it is ever lost."""

from __future__ import annotations

from pathlib import Path

import click

from protocol.adapters.from_file import from_file
from protocol.adapters.sheet import Example
from protocol.adapters.to_markdown import to_markdown
from protocol.model.course import Course
from protocol.model.protocol import Protocol

ENDINGS = (".md", ".markdown")


def opened(file: Path, patient: str, protocol: Protocol) -> Course:
    """The course in the file, or an empty one where there is no file yet; refused where it could not be written back whole."""
    if file.suffix.lower() not in ENDINGS:
        raise click.UsageError(f"'{file}' is to hold a Markdown table: give it the ending .md")
    if not file.parent.is_dir():
        raise click.UsageError(f"there is no folder '{file.parent}'")
    if not file.exists():
        return Course(patient, ())
    examples = from_file(file, protocol).examples
    if [example.course.name for example in examples] != [patient]:
        raise click.UsageError(f"'{file}' holds other courses than '{patient}': name another file, or the course with --patient")
    _check_nothing_is_lost(file, examples[0], protocol)
    return examples[0].course


def keep(file: Path, course: Course, protocol: Protocol) -> None:
    """Writes the course beside the file first, so that a file is never half-written."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(to_markdown(course, protocol), encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        raise click.UsageError(f"'{file}' cannot be written: {error.strerror or error}. The last visit is not in it.") from None


def _check_nothing_is_lost(file: Path, example: Example, protocol: Protocol) -> None:
    lines = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    more = next((line for line in lines if not line.startswith(("|", "## "))), "")
    what = f"'{more[:60]}'" if more else "columns 'expect'" if any(example.expectations) else ""
    try:
        to_markdown(example.course, protocol)
    except ValueError:
        what = what or "dates that are ranges, or times of their own for readings"
    if what:
        raise click.UsageError(f"'{file}' holds more than a table of visits, which would be lost ({what}): name another file")
