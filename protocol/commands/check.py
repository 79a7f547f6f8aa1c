"""The command `check`: what a protocol holds, what is wrong with it, and what it leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from protocol.commands import FAILS, HOLDS
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show, width
from protocol.commands.subject import amended, complete_spec, identity, load

if TYPE_CHECKING:
    from protocol.checks import Finding
    from protocol.model.protocol import Protocol

FORMAT = "protocol-check/1"


@click.command(
    cls=Answering,
    short_help="Say what a protocol holds and what is wrong with it.",
    epilog="Example: protocol check imatinib-hes",
)
@click.argument("specs", metavar="SPEC...", nargs=-1, required=True, shell_complete=complete_spec)
@in_form("text", "json")
def check(specs: tuple[str, ...], form: str) -> int:
    """Say what a protocol holds, what is wrong with it, and what it leaves open or unverified.

    Exits with 1 if there are findings.
    """
    from protocol.adapters.overview import overview
    from protocol.checks import findings

    found, documents = 0, []
    for number, spec in enumerate(specs):
        protocol, amends = load(spec), amended(spec)
        defects = findings(protocol)
        found += len(defects)
        if form == "json":
            documents.append(_fields(protocol, amends, defects))
        else:
            show(("\n" if number else "") + overview(protocol, tuple(map(str, defects)), width(), amends))
    if form == "json":
        answer(FORMAT, {"protocols": documents})
    return FAILS if found else HOLDS


def _fields(protocol: Protocol, amends: tuple[str, ...], defects: tuple[Finding, ...]) -> dict[str, Any]:
    from protocol.language.table_of_sources import doubts

    return {
        **identity(protocol),
        "title": protocol.title,
        "amends": list(amends),
        "levels": [{"name": level.name, "regimen": str(level.regimen)} for level in protocol.levels],
        "rules": [rule.name for rule in protocol.in_force()],
        "inputs": [item.name for item in protocol.inputs],
        "findings": defects,
        "questions": [
            {"name": item.name, "question": item.question, "chosen": item.chosen, "readings": [one.name for one in item.readings]}
            for item in protocol.interpretations
        ],
        "waivers": [{"rule": rule.name, "waiver": rule.waiver} for rule in protocol.rules if rule.waiver],
        "unverified": list(doubts(protocol)),
    }
