"""The command `readings`: what do the open questions of a protocol come to, in patients and in properties?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.amounts import Amount
from protocol.commands.apart import minutes
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show, width
from protocol.commands.subject import complete_spec, load

if TYPE_CHECKING:
    from protocol.model.interpreted import Interpreted
    from protocol.model.protocol import Protocol
    from protocol.model.verification import Report

FORMAT = "protocol-readings/1"


@click.command(
    cls=Answering,
    short_help="Say which patients tell the readings of open questions apart.",
    epilog="Example: protocol readings capecitabine",
)
@click.argument("spec", shell_complete=complete_spec)
@click.option("--every", metavar="DURATION", help="Visits so far apart, such as '7 days'; else as the protocol measures.")
@click.option("--most", type=click.IntRange(1), metavar="COUNT", help="Look at all combinations of readings if they are no more.")
@click.option("--seconds", type=Amount(0), metavar="SECONDS", help="End it after so many seconds; else 900.")
@click.option(
    "--memory", type=click.IntRange(1), metavar="MB",
    help="End it when so much memory is in use; else 4,000, or half of what there is.",
)  # fmt: skip
@click.option("--patients-only", "patients", is_flag=True, help="Ask nothing of the properties.")
@click.option("--built-in", "built_in", is_flag=True, help="Ask the properties that every protocol should have, too.")
@click.option("--no-cache", is_flag=True, help="Search anew, and keep nothing.")
@in_form("text", "json")
def readings(
    spec: str,
    every: str | None,
    most: int | None,
    seconds: float | None,
    memory: int | None,
    patients: bool,
    built_in: bool,
    no_cache: bool,
    form: str,
) -> int:
    """Say what the open questions of a protocol come to.

    For each two readings of a question the shortest patient who is treated differently, as a question to the authors; or that no
    course tells them apart. Then which properties of the file hold under every combination of readings: all of them, or where
    they are too many those that differ from the chosen ones in one question or two.

    Exits with 1 if it was not finished.
    """
    from protocol.adapters.interpreted_text import interpreted_fields, interpreted_text

    protocol = load(spec)
    given = (("most", most), ("seconds", seconds), ("memory", memory))
    bounds = {name: value for name, value in given if value is not None}
    only = () if built_in else tuple(item.name for item in protocol.properties)
    found = _found(protocol, minutes(every), only, not patients and (built_in or bool(only)), not no_cache, bounds)
    if form == "json":
        answer(FORMAT, interpreted_fields(found, protocol))
    else:
        show(interpreted_text(found, protocol, width()))
    return HOLDS if found.is_finished else FAILS


def _found(
    protocol: Protocol, every: int | None, only: tuple[str, ...], properties: bool, from_cache: bool, bounds: Mapping[str, Any]
) -> Interpreted:
    """What the readings come to; a report that was kept under the same question will do."""
    from protocol.commands.progress import telling
    from protocol.commands.verified import Asked, report_of
    from protocol.verification.readings import interpreted

    arguments = {"every": every, "any_dose": False}
    memory = {name: value for name, value in bounds.items() if name == "memory"}
    with telling() as progress:

        def ask(under: Protocol, left: float) -> Report:
            return report_of(under, Asked(only, arguments, {"seconds": left, **memory}, from_cache), progress)

        return interpreted(protocol, every=every, properties=properties, ask=ask, progress=progress, **bounds)
