"""Prints how many records a text has, as plan finds them.

`python benchmarks/splitting.py PATH PRESET ENCODING`; by itself, so that its process imports nothing but
what planning needs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from headrace.delimited.chunk import Limits
from headrace.delimited.encoding import settle_encoding
from headrace.delimited.split import find_chunks
from headrace.job.dialect import PRESETS
from headrace.job.model import MIB


def scan(path: str, preset: str, encoding: str) -> int:
    chunks = find_chunks(
        _blocks(path), PRESETS[preset], settle_encoding(encoding, b""), Limits(16 * MIB), 0, 1
    )
    return sum(chunk.records for chunk in chunks)


def _blocks(path: str) -> Iterator[bytes]:
    with open(path, "rb", buffering=0) as file:
        while block := file.read(MIB):
            yield block


def main(arguments: Sequence[str]) -> None:
    print(scan(*arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
