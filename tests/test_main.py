"""The command begins in a file that loads next to nothing, so that who stops it at once sees no traceback either."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from types import ModuleType

import pytest

from protocol import __main__


class Stopped(MetaPathFinder):
    """Somebody presses Ctrl-C while the command line is loaded."""

    def find_spec(self, name: str, path: object, target: ModuleType | None = None) -> None:
        if name == "protocol.cli":
            raise KeyboardInterrupt


def test_who_stops_it_while_it_loads_sees_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "protocol.cli", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Stopped(), *sys.meta_path])
    with pytest.raises(SystemExit) as left:
        __main__.main()
    assert left.value.code == 130


def test_it_runs_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["protocol", "--version"])
    with pytest.raises(SystemExit) as left:
        __main__.main()
    assert left.value.code == 0 and capsys.readouterr().out.startswith("protocol")
