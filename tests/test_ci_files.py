"""What other people's CI takes from here asks for nothing that there is not: hooks, the action, what the README shows."""

from __future__ import annotations

import os
import re
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from protocol.cli import COMMANDS

ROOT = Path(__file__).parent.parent
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ACTION = yaml.safe_load((ROOT / ".github" / "actions" / "verify" / "action.yml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def options(command: str) -> set[str]:
    found: click.Command = getattr(import_module(f"protocol.commands.{command}"), command)
    return {name for parameter in found.params for name in parameter.opts if name.startswith("--")}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_a_command_that_there_is(hook: dict[str, Any]) -> None:
    program, command, *more = hook["entry"].split()
    assert program == "protocol" and command in COMMANDS and not more
    assert hook["id"] == f"protocol-{command}" and hook["language"] == "python" and not hook["pass_filenames"]
    re.compile(hook["files"])


def test_the_action_uses_its_inputs_and_no_others() -> None:
    text = str(ACTION["runs"])
    assert set(re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", text)) == set(ACTION["inputs"])
    assert all(step["shell"] == "bash" for step in ACTION["runs"]["steps"])
    # An input that stood in the script itself could hold commands.
    assert not any("${{" in step["run"] for step in ACTION["runs"]["steps"])
    assert [name for name, one in ACTION["inputs"].items() if one.get("required")] == ["specs"]


STUB = """#!/bin/sh
printf '%s\\n' "$@" >"$RUNNER_TEMP/asked"
printf '::error file=x,line=1::it fails\\n' >"$RUNNER_TEMP/annotations"
echo "::warning::from a file of the repository"
exit $CODE
"""


def run_action(folder: Path, code: int = 0, **inputs: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """The script of the action with a stub in the place of the command; what it was asked."""
    (folder / "protocol").write_text(STUB, encoding="utf-8")
    (folder / "protocol").chmod(0o755)
    step = ACTION["runs"]["steps"][-1]
    given = {name: one.get("default", "") for name, one in ACTION["inputs"].items()} | inputs
    env = {name: given[re.fullmatch(r"\$\{\{ inputs\.(.*) \}\}", value)[1]] for name, value in step["env"].items()}  # type: ignore[index]
    env |= {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "RUNNER_TEMP": str(folder), "CODE": str(code)}
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(shell, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done, (folder / "asked").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_action_exits_as_the_command_does_and_shows_the_annotations_last(tmp_path: Path, code: int) -> None:
    done, asked = run_action(tmp_path, code, specs="specs/a\n specs/b", baseline="b c.json", **{"allow-unproved": "true"})
    assert (done.returncode, done.stderr) == (code, "")
    assert asked[0] == "verify" and asked[-3:] == ["--", "specs/a", "specs/b"]
    assert asked[asked.index("--baseline") + 1] == "b c.json" and "--allow-unproved" in asked
    assert {one for one in asked[:-3] if one.startswith("--")} <= options("verify")
    first, hostile, ended, last = done.stdout.splitlines()
    assert first.startswith("::stop-commands::") and ended == f"::{first.removeprefix('::stop-commands::')}::"
    assert hostile.startswith("::warning") and last == "::error file=x,line=1::it fails"


def test_the_action_asks_no_more_than_it_was_given(tmp_path: Path) -> None:
    _, asked = run_action(tmp_path, specs="specs/a")
    assert "--baseline" not in asked and "--allow-unproved" not in asked


def blocks() -> list[Any]:
    section = README.partition("\n## In CI\n")[2].partition("\n## ")[0]
    return [yaml.safe_load(text) for text in re.findall(r"^```yml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)]


def test_the_readme_asks_the_action_for_what_it_has() -> None:
    (steps,) = [job["steps"] for block in blocks() if "jobs" in block for job in block["jobs"].values()]
    (ours,) = [step for step in steps if step.get("uses", "").partition("@")[0].endswith("/.github/actions/verify")]
    assert set(ours["with"]) <= set(ACTION["inputs"]) and "specs" in ours["with"]
    assert any(step.get("with", {}).get("sarif_file") == ACTION["inputs"]["sarif"]["default"] for step in steps)


def test_the_readme_names_hooks_that_there_are() -> None:
    (repos,) = [block["repos"] for block in blocks() if "repos" in block]
    shown = [hook for repo in repos for hook in repo["hooks"]]
    assert {hook["id"] for hook in shown} == {hook["id"] for hook in HOOKS}
    assert all(hook["args"] for hook in shown)


def test_every_command_of_the_section_exists_with_its_options() -> None:
    section = README.partition("\n## In CI\n")[2].partition("\n## ")[0]
    found = re.findall(r"\bprotocol (verify|test|check)\b([^`\n]*)", section)
    assert found
    for command, rest in found:
        assert set(re.findall(r"--[a-z-]+", rest)) <= options(command) | {"--format"}
