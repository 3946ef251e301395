"""Peak memory of scan_segment, over large segments and over the shapes that are hardest to hold, and of
the plan that samples such a table: `python -m benchmarks.segments`. Linux; needs 0.2 GB of disk and some
minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.calls import TABLE_HEAD, Calls, Figure
from benchmarks.tables import ITEMS, items_of_a_page
from benchmarks.wire import SCANNED

LARGE = ("orders", "items of 400 KB")
"""Shapes of which a segment has many pages: what gzip makes small, and what it does not."""
_QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/items"
JOBS: dict[str, dict[str, Any]] = {
    "scan": {"operation": "scan", "target": _QUEUE},
    "scan, packed": {"operation": "scan", "target": _QUEUE, "scan": {"items_per_message": 100}},
    "export dynamodb-json": {"operation": "export", "format": {"preset": "dynamodb-json"}},
    "export jsonl": {"operation": "export", "format": {"preset": "jsonl"}},
    "export csv": {"operation": "export", "format": {"preset": "csv"}},
    "copy": {"operation": "copy", "target": "copied"},
}
"""Without the source and the number of segments."""
_SEGMENTS = 8
"""As many as a plan takes samples of; each is the whole played table."""


def figures(pages: int, hard_pages: int, shapes: Iterable[str], jobs: Iterable[str]) -> Iterator[Figure]:
    """
    Args:
        pages: of 1 MiB that a segment of the shapes in LARGE has.
        hard_pages: that a segment of any other shape has.
        shapes: names of ITEMS.
        jobs: names of JOBS.
    """
    for shape in shapes:
        for job in jobs:
            yield from _measure(shape, pages if shape in LARGE else hard_pages, job)


def _measure(shape: str, pages: int, job: str) -> Iterator[Figure]:
    document = JOBS[job] | {"source": "scanned", "parallel": {"segments": _SEGMENTS}}
    with tempfile.TemporaryDirectory() as folder:
        page = items_of_a_page(shape)
        played = {"shape": shape, "page": page, "items": page * pages}
        (Path(folder) / SCANNED).write_text(json.dumps(played))
        calls = Calls(Path(folder), f"{shape}, {pages} MiB")
        planned = calls.plan(document, f"plan of {job}")
        if job == "export csv":
            yield planned
        yield calls.call("scan_segment", job, calls.units()[:1])


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=250)
    parser.add_argument("--hard-pages", type=int, default=8)
    parser.add_argument("--shapes", nargs="*", default=list(ITEMS), choices=list(ITEMS))
    parser.add_argument("--jobs", nargs="*", default=list(JOBS), choices=list(JOBS))
    asked = parser.parse_args(arguments)
    print(TABLE_HEAD)
    for figure in figures(asked.pages, asked.hard_pages, asked.shapes, asked.jobs):
        print(figure, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
