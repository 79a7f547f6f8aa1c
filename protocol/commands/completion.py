"""The command `completion`: the script by which a shell completes commands, options, protocols and courses."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from protocol.commands import HOLDS

INSTALL = {
    "bash": 'Put into ~/.bashrc:  eval "$(protocol completion bash)"',
    "zsh": 'Put into ~/.zshrc:  eval "$(protocol completion zsh)"',
    "fish": "Run once:  protocol completion fish > ~/.config/fish/completions/protocol.fish",
}


@click.command(short_help="Print the script for a shell to complete commands.", epilog="Example: protocol completion bash")
@click.argument("shell", type=click.Choice(list(INSTALL)))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the script by which a shell completes commands, options, names of protocols and courses.

    The first line of the script says how to install it.
    """
    from protocol.cli import COMPLETE

    script = get_completion_class(shell)
    assert script is not None
    source = script(context.find_root().command, {}, "protocol", COMPLETE).source()
    click.echo(f"# {INSTALL[shell]}\n{source}")
    return HOLDS
