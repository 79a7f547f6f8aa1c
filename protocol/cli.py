"""The command line: hands over to a command, and turns whatever comes of it into an exit code.

Exit codes: 0 holds, 1 findings, failed expectations or deviations, 2 unusable input, 3 a fault of this program.
A command is a file of `commands`, imported only when it runs, so that each starts fast.
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import click

from protocol.commands import FAULT, HOLDS, UNUSABLE
from protocol.commands.terminated import terminated_as_interrupted

if TYPE_CHECKING:
    from protocol.errors import ProtocolError

COMMANDS = (
    "check", "test", "verify", "diff", "mutate", "suite", "readings", "map", "replay", "replay-table", "report", "watch", "why",
    "run", "show", "list", "explain", "doctor", "completion",
)  # fmt: skip
"""Each is a file of `commands` that holds a command of the same name, with _ for -; in this order they are listed."""

SHOW_WHAT_WAS_FOUND = ("verify", "diff", "mutate", "suite", "readings")
"""The commands that show what they had found when somebody ends them, be it by Ctrl-C or by SIGTERM."""

COMPLETE = "_PROTOCOL_COMPLETE"
"""The variable by which a shell asks what a word could be."""

_BROKEN_PIPE = 141
_EPILOG = (
    "SPEC is the path of a protocol.yaml, the folder that holds one, or the name of a protocol that comes with this program, "
    "as 'protocol list' has it."
)


def _version(context: click.Context, option: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    from protocol.commands.installation import version

    click.echo(f"protocol {found}" if (found := version()) else "protocol, from its source")
    context.exit()


def _python(name: str) -> str:
    return name.replace("-", "_")


class _Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"protocol.commands.{_python(name)}"), _python(name))
        return command


# Click itself makes no help narrower than 50 columns.
_HELP = {"help_option_names": ["-h", "--help"], "terminal_width": max(30, min(80, shutil.get_terminal_size().columns) - 2)}


@click.group(cls=_Commands, context_settings=_HELP, epilog=_EPILOG)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Say which.")
def cli() -> None:
    """Clinical dose-adjustment protocols as state machines. Research software, not a medical device."""


def main() -> None:
    """Runs the command and exits with its code."""
    # Starting makes thousands of objects that stay; to look for garbage among them again and again costs a twentieth of it.
    gc.set_threshold(100_000)
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs a command; returns its exit code. No mistake of the caller shows as a traceback."""
    from protocol.errors import ProtocolError

    if sys.stdout is None:  # it was closed by the caller
        return _unusable("The output cannot be written: standard output is closed.")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    ended = terminated_as_interrupted() if arguments[:1] and arguments[0] in SHOW_WHAT_WAS_FOUND else contextlib.nullcontext()
    try:
        with ended:
            code = cli.main(list(arguments), prog_name="protocol", complete_var=COMPLETE, standalone_mode=False)
            sys.stdout.flush()
        return int(code or HOLDS)
    except click.ClickException as error:
        return _unusable(error)
    except ProtocolError as error:
        return _unusable(_told(error))
    except click.Abort:
        return 130
    except SystemExit as leaving:  # click itself exits when it has answered a shell, and on a broken pipe
        if COMPLETE in os.environ:
            return int(leaving.code or HOLDS)
        _discard()
        return _BROKEN_PIPE
    except BrokenPipeError:
        _discard()
        return _BROKEN_PIPE
    except OSError as error:
        if error.filename is not None:  # then it was not in writing the output
            return _fault(error)
        _discard()
        return _unusable(f"The output cannot be written: {error.strerror or error}.")
    except Exception as error:
        return _fault(error)


def _discard() -> None:
    """Nobody reads any more; Python would complain once again when it closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


MOST_TOLD = 50
"""Problems of a file; so many are told, and how many more there are: who mends these has mended most of them."""


def _told(error: ProtocolError) -> str:
    """What is wrong; of very many problems the first, and how often there are others of each code."""
    problems = error.problems
    if len(problems) <= MOST_TOLD:
        return str(error)
    codes = Counter(getattr(one, "code", "") for one in problems[MOST_TOLD:])
    more = ", ".join(f"{code} {count:,} times" for code, count in codes.most_common())
    return "\n\n".join((*map(str, problems[:MOST_TOLD]), f"And {len(problems) - MOST_TOLD:,} more problems: {more}."))


def _unusable(why: click.ClickException | str) -> int:
    """Says why, if anybody can be told."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            click.echo(why, err=True) if isinstance(why, str) else why.show()
    return UNUSABLE


def _fault(error: Exception) -> int:
    from protocol.commands.faults import raise_if_wanted, tell_fault

    raise_if_wanted(error)
    tell_fault(f"{type(error).__name__}: {error}".splitlines()[0][:200])
    return FAULT
