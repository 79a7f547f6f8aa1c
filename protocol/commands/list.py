"""The command `list`: which protocols come with this program, and how much is in each?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from protocol.commands import HOLDS
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show_page
from protocol.commands.subject import identity

if TYPE_CHECKING:
    from protocol.language.page import Table

FORMAT = "protocol-list/1"

_COUNTS = {
    "levels": "Levels",
    "rules": "Rules",
    "courses": "Courses",
    "questions": "Open questions",
    "unverified": "Unverified parts",
}


@click.command(
    cls=Answering, short_help="List the protocols that come with this program.", epilog="Example: protocol list --format json"
)
@in_form("text", "json")
def list(form: str) -> int:
    """List the protocols that come with this program, with what each holds, leaves open, and may not be relied on for.

    Courses are those written by hand beside it. Piped the table is Markdown, on a terminal it is laid out.
    """
    found = tuple(_shipped())
    if form == "json":
        answer(FORMAT, {"protocols": found})
    else:
        show_page((_table(found),))
    return HOLDS


def _shipped() -> Iterator[dict[str, Any]]:
    """Each shipped protocol by the name under which it is found."""
    from protocol.adapters.from_file import from_file
    from protocol.language.shipped import courses_of, find, load, shipped_names
    from protocol.language.table_of_sources import doubts
    from protocol.model.table import entries

    for name in shipped_names():
        protocol = load(name)
        yield {
            "name": name,
            **identity(protocol),
            "title": protocol.title,
            "drug": protocol.drug,
            "levels": len(protocol.levels),
            "rules": len(entries(protocol.rules)),
            "courses": sum(len(from_file(file, protocol).examples) for file in courses_of(find(name))),
            "questions": len(protocol.interpretations),
            "unverified": sum(1 for _ in doubts(protocol)),
        }


def _table(found: tuple[dict[str, Any], ...]) -> Table:
    from protocol.language.page import Table, code, plain

    rows = (
        (code(one["name"]), plain(one["title"]), plain(one["drug"]), plain(one["version"]), *(str(one[key]) for key in _COUNTS))
        for one in found
    )
    return Table(("Name", "Title", "Drug", "Version", *_COUNTS.values()), tuple(rows))
