"""What a protocol asks when its grades are meant by other criteria, as the fields of a document."""

from __future__ import annotations

from protocol.model.regrading import AsGrade, Regrading
from protocol.model.said import say_guard

Fields = dict[str, object]


def regrading_fields(regrading: Regrading) -> Fields:
    """The conditions that are grades, what was not regraded, and which inputs are as somebody reports them."""
    return {
        "criteria": regrading.criteria,
        "unverified": regrading.unverified,
        "conditions": [
            {
                "place": one.place,
                "asks": say_guard(one.asks),
                "grade": _grade(one.grade),
                "before": say_guard(one.before),
                "after": say_guard(one.after),
                "same": one.is_same,
            }
            for one in regrading.conditions
        ],
        "kept": [
            {"place": one.place, "asks": say_guard(one.asks) if one.asks else "", "why": one.why, "is_grade": one.is_grade}
            for one in regrading.kept
        ],
        "reported": list(regrading.reported),
        "added": list(regrading.added),
    }


def _grade(grade: AsGrade) -> Fields:
    return {
        "criteria": grade.criteria,
        "term": grade.term,
        "operator": grade.operator,
        "grade": grade.grade,
        "exact": grade.exact,
    }
