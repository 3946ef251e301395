"""What a figure was measured on, in a sentence."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("boto3", "botocore", "aws-lambda-powertools", "orjson", "httptools")
_CPU = Path("/proc/cpuinfo")


def machine() -> str:
    versions = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    return (
        f"Machine: {_processor()}, {os.cpu_count()} virtual cores, {platform.system()}. "
        f"Python {platform.python_version()}, {versions}."
    )


def _processor() -> str:
    found = re.search(r"model name\s*: (.+)", _CPU.read_text()) if _CPU.exists() else None
    return found[1] if found else platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
