"""The rejects file of JSON lines: it has the form of its source, and loads like it."""

from __future__ import annotations

from headrace.delimited.rejects import Reject
from headrace.items.rejected import reject_text


class LineRejects:
    """What `RejectsFormat` is to delimited text; here there is no header, nor a mark for it to follow."""

    mark = b""
    header = b""
    leading = 0

    def row(self, reject: Reject) -> bytes:
        assert isinstance(reject.cells, str), "the reader gives lines"
        return reject_text(reject.cells, row=reject.row, code=reject.code, reason=reject.reason)

    def without_header(self, file: bytes) -> bytes:
        return file
