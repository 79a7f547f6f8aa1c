"""The command `explain`: the page of a topic, of criteria of toxicity, or of a code that a message carries."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from protocol.commands import HOLDS
from protocol.commands.form import Answering, answer, in_form
from protocol.commands.screen import show, width

FORMAT = "protocol-explain/1"


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from protocol.commands.pages import names

    return [CompletionItem(name) for name in names() if name.upper().startswith(incomplete.upper())]


@click.command(
    cls=Answering, short_help="Explain the language, the meaning, or a message.", epilog="Example: protocol explain P012"
)
@click.argument("topic", required=False, shell_complete=_complete)
@in_form("text", "json")
def explain(topic: str | None, form: str) -> int:
    """Explain a topic, or the code that a message carries.

    TOPIC is 'language' (how a protocol is written), 'semantics' (how a visit is decided), 'verification' (what is proved),
    'mapping' (how the tables of a study become courses), 'conformance' (the numbers of a replay), 'tables' (many courses at
    once), criteria of toxicity such as 'CTCAE 5.0' (which grade a laboratory value has), or a code such as P012. Without one the
    topics are listed.
    """
    from protocol.commands.pages import names, overview, page

    if topic is None:
        _say(form, "", overview())
        return HOLDS
    found = page(topic, width())
    if found is None:
        from protocol.language.hints import meant

        alike = [name for name in names() if name[:1].upper() == topic[:1].upper()]
        near = meant(topic, alike) or meant(topic, names())
        question = f"did you mean '{near}'?  " if near else ""
        raise click.UsageError(f"there is no page on '{topic}': {question}'protocol explain' lists the topics.")
    _say(form, topic, found)
    return HOLDS


def _say(form: str, topic: str, text: str) -> None:
    if form == "json":
        answer(FORMAT, {"topic": topic, "text": text})
    else:
        show(text)
