"""A CSV into a table by `headrace load`, as it is typed, on this machine:
`python -m benchmarks.ours_here <file>`.

The command runs in this process, so that its imports can be left out.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

import headrace.here.wiring
import headrace.library.local  # noqa: F401 - or these imports would be counted
from benchmarks.resident import peak_kib
from benchmarks.samples import ORDERS_COLUMNS
from headrace.cli.main import main


def run(path: Path) -> dict[str, float]:
    """Seconds of CPU and of the wall, of all but the imports, and KiB at `peak`.

    Raises RuntimeError: the load failed."""
    columns = [word for name, kind in ORDERS_COLUMNS.items() for word in ("--column", f"{name}={kind}")]
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
        os.environ["HEADRACE_HOME"] = folder
        before = time.process_time(), time.perf_counter()
        try:
            main(["load", str(path), "orders", *columns])
        except SystemExit as ended:
            code = ended.code
        cpu, wall = time.process_time() - before[0], time.perf_counter() - before[1]
    if code:
        raise RuntimeError(f"a figure of what failed would be none: the load ended with {code}")
    return {"cpu": cpu, "wall": wall, "peak": peak_kib()}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]))))
