"""What a watch saw, as CSV: one row for each rule at each visit."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from protocol.adapters.phrases import say_date
from protocol.model.course import Visit
from protocol.model.watching import Answer, Watching

WORDS = {True: "true", False: "false", None: "unknown"}
COLUMNS = ("course", "minutes", "latest", "time", "rule", "holds", "needs", "on date", "measured", "facts", "refused", "row")


def to_csv(watchings: Sequence[Watching]) -> str:
    """One row for each rule at each visit, with a header. Several values of one cell are separated by ``; ``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for watching in watchings:
        for seen in watching.visits:
            refused = "; ".join(refusal.observation.input for refusal in seen.refused)
            writer.writerows((watching.course, *_when(seen.visit), *_said(one), refused, seen.visit.row) for one in seen.answers)
    return text.getvalue()


def _when(visit: Visit) -> tuple[object, ...]:
    return visit.time, "" if visit.latest is None else visit.latest, say_date(visit)


def _said(answer: Answer) -> tuple[str, ...]:
    facts = "; ".join(f"{fact.name}: {fact.value} ({fact.status})" for fact in answer.facts)
    needs = "; ".join(answer.needs)
    return answer.rule, WORDS[answer.holds], needs, _yes(answer.on_date), _yes(answer.measured), facts


def _yes(flag: bool) -> str:
    return "yes" if flag else ""
