"""What is due at a visit: scheduled measurements whose time has come, and those whose time has passed."""

from __future__ import annotations

from protocol.model.decision import Due
from protocol.model.input import Input
from protocol.semantics.scene import Scene


def due(scene: Scene) -> tuple[Due, ...]:
    """Every scheduled input that is due, overdue or without a reading, while treatment lasts.

    An input never measured is due from the start of treatment on, because that is where the schedule begins.
    """
    if scene.state.control.kind == "stopped":
        return ()
    items = (_due(scene, item) for item in scene.prepared.protocol.inputs)
    return tuple(item for item in items if item is not None)


def _due(scene: Scene, item: Input) -> Due | None:
    if item.schedule is None:
        return None
    held = scene.state.reading(item.name)
    if held is None:
        started = scene.state.started
        return None if started is None else _since(item, "never measured", started + item.schedule.earliest, started, scene.time)
    return _since(item, "due", held.observed + item.schedule.earliest, held.observed, scene.time)


def _since(item: Input, status: str, since: int, last: int, time: int) -> Due | None:
    assert item.schedule is not None
    latest = last + item.schedule.latest
    if time < since:
        return None
    if status == "never measured":
        return Due(item.name, "never measured", since, latest)
    return Due(item.name, "overdue" if time > latest else "due", since, latest)
