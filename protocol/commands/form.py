"""In which form does a command answer: text for people, or one JSON document for programs?

What is wrong with the input goes to stderr as text and the exit code is 2, in either form. A program that asked for JSON also
gets it on stdout, as a document of format ``protocol-problems/1``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from protocol.errors import InputError, NotationError, Problem, ProtocolError

PROBLEMS = "protocol-problems/1"


class Answering(click.Command):
    """A command with an option ``--format``; with ``json`` it also says in JSON why it cannot answer."""

    def invoke(self, context: click.Context) -> Any:
        """Runs the command; see click."""
        try:
            return super().invoke(context)
        except (ProtocolError, click.ClickException) as error:
            if context.params.get("form") == "json":
                answer(PROBLEMS, {"problems": _problems(error)})
            raise


def in_form(*forms: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """The option ``--format``; the first form is the default."""
    said = "For people or for programs. With json, what is wrong with the input is a JSON document on stdout too."
    choice = click.Choice(forms)
    if len(forms) < 3:
        return click.option("--format", "form", type=choice, default=forms[0], show_default=True, help=said)
    # The names of many forms would leave a narrow terminal no room for the help.
    listed = f"{', '.join(forms)}. {said}"
    return click.option("--format", "form", type=choice, default=forms[0], show_default=True, help=listed, metavar="FORM")


def answer(form: str, fields: Mapping[str, Any]) -> None:
    """Prints one JSON document of that format."""
    from protocol.adapters.to_json import document

    click.echo(document(form, fields))


def _problems(error: ProtocolError | click.ClickException) -> tuple[Problem, ...]:
    match error:
        case InputError():
            return error.problems
        case NotationError():
            return (Problem("", error.message, error.hint),)
        case click.ClickException():
            return (Problem("", error.format_message()),)
        case _:
            return (Problem("", str(error)),)
