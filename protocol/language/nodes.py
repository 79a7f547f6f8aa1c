"""What a YAML file is before it is understood: texts, lists and mappings, each with its place in the file."""

from __future__ import annotations

from attrs import frozen

from protocol.language.report import Span


@frozen
class Scalar:
    """A text. ``style`` is the sign that begins it in the file, empty where it is plain; ``flow``: it stands in braces."""

    text: str
    span: Span
    style: str = ""
    flow: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written, not even quotes."""
        return not self.text and not self.style


@frozen
class Listing:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@frozen
class Mapping:
    """Keys with their values, in order; each key is there once."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span
    flow: bool = False


Node = Scalar | Listing | Mapping


def places(source: str, scalar: Scalar) -> list[int] | None:
    """For each character of a scalar's text its place in the file; None where quotes or escapes hide it.

    YAML folds white space and strips indentation but keeps all other characters in order, so that the characters which are
    not white space can be paired off, whatever the style.
    """
    place, end = _body(source, scalar)
    found: list[int] = []
    for sign in scalar.text:
        if not sign.isspace():
            while place < end and source[place].isspace():
                place += 1
            if place >= end or source[place] != sign:
                return None
        found.append(place)
        place += 0 if sign.isspace() else 1
    return found


def _body(source: str, scalar: Scalar) -> tuple[int, int]:
    start, end = scalar.span.start, scalar.span.start + scalar.span.length
    if scalar.style in ("|", ">"):
        return source.find("\n", start, end) + 1 or end, end
    return (start + 1, end - 1) if scalar.style else (start, end)


@frozen
class Located:
    """A scalar's text, of which every part can be shown in the file."""

    text: str
    span: Span
    _places: list[int] | None

    def at(self, start: int, end: int) -> Span:
        """The span of a part of the text; the begin of the scalar where the part cannot be found in the file."""
        if self._places is None or not self._places:
            return Span(self.span.start)
        if start >= len(self._places):
            return Span(self._places[-1] + 1)
        return Span(self._places[start], self._places[max(start, end - 1)] - self._places[start] + 1)


def joined(first: Located, second: Located) -> Located:
    """Two texts as one with a space between them; each part of it is shown where it stands in the file."""
    places = None
    if first._places and second._places:
        places = [*first._places, first._places[-1] + 1, *second._places]
    return Located(f"{first.text} {second.text}", second.span, places)


def located(source: str, scalar: Scalar) -> Located:
    """The scalar's text with the place of each of its characters."""
    return Located(scalar.text, scalar.span, places(source, scalar))
