"""The command `diff`: do two protocols decide the same of every course, or which patients are treated differently?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.amounts import Amount
from protocol.commands.apart import minutes
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show, width
from protocol.commands.subject import complete_spec, load

if TYPE_CHECKING:
    from protocol.adapters.difference import Told
    from protocol.model.difference import Treated
    from protocol.model.protocol import Protocol

FORMAT = "protocol-diff/1"


@click.command(
    cls=Answering,
    short_help="Compare two protocols over all courses.",
    epilog="Example: protocol diff lenalidomide-us lenalidomide-eu",
)
@click.argument("old", shell_complete=complete_spec)
@click.argument("new", shell_complete=complete_spec)
@click.option("--every", metavar="DURATION", help="Visits so far apart, such as '7 days'; else as the protocols measure.")
@click.option("--courses", type=click.Path(path_type=Path), help="Also the patients of this file who are treated differently.")
@click.option(
    "--all",
    "whole",
    is_flag=True,
    help="A course for each kind of difference, also where only doses differ, or what stands beside.",
)
@click.option(
    "--limit", "states", type=click.IntRange(1), metavar="STATES",
    help="End the search after so many pairs of states; else 200,000.",
)  # fmt: skip
@click.option("--seconds", type=Amount(0), metavar="SECONDS", help="End it after so many seconds; else 450.")
@click.option(
    "--memory", type=click.IntRange(1), metavar="MB",
    help="End it when so much memory is in use; else 4,000, or half of what there is.",
)  # fmt: skip
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@in_form("text", "json", "markdown")
def diff(
    old: str,
    new: str,
    every: str | None,
    courses: Path | None,
    whole: bool,
    states: int | None,
    seconds: float | None,
    memory: int | None,
    exit_zero: bool,
    form: str,
) -> int:
    """Prove that two protocols decide the same of every course, or show for each kind of difference the shortest course.

    Compared is what is given, how surely, and what is permitted beside. Names of levels and rules do not matter, nor an order
    that changes nothing. Each course was replayed in both protocols.

    Exits with 0 only if both are proved equivalent; with 1 if they differ, or the search was not finished.
    """
    from attrs import evolve

    from protocol.adapters.paths import shown_path
    from protocol.language.shipped import find

    protocols = load(old), load(new)
    given = (("states", states), ("seconds", seconds), ("memory", memory))
    bounds = {name: value for name, value in given if value is not None}
    files = tuple(shown_path(str(find(spec))) for spec in (old, new))
    option = "" if whole else "--all"
    told = evolve(told_of(*protocols, courses, every, whole, bounds), files=files, each=whole, option=option)
    _show(told, form)
    return HOLDS if exit_zero or (told.difference.is_equivalent and not told.treated) else FAILS


def told_of(old: Protocol, new: Protocol, courses: Path | None, every: str | None, whole: bool, bounds: dict[str, float]) -> Told:
    """The difference, with the patients of a file who are treated differently."""
    from protocol.adapters.difference import Told
    from protocol.commands.progress import telling
    from protocol.verification.difference.diff import diff as compared

    told = _patients(old, new, courses) if courses else None
    with telling() as progress:
        found = compared(old, new, every=minutes(every), whole=whole, progress=progress, **bounds)  # type: ignore[arg-type]
    return Told(found, old, new) if told is None else Told(found, old, new, *told)


def _patients(old: Protocol, new: Protocol, file: Path) -> tuple[str, int, tuple[Treated, ...], tuple[str, ...]]:
    """The file, how many patients it has, those who are treated differently, and those whose course one of the two refuses."""
    from protocol.adapters.difference import with_both
    from protocol.adapters.from_file import from_file
    from protocol.adapters.paths import shown_path
    from protocol.commands.progress import watched
    from protocol.verification.difference.diff import treated

    courses = [example.course for example in from_file(file, with_both(old, new)).examples]
    found = [(course.name, treated(old, new, course)) for course in watched(courses, "courses")]
    differently = tuple(one for _, one in found if one is not None and one != "refused")
    return shown_path(str(file)), len(courses), differently, tuple(name for name, one in found if one == "refused")


def _show(told: Told, form: str) -> None:
    match form:
        case "json":
            from protocol.adapters.difference_json import difference_fields

            answer(FORMAT, difference_fields(told))
        case "markdown":
            from protocol.adapters.difference_text import difference_markdown

            click.echo(difference_markdown(told), nl=False)
        case _:
            from protocol.adapters.difference_text import difference_text

            show(difference_text(told, width()))
