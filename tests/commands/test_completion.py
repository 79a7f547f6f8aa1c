"""What a shell completes, and the script by which it asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from protocol.cli import COMMANDS, cli, run
from protocol.commands.completion import INSTALL

Output = pytest.CaptureFixture[str]


def completed(*words: str) -> list[tuple[str, str]]:
    shell = ShellComplete(cli, {}, "protocol", "_PROTOCOL_COMPLETE")
    return [(item.type, item.value) for item in shell.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize("shell", INSTALL)
def test_the_script_says_how_to_install_it(shell: str, capsys: Output) -> None:
    assert run(["completion", shell]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("# ") and f"protocol completion {shell}" in lines[0]
    assert any(f"_PROTOCOL_COMPLETE={shell}_complete" in line for line in lines)


def test_an_unknown_shell_is_unusable(capsys: Output) -> None:
    assert run(["completion", "tcsh"]) == 2
    assert "bash" in capsys.readouterr().err


def test_commands_are_completed() -> None:
    assert {value for _, value in completed("")} >= set(COMMANDS)
    assert completed("wh") == [("plain", "why")]


@pytest.mark.parametrize("command", ["check", "test", "verify", "diff", "show", "replay"])
def test_a_spec_is_completed_by_shipped_names_and_by_paths(command: str) -> None:
    assert completed(command, "imatinib-h")[:2] == [("file", "imatinib-h"), ("plain", "imatinib-hes")]
    assert all(value.startswith("imatinib-h") for _, value in completed(command, "imatinib-h"))
    assert completed(command, "./x") == [("file", "./x")]


def test_a_course_is_completed_by_its_heading() -> None:
    assert completed("why", "imatinib-h")[:2] == [("file", "imatinib-h"), ("plain", "imatinib-hes:")]
    assert ("plain", "imatinib-hes:counts-fall-twice-at-400-mg") in completed("why", "imatinib-hes:counts-f")
    assert completed("why", "nowhere:x") == []


def test_a_topic_is_completed() -> None:
    assert completed("explain", "lang") == [("plain", "language")]
    assert ("plain", "P012") in completed("explain", "p01")


def test_a_property_is_completed_by_those_of_the_protocol_and_those_that_are_built_in() -> None:
    assert completed("verify", "imatinib-hes", "--property", "eight") == [("plain", "eight-weeks")]
    assert completed("verify", "nowhere", "--property", "no-dead") == [("plain", "no-dead-end")]


def test_options_are_completed() -> None:
    assert completed("show", "--un") == [("plain", "--unverified")]


def test_a_shell_gets_its_answer(tmp_path: Path) -> None:
    asked = {"COMP_WORDS": "protocol check imatinib-h", "COMP_CWORD": "2", "_PROTOCOL_COMPLETE": "bash_complete"}
    command = [sys.executable, "-m", "protocol"]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[:2], done.stderr) == (0, ["file,imatinib-h", "plain,imatinib-hes"], "")
