"""How a command prints: plain when piped, in colours and no wider than the terminal when somebody looks."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from protocol.adapters.colours import COLOURS
from protocol.cli import COMMANDS
from protocol.commands.screen import wrapped

ARGUMENTS = {
    "check": ("small",),
    "test": ("small", "--coverage"),
    "replay": ("small", "small/courses.md"),
    "why": ("small:raised", "35"),
    "show": ("small",),
    "doctor": (),
    "explain": (),
}


def on_terminal(columns: int, *arguments: str, **variables: str) -> str:
    """What a command shows on a terminal of that width, with the signs that steer it."""
    import pty

    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    told = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES")
    environment = {name: value for name, value in os.environ.items() if name not in told}
    command = [sys.executable, "-m", "protocol", *arguments]
    with subprocess.Popen(command, stdout=inner, stderr=inner, env={**environment, "TERM": "xterm-256color", **variables}):
        os.close(inner)
        shown = b""
        while part := _read(outer):
            shown += part
    os.close(outer)
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # on Linux the end of a terminal is an error
        return b""


def plain(shown: str) -> str:
    # What was taken away again (a bar of progress) is not looked at.
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", re.sub(r"[^\n]*\x1b\[2K", "", shown.replace("\r\n", "\n")))


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("columns", [40, 200])
@pytest.mark.parametrize("command", sorted(ARGUMENTS.keys() & set(COMMANDS)))
def test_no_line_is_wider_than_the_terminal(command: str, columns: int, desk: Path) -> None:
    lines = plain(on_terminal(columns, command, *ARGUMENTS[command])).splitlines()
    assert lines
    wide = [line for line in lines if len(line) > columns and not _is_a_long_word(line, columns)]
    assert not wide


def _is_a_long_word(line: str, columns: int) -> bool:
    """Whether the line is wide because of one word, such as a path, that stands alone in it."""
    return max(map(len, line.split())) > columns - 12


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_help_fits_a_narrow_terminal(command: str, desk: Path) -> None:
    assert max(len(line) for line in plain(on_terminal(40, command, "--help")).splitlines()) <= 40


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("command", ["check", "show"])
def test_no_color_leaves_no_sign_of_colours(command: str, desk: Path) -> None:
    assert "\x1b[" in on_terminal(100, command, "small")
    assert "\x1b[" not in on_terminal(100, command, "small", NO_COLOR="1")


@pytest.mark.parametrize(
    ("variables", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)]
)
def test_what_is_piped_is_plain_unless_colours_are_forced(variables: dict[str, str], coloured: bool, desk: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "protocol", "test", "small"]
    done = subprocess.run(command, env={**environment, "TERM": "xterm", **variables}, capture_output=True, check=True)
    assert (b"\x1b[" in done.stdout) is coloured


def test_a_long_line_is_broken_between_words_and_set_in() -> None:
    assert wrapped("short\n  a line that is too long here", 16) == "short\n  a line that is\n      too long\n      here"


def test_a_path_stays_whole() -> None:
    assert wrapped("see /a/very/long/path/to/a/file", 10) == "see\n    /a/very/long/path/to/a/file"


@pytest.mark.parametrize(
    ("text", "coloured"),
    [("missing: anc, platelets", 1), ("undecided, as anc is missing.", 2), ("missing-never-raises, a-missing-sign", 0)],
)
def test_a_word_stands_out_by_itself_and_not_in_a_name(text: str, coloured: int) -> None:
    assert sum(len(re.findall(pattern, text)) for pattern, style in COLOURS if style == "yellow") == coloured
