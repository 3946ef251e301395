"""How much memory a process has had at most."""

from __future__ import annotations

import re
from pathlib import Path


def peak_kib() -> int:
    """KiB, on Linux. Not `ru_maxrss`, which starts from the peak of the process that started this one."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) if found else 0
