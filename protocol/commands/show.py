"""The command `show`: a protocol as a table that a clinician can review, or in another form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from protocol.commands import HOLDS
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show_page
from protocol.commands.subject import complete_spec, identity, load

if TYPE_CHECKING:
    from protocol.language.page import Block
    from protocol.model.protocol import Protocol

FORMAT = "protocol-show/1"


def _as(what: str, said: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    return click.option(f"--{what}", "what", flag_value=what, help=said)


@click.command(
    cls=Answering,
    short_help="Show a protocol as a table to review, or in another form.",
    epilog="Example: protocol show imatinib-hes --unverified",
)
@click.argument("specs", metavar="[SPEC...]", nargs=-1, shell_complete=complete_spec)
@_as("table", "The table of dose modification: ladder, rules, open questions, inputs, sources (default).")
@_as("sources", "Every source, and the rules that rest on it.")
@_as("unverified", "Everything in it that may not be relied on, and why; without SPEC, in all protocols that come with it.")
@_as("canonical", "The protocol as YAML, in one order and layout, without comments.")
@_as("diagram", "The control states and the rules that lead from one to another, as a Mermaid diagram.")
@_as("promela", "The protocol in Promela, visits as it schedules them, for the model checker SPIN.")
@_as("schema", "The JSON Schema (draft-07) of the language, for editors; it needs no SPEC.")
@in_form("text", "json")
def show(specs: tuple[str, ...], what: str | None, form: str) -> int:
    """Show a protocol as a table that a clinician can review, or in another form.

    Piped a table is Markdown, on a terminal it is laid out.
    """
    if what == "schema":
        return _show_schema(specs)
    if not specs and what == "unverified":
        specs = _shipped()
    if not specs:
        raise click.UsageError("Missing argument 'SPEC...': which protocol is to be shown?")
    what = what or "table"
    protocols = [load(spec) for spec in specs]
    if form == "json":
        answer(FORMAT, {"what": what, "protocols": [_fields(protocol, what) for protocol in protocols]})
        return HOLDS
    for number, protocol in enumerate(protocols):
        if number:
            click.echo()
        if what in _TEXTS:
            click.echo(_TEXTS[what](protocol).rstrip("\n"))
        else:
            show_page(_page(protocol, what))
    return HOLDS


def _shipped() -> tuple[str, ...]:
    from protocol.language.shipped import shipped_names

    return shipped_names()


def _show_schema(specs: tuple[str, ...]) -> int:
    import json

    from protocol.language.to_schema import schema

    if specs:
        raise click.UsageError("The schema is of the language, not of a protocol: leave SPEC out.")
    click.echo(json.dumps(schema(), indent=2))
    return HOLDS


def _page(protocol: Protocol, what: str) -> Sequence[Block]:
    from protocol.language.table_of_sources import sources, unverified
    from protocol.language.to_table import title, to_table
    from protocol.semantics.contradictions import contradictions

    if what == "table":
        return to_table(protocol, contradictions(protocol))
    parts = {"sources": sources, "unverified": unverified}
    return (title(protocol), *parts[what](protocol))


def _canonical(protocol: Protocol) -> str:
    from protocol.language.to_yaml import print_protocol

    return print_protocol(protocol)


def _diagram(protocol: Protocol) -> str:
    from protocol.executors.states import diagram

    return diagram(protocol)


def _promela(protocol: Protocol) -> str:
    from protocol.verification.promela.asked import NotInPromela
    from protocol.verification.promela.to_promela import promela
    from protocol.verification.promela.wrongs import is_of_one_visit
    from protocol.verification.search.grids import visit_grid

    every = visit_grid(protocol)
    try:
        return promela(protocol, every, [item.name for item in protocol.properties if is_of_one_visit(item)])
    except NotInPromela as error:
        return f"/* without its properties: {error} */\n{promela(protocol, every)}"


_TEXTS = {"canonical": _canonical, "diagram": _diagram, "promela": _promela}


def _fields(protocol: Protocol, what: str) -> dict[str, Any]:
    if what in _TEXTS:
        return {**identity(protocol), "text": _TEXTS[what](protocol)}
    return {**identity(protocol), "page": list(_blocks(_page(protocol, what)))}


def _blocks(page: Iterable[Block]) -> Iterable[dict[str, Any]]:
    from protocol.adapters.to_json import plain

    return ({"kind": type(block).__name__.lower(), **plain(block)} for block in page)
