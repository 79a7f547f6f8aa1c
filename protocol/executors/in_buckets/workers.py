"""How is the same done for many things at once, so that a process that is killed is noticed and nobody waits for ever?

Each process has a line of its own to this one. A process whose line is cut ends when it has done what it has at hand; here a
process that ends is seen by its line. Things are handed out in order, and after a first refusal only those at hand are
finished, so that the first thing that is refused is found whatever the number of processes.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from attrs import frozen

from protocol.errors import InputError, Problem, ProtocolError
from protocol.executors.in_buckets.codes import AGAIN, refusal

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@frozen
class Refused:
    """What could not be done for the caller's mistake: as a value, because not every error goes from process to process."""

    problems: tuple[Problem, ...]


@frozen
class _Fault:
    """What could not be done for a mistake of this program."""

    said: str


def attempted(work: Callable[[Item], Answer], item: Item) -> Answer | Refused:
    """What the work gives for an item, or why it is refused."""
    try:
        return work(item)
    except InputError as error:
        return Refused(error.problems)
    except MemoryError:
        return Refused(refusal("R008", "the memory is not enough for one bucket", f"Take more --buckets. {AGAIN}").problems)


def in_processes(work: Callable[[Item], Answer], items: Sequence[Item], count: int) -> Iterator[tuple[Item, Answer | Refused]]:
    """What the work gives for each item, as it is done, with so many processes; with one, in this one."""
    if min(count, len(items)) < 2:
        for item in items:
            answer = attempted(work, item)
            yield item, answer
            if isinstance(answer, Refused):
                return
        return
    team = _Team(work, min(count, len(items)))
    try:
        yield from team.done(items)
    finally:
        team.end()


class _Team:
    """Processes with a line to each."""

    def __init__(self, work: Callable[[Any], Any], count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.lines: dict[Connection, BaseProcess] = {}
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs,), daemon=True)
            self._begin(process)
            theirs.close()
            self.lines[ours] = process
        for line in self.lines:
            _send(line, work)

    def _begin(self, process: BaseProcess) -> None:
        try:
            with _uninterrupted():
                process.start()
        except OSError:  # it was ended before it had begun, or there can be no more
            self.end()
            raise self._ended(process) from None

    def done(self, items: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        """Each item with what came of it, as it comes."""
        waiting, busy = iter(items), dict[Connection, Any]()
        for line in self.lines:
            _hand(line, waiting, busy)
        while busy:
            ready = set(wait(list(busy)))
            for line in [one for one in busy if one in ready]:
                item = busy.pop(line)
                answer = self._answer(line)
                waiting = iter(()) if isinstance(answer, Refused) else waiting
                _hand(line, waiting, busy)
                yield item, answer

    def _answer(self, line: Connection) -> Any:
        try:
            answer = line.recv()
        except (EOFError, OSError):
            raise self._ended(self.lines[line]) from None
        return unfolded(answer)

    def _ended(self, process: BaseProcess) -> ProtocolError:
        if process.pid is not None:
            process.join(5)
        code = process.exitcode
        how = f"by signal {-code}" if code is not None and code < 0 else "before it was done"
        hint = "Was the memory full? Run the same command again, with fewer --workers or more --buckets; what was done is kept."
        return refusal("R008", f"a process that replays was ended {how}", hint)

    def end(self) -> None:
        """Ends all of them, at once: what is half-done lies beside its place and is of no use."""
        for line, process in self.lines.items():
            line.close()
            process.kill()
        for process in self.lines.values():
            process.join()


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """A process that begins here does not hear who interrupts from the keyboard: that is for this one, which ends the others."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # begins with the first process, and then lets signals through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hand(line: Connection, waiting: Iterator[Any], busy: dict[Connection, Any]) -> None:
    for item in waiting:
        busy[line] = item
        _send(line, item)
        return


def _send(line: Connection, value: Any) -> None:
    with contextlib.suppress(OSError):  # it has ended; that is seen when its answer is waited for
        line.send(value)


def _serve(line: Connection) -> None:
    """What a process does: one item after the other, with the work that comes first, until the line is cut."""
    with contextlib.suppress(EOFError, OSError):
        work = line.recv()
        while True:
            line.send(answered(work, line.recv()))


def answered(work: Callable[[Any], Any], item: Any) -> Any:
    """As ``attempted``, in another process; a mistake of this program comes back too, to be raised by ``unfolded``."""
    try:
        return attempted(work, item)
    except Exception as error:
        return _Fault(f"{type(error).__name__}: {error}\n{traceback.format_exc()}")


def unfolded(answer: Any) -> Any:
    """What came back from another process. Raises RuntimeError for a mistake of this program."""
    if isinstance(answer, _Fault):
        raise RuntimeError(answer.said)
    return answer
