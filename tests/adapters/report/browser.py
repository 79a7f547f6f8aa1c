"""A headless Chromium that is asked, over a pipe, what a page does: what it requests, what it complains of, what it saves."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage",
)  # fmt: skip


class Browser:
    """One tab. ``requests`` and ``complaints`` are all since the tab was opened."""

    def __init__(self, to: int, answers: int) -> None:
        self._to, self._answers = to, answers
        self._rest, self._last = b"", 0
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._heard: list[str] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for part in ("Page", "Network", "Runtime", "Log"):
            self.ask(f"{part}.enable")

    def ask(self, method: str, **arguments: Any) -> dict[str, Any]:
        """What the tab answers."""
        return self._ask(method, self._session, **arguments)

    def open(self, page: Path) -> None:
        """Opens the page and waits until it is there."""
        self._heard.clear()
        self.ask("Page.navigate", url=page.as_uri())
        while "Page.loadEventFired" not in self._heard:
            self._hear()

    def value(self, expression: str) -> Any:
        """What an expression is in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def _ask(self, method: str, session: str = "", **arguments: Any) -> dict[str, Any]:
        self._last += 1
        message = {"id": self._last, "method": method, "params": arguments, **({"sessionId": session} if session else {})}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while (answer := self._hear()).get("id") != self._last:
            pass
        assert "error" not in answer, answer
        return dict(answer["result"])

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = os.read(self._answers, 1 << 20)
            assert more, "the browser has ended"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(line)
        self._note(heard.get("method", ""), heard.get("params", {}))
        return heard

    def _note(self, method: str, said: dict[str, Any]) -> None:
        self._heard.append(method)
        if method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
            self.complaints.append(json.dumps(said))


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser that ends with the test. ``profile`` is an empty folder for what it keeps."""
    assert CHROMIUM
    hears, ours = _pipe()
    answers, theirs = _pipe()
    command = [CHROMIUM, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"]
    # It hears on descriptor 3 and answers on 4.
    placed = [(os.POSIX_SPAWN_DUP2, hears, 3), (os.POSIX_SPAWN_DUP2, theirs, 4)]
    silent = [(os.POSIX_SPAWN_OPEN, place, os.devnull, os.O_RDWR, 0) for place in (0, 1, 2)]
    process = os.posix_spawn(CHROMIUM, command, os.environ, file_actions=[*silent, *placed])
    os.close(hears)
    os.close(theirs)
    try:
        yield Browser(ours, answers)
    finally:
        os.close(ours)
        os.close(answers)
        _end(process)


def _pipe() -> tuple[int, int]:
    """A pipe whose ends lie out of the way of the descriptors that the browser uses."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


def _end(process: int) -> None:
    """Without its pipe it ends by itself; where it does not, it is ended."""
    begun = time.monotonic()
    while time.monotonic() - begun < 5:
        if os.waitpid(process, os.WNOHANG)[0]:
            return
        time.sleep(0.05)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
