"""A CSV into a table by `headrace load --here`'s own pipeline: `python -m benchmarks.ours_here <file>`."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import headrace.here.wiring  # noqa: F401 - or its import would be counted
from benchmarks.resident import peak_kib
from benchmarks.samples import ORDERS_COLUMNS
from headrace.library.local import LocalPipeline, url_of_path


def run(path: Path) -> dict[str, float]:
    """Seconds of CPU and of the wall, of all but the imports, and KiB at `peak`.

    Raises RuntimeError: the load failed."""
    job = {"operation": "load", "source": url_of_path(path), "target": "orders", "columns": ORDERS_COLUMNS}
    with tempfile.TemporaryDirectory() as folder:
        before = time.process_time(), time.perf_counter()
        with LocalPipeline(folder) as pipeline:
            report = pipeline.run(job, on_progress=lambda _: None)
        cpu, wall = time.process_time() - before[0], time.perf_counter() - before[1]
    if report["status"] != "SUCCEEDED":
        raise RuntimeError(f"a figure of what failed would be none: {report['cause']}")
    return {"cpu": cpu, "wall": wall, "peak": peak_kib()}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
