"""The command `mutate`: which single changes of a protocol would its properties and courses not notice?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.amounts import Amount
from protocol.commands.apart import minutes
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show, width
from protocol.commands.subject import complete_spec, identity, load

if TYPE_CHECKING:
    from protocol.model.mutation import Scores
    from protocol.model.protocol import Protocol

FORMAT = "protocol-mutate/1"


def bounded(command: Callable[..., int]) -> Callable[..., int]:
    """The options that say how far each search goes, and how many are made at once."""
    options = (
        click.option("--jobs", type=click.IntRange(1), metavar="N", help="So many processes; else one for each processor."),
        click.option("--every", metavar="DURATION", help="Visits so far apart, as '7 days'; else as the protocol measures."),
        click.option(
            "--limit", "states", type=click.IntRange(1), default=100_000, metavar="STATES", help="End a search after so many."
        ),
        click.option("--seconds", type=Amount(0), default=240.0, metavar="SECONDS", help="End a search after so many."),
        click.option(
            "--memory",
            type=click.IntRange(1),
            metavar="MB",
            help="End a search when its process has so much; else 4,000, or its share of half of what there is.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command(
    cls=Answering,
    short_help="Say which single changes of a protocol its checks would not notice.",
    epilog="Example: protocol mutate heparin-raschke",
)
@click.argument("spec", shell_complete=complete_spec)
@bounded
@click.option("--kind", "kinds", metavar="KIND", multiple=True, help="Only changes of this kind; can be given several times.")
@click.option("--least", type=Amount(0, 100), default=100.0, metavar="PERCENT", help="The score that is enough.")
@in_form("text", "json")
def mutate(
    spec: str,
    jobs: int | None,
    every: str | None,
    states: int,
    seconds: float,
    memory: int | None,
    kinds: tuple[str, ...],
    least: float,
    form: str,
) -> int:
    """Change one thing of a protocol at a time, and say which changes its properties and hand-written courses would not notice.

    Whether a change makes any difference is decided over all courses. Courses with a line 'Generated: …' do not count.
    Exits with 1 if the score is below 100 %, or another that is enough, and if it was interrupted.
    """
    from protocol.commands.mutated import Asked, mutated

    protocol = load(spec)
    asked = Asked(spec, protocol, minutes_of(every, protocol), states, seconds, megabytes_of(memory, jobs), kinds)
    scores = mutated(asked, jobs)
    if form == "json":
        answer(FORMAT, _fields(scores, protocol, asked.every))
    else:
        _show(scores, protocol, asked.every)
    enough = scores.different == 0 or 100 * scores.killed >= least * scores.different
    return FAILS if scores.was_stopped or not enough else HOLDS


def minutes_of(every: str | None, protocol: Protocol) -> int:
    """Minutes between two visits, as was said, else as the protocol measures."""
    from protocol.verification.search.grids import visit_grid

    return minutes(every) or visit_grid(protocol)


def megabytes_of(memory: int | None, jobs: int | None) -> int:
    """MB for each process, as was said, else its share."""
    from protocol.commands.side_by_side import processes
    from protocol.verification.search.size import most_megabytes

    return most_megabytes(processes(jobs)) if memory is None else memory


def _show(scores: Scores, protocol: Protocol, every: int) -> None:
    from protocol.adapters.mutation_text import mutation_text
    from protocol.adapters.verified import say_grid
    from protocol.model.verification import Grid

    show(mutation_text(scores, protocol, width(), say_grid(Grid(every))))
    if scores.was_stopped:
        click.echo("Interrupted: of the other changes nothing is said.", err=True)


def _fields(scores: Scores, protocol: Protocol, every: int) -> dict[str, Any]:
    from protocol.adapters.mutation_text import course_text

    return {
        **identity(protocol),
        "every": every,
        "interrupted": scores.was_stopped,
        "changes": scores.of,
        "judged": len(scores.fates),
        "different": scores.different,
        "killed": {"properties": scores.by_properties, "courses": scores.by_courses, "together": scores.killed},
        "tried": {"properties": scores.properties, "courses": scores.courses},
        "fates": [
            {
                "name": one.name, "kind": one.kind, "place": one.place, "says": one.says, "sentence": one.sentence,
                "ending": one.ending, "property": one.by_property, "by_course": one.by_course,
                "course": course_text(one, protocol), "why": one.why,
            }
            for one in scores.fates
        ],
    }  # fmt: skip
