"""The command `check`: what a protocol holds, what is wrong with it, and what it leaves open."""

from __future__ import annotations

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.screen import show, width
from protocol.commands.subject import load


@click.command(short_help="Say what a protocol holds and what is wrong with it.", epilog="Example: protocol check imatinib-hes")
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True)
def check(specs: tuple[str, ...]) -> int:
    """Say what a protocol holds, what is wrong with it, and what it leaves open or unverified.

    Exits with 1 if there are findings.
    """
    from protocol.adapters.overview import overview
    from protocol.checks import findings

    found = 0
    for number, spec in enumerate(specs):
        protocol = load(spec)
        defects = tuple(str(finding) for finding in findings(protocol))
        found += len(defects)
        show(("\n" if number else "") + overview(protocol, defects, width()))
    return FAILS if found else HOLDS
