"""The first look at an object of JSON lines: how it is packed, and whether it is JSON lines at all."""

from __future__ import annotations

from itertools import islice

from headrace.delimited.encoding import settle_encoding
from headrace.errors import SourceFormatError
from headrace.head import HEAD_BYTES, first_bytes
from headrace.items.documents import JsonObject, parse_json
from headrace.items.text import CellError
from headrace.jsonlines.lines import LineReader
from headrace.ports import ObjectRef, ObjectStore
from headrace.source import is_zipped

_LINES = 100


def look_at_lines(store: ObjectStore, source: ObjectRef) -> bool:
    """Whether the object is gzip. Reads at most the first MiB; a line that is no object is a reject
    later, but not one of the first hundred being one is another format.

    Raises:
        SourceFormatError: it is plainly no JSON lines.
        SourceAccessError, SourceChangedError, TransientError: as the store does.
    """
    zipped = is_zipped(store, source)
    data = first_bytes(store, source, zipped)
    _check_encoding(source, data)
    lines = _whole_lines(data)
    if lines and (lines[0].startswith("[") or not any(map(_is_object, lines))):
        raise SourceFormatError(f"{source.url}: {_what_instead(lines[0])}")
    return zipped


def _check_encoding(source: ObjectRef, data: bytes) -> None:
    try:
        settle_encoding("utf-8", data)
    except SourceFormatError as error:
        raise SourceFormatError(
            f"{source.url}: the object starts with the byte order mark of UTF-16; JSON lines are UTF-8: "
            "convert it"
        ) from error


def _whole_lines(data: bytes) -> list[str]:
    """The first lines that are not blank; without the last, which may be cut off, unless it is all."""
    lines = [line for _, _, line in LineReader([data])]
    return list(islice(filter(None, lines if len(data) < HEAD_BYTES else lines[:-1]), _LINES))


def _is_object(line: str) -> bool:
    try:
        return isinstance(parse_json(line, HEAD_BYTES), JsonObject)
    except CellError:
        return False


def _what_instead(first: str) -> str:
    if first.startswith("["):
        return "it is a JSON array; one object a line is expected: `jq -c '.[]'` makes lines of it"
    if first.startswith("{"):
        return (
            "no line of it is a JSON object by itself; one whole object a line is expected: "
            "`jq -c .` makes lines of objects that span several"
        )
    return "its first line is no JSON; one JSON object a line is expected: is format.preset right?"
