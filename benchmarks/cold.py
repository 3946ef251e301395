"""What the start of each function takes, against boto3 with one client: `python -m benchmarks.cold`.

The asset is as it is deployed, byte code and all. Fresh processes that take turns; start and end of Python
are not counted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from benchmarks.bare import BOTO3, Bare, Loaded, bare, importing, making
from benchmarks.peak import MADE

TABLE_HEAD = (
    "| what is started | CPU, ms | CPU, times boto3's | instructions, times boto3's | with its clients "
    "| modules | byte code, times boto3's | MiB |\n|---|---:|---:|---:|---:|---:|---:|---:|"
)


def compare(process: Bare, codes: Mapping[str, str], rounds: int) -> dict[str, list[Loaded]]:
    """What each of the codes loaded in each round, in turn."""
    found: dict[str, list[Loaded]] = {name: [] for name in codes}
    for _ in range(rounds):
        for name, code in codes.items():
            found[name].append(process.load(code))
    return found


def table(process: Bare, functions: Sequence[str], rounds: int) -> Iterator[str]:
    codes = {"boto3 and a client": BOTO3} | {name: importing(name) for name in functions}
    found = compare(process, codes, rounds)
    theirs, theirs_counted = next(iter(found.values())), process.instructions(BOTO3)
    yield TABLE_HEAD
    for name, seen in found.items():
        pairs = zip(seen, theirs, strict=True)
        counted = [process.instructions(code) for code in _counted_codes(name, codes)]
        cells = (
            name,
            f"{median(one.cpu for one in seen) * 1000:.0f}",
            f"{median(ours.cpu / other.cpu for ours, other in pairs):.2f}",
            *(_times(one, theirs_counted) for one in counted),
            f"{len(seen[0].modules)}",
            f"{seen[0].code / theirs[0].code:.2f}",
            f"{seen[0].kib / 1024:.0f}",
        )
        yield f"| {' | '.join(cells)} |"


def _counted_codes(name: str, codes: Mapping[str, str]) -> tuple[str, str]:
    return codes[name], making(name) if name in MADE else codes[name]


def _times(ours: int | None, theirs: int | None) -> str:
    return f"{ours / theirs:.2f}" if ours and theirs else "not counted"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--functions", nargs="*", default=list(MADE), choices=list(MADE))
    asked = parser.parse_args(arguments)
    with bare() as process:
        for line in table(process, asked.functions, asked.rounds):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
