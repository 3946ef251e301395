"""Jobs and rows of every kind: what a loader may be asked to read."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from headrace.delimited.rows import row_speller
from headrace.items.codec import RowCodec
from headrace.job.dialect import PRESETS
from headrace.job.model import AttributeType as T
from headrace.job.model import Column, Empty, Format, Job, WriteMode
from headrace.ports import KeyAttribute

HEADER = ["id", "at", "x", "y", "u", "v", "w"]
ID, AT = KeyAttribute("id", "S", "partition"), KeyAttribute("at", "N", "sort")
JOB = Job("s3://b/k", "t")

_BY_X = [KeyAttribute("x", "S", "partition", index="by-x"), KeyAttribute("y", "N", "sort", index="by-x")]
KEYS = [
    [ID],
    [ID, *_BY_X],
    [ID, AT],
    [replace(ID, type="N")],
    [replace(ID, type="B")],
    [replace(AT, type="S", role="partition"), replace(ID, type="N", role="sort")],
]
_FORMS = [
    *(form for form in PRESETS.values() if form.escape is None),
    Format(null="NULL"),
    Format(null=""),
    Format(delimiter="|", quote=None),
    Format(delimiter=";", quote="'"),
    Format(delimiter="§"),
    Format(delimiter='"', quote="'"),
]
_FINE = {
    T.S: ["a", "b", "c", "é", "1"],
    T.N: ["1", "1.0", "2", "-0.5", "10"],
    T.B: ["AQ==", "AgM=", " AQ=="],
    T.BOOL: ["true", "no"],
    T.NULL: ["null"],
    T.SS: ["a|b", '["a"]'],
    T.NS: ["1|2.0", "[1]"],
    T.BS: ["AQ==|AgM="],
    T.L: ["[1]", '["a"]'],
    T.M: ['{"a":[1.0]}'],
    T.JSON: ["1", '"a"', '{"a":null}'],
    T.TTL: ["1780000000", "2026-01-01"],
}
_NUMBERS = [
    *("0", "1", "-1", "01", "1.0", "1.50", "-0", "+1", " 1", "1e2", ".5", "5.", "1E-140", "0.10", "-0.5"),
    *("9" * 38, "9" * 39, "12345678901234567890", "1,2", "1\n2", "٣", "nan", "1_0"),
]
_TEXTS = [
    *("", "a", "b", "NULL", "null", " ", "n", "'", '"', "é", "§", "𝄞", "\u2028", "\ufffe", "\uffff"),
    *("\udcff", "\x00", "\x01", "\t", "\\", "\\n", "\\\\n", "\\t", "\n", "\r", "\r\n", "a\nb", "a\r\nb"),
    *('a",', ',"b', '","', "a\rb", "true", "1|2", "[1]", '{"a":[1.0]}', "AQ==", "AQ", "2026-01-01"),
    *("a" * 1100, "é" * 600, "é" * 1030),
]
_any_cell = st.just("") | st.sampled_from(_NUMBERS) | st.sampled_from(_TEXTS) | st.text(max_size=4)


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    kinds = st.sampled_from([None, T.S, T.N, *T])
    columns = {name: Column(draw(kinds), drop=draw(st.integers(0, 9)) == 0) for name in ("u", "v")}
    columns["w"] = Column(draw(kinds), rename=draw(st.sampled_from([None, 'a "new" näme\uffff'])))
    newer_by = draw(st.sampled_from([None, None, "x", "v"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "latin-1", "cp1252"]))
    return replace(
        JOB,
        format=replace(draw(st.sampled_from(_FORMS)), encoding=encoding),
        columns=columns,
        empty=draw(st.sampled_from(list(Empty))),
        mode=WriteMode.NEWER if newer_by else WriteMode.PUT,
        newer_by=newer_by,
    )


@st.composite
def texts(draw: st.DrawFn, codec: RowCodec) -> bytes:
    """Rows that mostly are fine, or have one cell that may not be."""
    rows = draw(st.lists(_lines(codec), min_size=draw(st.sampled_from([0, 10])), max_size=30))
    text = "".join(rows)
    if draw(st.integers(0, 3)) == 0:
        text = text.replace("\n", "\r\n")
    encoding = codec.job.format.encoding
    return text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "ignore")


def _lines(codec: RowCodec) -> st.SearchStrategy[str]:
    """Spelled as the dialect does it, or carelessly; and what else can stand between rows."""
    form, width = codec.job.format, len(codec.columns)
    spell = row_speller(form)
    fine = st.tuples(*(st.sampled_from(_FINE[column.type]) for column in codec.columns)).map(list)
    mixed = st.builds(_with_cell, fine, st.integers(0, width - 1), _any_cell)
    careless = mixed.map(lambda cells: form.delimiter.join(cells) + "\n")
    other = st.lists(_any_cell, min_size=1, max_size=width + 1).map(spell) | st.sampled_from(
        ["\n", "\r\n", f'a{form.delimiter}"b', "a\rb\n", '"', "'", "x"]
    )
    kinds = [*[fine.map(spell)] * 15, *[mixed.map(spell)] * 4, careless, other]
    return st.integers(0, len(kinds) - 1).flatmap(kinds.__getitem__)


def _with_cell(cells: list[str], place: int, cell: str) -> list[str]:
    return [*cells[:place], cell, *cells[place + 1 :]]
