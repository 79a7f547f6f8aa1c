"""How each type of value looks in JSON: how it is written, how it is read back, and how a schema describes it.

All three are built from the annotations of the frozen classes, so a field that is added to a class is stored without a line
here. An object has every field of its class and no other; a number is exact text (``1.5``, ``1/3``), and stands in an object
where a text could stand too; a set is a sorted list; of several classes the one that is meant is named by ``kind``.

Written by hand, and not with a converter library, because the three belong together and a stored dose is read strictly:
nothing is turned from one type into another, and a field is not left out because it has a default.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from protocol.errors import NotationError
from protocol.executors.scalars import SCALARS, Definitions, Json, Mismatch, Shape, unlike, word

ADDED: frozenset[tuple[str, str]] = frozenset(
    {
        ("State", "baseline"),
        ("State", "history"),
        ("State", "refused_last"),
        ("State", "raised"),
        ("State", "lowered"),
        ("State", "taken"),
        ("State", "held_on_drug"),
        ("State", "awaited"),
        ("Decision", "monitoring"),
        ("Regimen", "days"),
        ("Given", "level"),
        ("Given", "anew"),
        ("Decision", "dispensed"),
        ("Effect", "anew"),
        ("Decision", "conflict"),
        ("Decision", "acted_on"),
        ("Permission", "also"),
    }
)
"""Class and field that documents of an earlier release do not have; there they are read as the field's default."""


_BUILT: dict[Any, Shape] = dict(SCALARS)


def shape(kind: Any) -> Shape:
    """The shape of a type: an attrs class, a scalar, or a tuple, frozenset, literal or union of such. Raises TypeError."""
    if kind not in _BUILT:
        _BUILT[kind] = _built(kind)
    return _BUILT[kind]


def _built(kind: Any) -> Shape:
    if isinstance(kind, type) and attrs.has(kind):
        return _object(kind)
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return word(parts)
    if origin is tuple:
        return _list(parts[0]) if parts[-1] is Ellipsis else _row(parts)
    if origin is frozenset:
        return _set(parts[0])
    if origin in (Union, types.UnionType):
        return _union(parts)
    raise TypeError(f"no shape for {kind}")


# Lists


def _list(part: Any) -> Shape:
    inner = shape(part)

    def read(value: Any) -> Any:
        return tuple(_items(value, (inner.read,) * _length(value)))

    return Shape(
        lambda value: [inner.write(item) for item in value],
        read,
        lambda definitions: {"type": "array", "items": inner.describe(definitions)},
    )


def _row(parts: tuple[Any, ...]) -> Shape:
    inner = tuple(shape(part) for part in parts)

    def read(value: Any) -> Any:
        if _length(value) != len(inner):
            raise Mismatch(("", f"a list of {len(value)} where one of {len(inner)} is expected"))
        return tuple(_items(value, tuple(one.read for one in inner)))

    return Shape(
        lambda value: [one.write(item) for one, item in zip(inner, value, strict=True)],
        read,
        lambda definitions: {
            "type": "array",
            "items": [one.describe(definitions) for one in inner],
            "minItems": len(inner),
            "maxItems": len(inner),
        },
    )


def _set(part: Any) -> Shape:
    inner = shape(tuple[part, ...])
    return Shape(
        lambda value: inner.write(sorted(value)),
        lambda value: frozenset(inner.read(value)),
        lambda definitions: {**inner.describe(definitions), "uniqueItems": True},
    )


def _length(value: Any) -> int:
    if type(value) is not list:
        raise unlike(value, "a list")
    return len(value)


def _items(value: list[Any], readers: tuple[Callable[[Any], Any], ...]) -> list[Any]:
    found, wrong = list[Any](), list[tuple[str, str]]()
    for number, (item, read) in enumerate(zip(value, readers, strict=True)):
        try:
            found.append(read(item))
        except Mismatch as mismatch:
            wrong += mismatch.under(f"[{number}]")
    if wrong:
        raise Mismatch(*wrong)
    return found


# Objects


def _object(kind: type) -> Shape:
    hints = get_type_hints(kind)
    fields = {item.name: shape(hints[item.name]) for item in attrs.fields(kind)}
    writers = tuple((name, one.write) for name, one in fields.items())
    converted = tuple(item for item in attrs.fields(kind) if item.converter is not None)

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise unlike(value, "an object")
        return _made(kind, converted, _fields(kind.__name__, fields, value))

    def describe(definitions: Definitions) -> Json:
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}
            definitions[kind.__name__] = _described(kind, fields, definitions)
        return {"$ref": f"#/definitions/{kind.__name__}"}

    return Shape(lambda value: {name: write(getattr(value, name)) for name, write in writers}, read, describe)


def _fields(owner: str, fields: dict[str, Shape], value: Json) -> dict[str, Any]:
    found, wrong = dict[str, Any](), list[tuple[str, str]]()
    for name, inner in fields.items():
        try:
            if name in value:
                found[name] = inner.read(value[name])
            elif (owner, name) not in ADDED:
                wrong.append((f".{name}", "is missing"))
        except Mismatch as mismatch:
            wrong += mismatch.under(f".{name}")
    wrong += [(f".{name}", "is not a field that is known here") for name in value if name not in fields]
    if wrong:
        raise Mismatch(*wrong)
    return found


def _made(kind: type, converted: tuple[attrs.Attribute[Any], ...], found: dict[str, Any]) -> Any:
    try:
        made = kind(**found)
    except NotationError as error:
        raise Mismatch(("", str(error))) from None
    for item in converted:
        # What a class puts into its one form when it is made was in that form when it was stored.
        if getattr(made, item.name) != found.get(item.name, item.default):
            raise Mismatch((f".{item.name}", "is not in the form in which it is stored"))
    return made


def _described(kind: type, fields: dict[str, Shape], definitions: Definitions) -> Json:
    first_line = (kind.__doc__ or "").strip().split("\n")[0]
    return {
        "description": first_line,
        "type": "object",
        "properties": {name: inner.describe(definitions) for name, inner in fields.items()},
        "required": [name for name in fields if (kind.__name__, name) not in ADDED],
        "additionalProperties": False,
    }


# One of several types


def _union(parts: tuple[Any, ...]) -> Shape:
    kinds = tuple(part for part in parts if part is not type(None))
    if all(isinstance(kind, type) and attrs.has(kind) for kind in kinds) and len(kinds) > 1:
        inner = _one_class_of(kinds)
    elif len(kinds) == 1:
        inner = shape(kinds[0])
    else:
        inner = _text_or(*kinds)
    return inner if len(kinds) == len(parts) else _or_null(inner)


def _or_null(inner: Shape) -> Shape:
    return Shape(
        lambda value: None if value is None else inner.write(value),
        lambda value: None if value is None else inner.read(value),
        lambda definitions: {"anyOf": [inner.describe(definitions), {"type": "null"}]},
    )


def _text_or(*kinds: Any) -> Shape:
    """A text, or something that is written as an object; a number becomes one, because its text could be any text."""
    (other,) = (kind for kind in kinds if kind is not str)
    inner = _number_object() if other is Fraction else shape(other)
    return Shape(
        lambda value: value if isinstance(value, str) else inner.write(value),
        lambda value: value if isinstance(value, str) else inner.read(value),
        lambda definitions: {"anyOf": [{"type": "string"}, inner.describe(definitions)]},
    )


def _number_object() -> Shape:
    inner = shape(Fraction)

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise unlike(value, "a text or an object")
        return _fields("", {"number": inner}, value)["number"]

    return Shape(
        lambda value: {"number": inner.write(value)},
        read,
        lambda definitions: {
            "type": "object",
            "properties": {"number": inner.describe(definitions)},
            "required": ["number"],
            "additionalProperties": False,
        },
    )


def _one_class_of(kinds: tuple[Any, ...]) -> Shape:
    """One of several classes; ``kind`` is the name of the class in small letters."""
    by_name = {kind.__name__.lower(): kind for kind in kinds}
    shapes = {name: shape(kind) for name, kind in by_name.items()}
    names = word(tuple(by_name))

    def write(value: Any) -> Any:
        kind = type(value).__name__.lower()
        return {"kind": kind, **shapes[kind].write(value)}

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise unlike(value, "an object")
        kind = _fields("", {"kind": names}, {"kind": value.get("kind")})["kind"]
        return shapes[kind].read({name: part for name, part in value.items() if name != "kind"})

    def describe(definitions: Definitions) -> Json:
        return {"anyOf": [_with_kind(name, kind, definitions) for name, kind in by_name.items()]}

    return Shape(write, read, describe)


def _with_kind(name: str, kind: Any, definitions: Definitions) -> Json:
    """The schema of a class with its ``kind``; in place of the one without it, because that allows no further field."""
    reference = shape(kind).describe(definitions)
    plain = definitions[kind.__name__]
    if "kind" not in plain["properties"]:
        definitions[kind.__name__] = {
            **plain,
            "properties": {"kind": {"const": name}, **plain["properties"]},
            "required": ["kind", *plain["required"]],
        }
    return reference
