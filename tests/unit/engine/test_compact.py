"""Bytes that are held take the memory that they need, where orjson's own would take 4 KiB each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_HELD = 20_000
_STATUS = Path("/proc/self/status")
_SCRIPT = f"""
import re
from pathlib import Path
from headrace.export.spelling import DynamoSpelling
from headrace.messages import delete_request, put_request

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+) kB", Path("{_STATUS}").read_text())[1])

before = resident()
held = [{{}}({{{{"id": {{{{"S": str(number)}}}}}}}}) for number in range({_HELD})]
print(resident() - before)
"""


@pytest.mark.skipif(not _STATUS.exists(), reason="only Linux tells what is resident")
@pytest.mark.parametrize("make", ["put_request", "delete_request", "DynamoSpelling().line"])
def test_a_short_one_takes_less_than_a_kilobyte(make: str) -> None:
    command = [sys.executable, "-c", _SCRIPT.format(make)]
    grown = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert 0 < int(grown) < _HELD
