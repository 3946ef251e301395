"""All benchmarks that need nothing but this machine, one after the other: `python -m benchmarks`.

Each is a process of its own. What they print goes to `.local/benchmarks.md`, section by section, ready for
docs/benchmarks.md, and the plots to docs/benchmarks/. `--only csv_to_table growth` runs these two.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from benchmarks.machine import machine

_ROOT = Path(__file__).parent.parent
_PLOTS = _ROOT / "docs" / "benchmarks"
SECTIONS: Mapping[str, Sequence[str]] = {
    "csv_to_table": ("--plot", str(_PLOTS / "csv-to-table.svg")),
    "growth": ("--plot", str(_PLOTS / "growth.svg")),
    "costs": (),
    "write": (),
    "load": (),
    "rows": (),
    "scan": (),
    "planning": (),
    "cold": (),
    "memory": (),
    "segments": (),
    "here": (),
}
"""Modules and what they are called with."""


def run(names: Sequence[str], out: Path) -> list[str]:
    """Returns those that failed; what they said is on standard error."""
    out.parent.mkdir(parents=True, exist_ok=True)
    _PLOTS.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as file:
        tell = _teller(file)
        tell(machine())
        return [name for name in names if not _ran(name, tell)]


def _ran(name: str, tell: Callable[[str], None]) -> bool:
    tell(f"\n## {name}\n    python -m benchmarks.{name}\n")
    command = [sys.executable, "-m", f"benchmarks.{name}", *SECTIONS[name]]
    start = time.monotonic()
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            tell(line.rstrip("\n"))
    print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    return process.returncode == 0


def _teller(file: TextIO) -> Callable[[str], None]:
    def tell(text: str) -> None:
        print(text, file=file, flush=True)
        print(text, flush=True)

    return tell


def available() -> Iterator[str]:
    return (name for name in SECTIONS if find_spec(f"benchmarks.{name}"))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=list(available()), default=list(available()))
    parser.add_argument("--out", type=Path, default=_ROOT / ".local" / "benchmarks.md")
    asked = parser.parse_args(arguments)
    failed = run(asked.only, asked.out)
    print(f"The figures are in {asked.out}" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
