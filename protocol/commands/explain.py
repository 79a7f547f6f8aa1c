"""The command `explain`: the page of a topic, or of a code that a message carries."""

from __future__ import annotations

import click

from protocol.commands import HOLDS
from protocol.commands.screen import show, width


@click.command(short_help="Explain the language, the meaning, or a message.", epilog="Example: protocol explain P012")
@click.argument("topic", required=False)
def explain(topic: str | None) -> int:
    """Explain a topic, or the code that a message carries.

    TOPIC is 'language' (how a protocol is written), 'semantics' (how a visit is decided), or a code such as P012. Without one
    the topics are listed.
    """
    from protocol.commands.pages import names, overview, page

    if topic is None:
        show(overview())
        return HOLDS
    found = page(topic, width())
    if found is None:
        from protocol.language.hints import meant

        near = meant(topic, names()) or meant(topic.upper(), names())
        question = f"did you mean '{near}'?  " if near else ""
        raise click.UsageError(f"there is no page on '{topic}': {question}'protocol explain' lists the topics.")
    show(found)
    return HOLDS
