"""The stack's settings: all that CDK context may say, checked before anything is built."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit

from headrace.errors import SettingError
from headrace.names import MEMORY_MB, STACK_NAME
from infra.readers import (
    LOG_RETENTION_DAYS,
    Reader,
    choice,
    days,
    key_arn,
    queue_url,
    queues,
    roles,
    stack_name,
    table,
    tables,
    whole,
)

NEWEST_PYTHON = "3.14"
VISIBILITY_FACTOR = 6
"""Visibility timeout over the function's timeout: AWS's own advice for an SQS event source."""

DEAD_LETTER_TIMEOUT = 60
"""Seconds for the function that settles dead letters."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the functions run on."""

    python: str
    """Such as `3.14`."""
    architecture: str
    """`arm64` or `x86_64`, as Lambda names them."""
    this_machine: bool = False
    """The functions run as processes of this machine and this Python."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Times in seconds, memory in MB. `local`: the endpoint is this machine."""

    tables: tuple[str, ...] = ("headrace-demo",)
    queues: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    scan_table: str | None = None
    scan_queue_url: str | None = None
    memory_plan: int = MEMORY_MB["plan"]
    memory_load_chunk: int = MEMORY_MB["load_chunk"]
    memory_scan_segment: int = MEMORY_MB["scan_segment"]
    memory_write_batch: int = MEMORY_MB["write_batch"]
    memory_dead_letter: int = MEMORY_MB["dead_letter"]
    memory_settle: int = MEMORY_MB["settle"]
    memory_report: int = MEMORY_MB["report"]
    memory_stop: int = MEMORY_MB["stop"]
    writer_concurrency: int = 10
    writer_timeout: int = 60
    loader_timeout: int = 900
    retention_days: int = 30
    removal_policy: str = "retain"
    kms_key_arn: str | None = None
    architecture: str = "arm64"
    stall_seconds: int = 2700
    stack_name: str = STACK_NAME
    max_receives: int = 5
    local: bool = False

    @classmethod
    def from_context(cls, get: Callable[[str], object], endpoint_url: str | None = None) -> Settings:
        """Reads every setting with `get`, which gives None for one that is not set.

        `endpoint_url`: AWS_ENDPOINT_URL of the environment, where there is one.
        Raises SettingError with every problem at once."""
        values: dict[str, object] = {}
        problems = []
        for name, read in _READERS.items():
            try:
                if (value := get(name)) is not None:
                    values[name] = read(value)
            except ValueError as problem:
                problems.append(f"{name}: {problem}")
        if problems:
            raise SettingError(problems)
        settings = cls(**values, local=is_local(endpoint_url))  # type: ignore[arg-type]
        return settings if "stall_seconds" in values else settings._with_patience()

    @property
    def target(self) -> Target:
        if self.local:
            return Target(
                f"{sys.version_info.major}.{sys.version_info.minor}", _this_architecture(), this_machine=True
            )
        return Target(NEWEST_PYTHON, self.architecture)

    @property
    def writer_visibility(self) -> int:
        return VISIBILITY_FACTOR * self.writer_timeout

    def _with_patience(self) -> Settings:
        """A message that fails until it is a dead letter is progress under way, not a stall."""
        redeliveries = self.max_receives * self.writer_visibility
        return replace(self, stall_seconds=max(self.stall_seconds, redeliveries))

    def memory(self, function: str) -> int:
        value: int = getattr(self, f"memory_{function}")
        return value


_LOCAL_HOSTS = ("localhost", "::1", "localhost.localstack.cloud")
_MEMORY = whole(128, 10240)
_READERS: Mapping[str, Reader] = {
    "tables": tables,
    "queues": queues,
    "roles": roles,
    "scan_table": table,
    "scan_queue_url": queue_url,
    **{field.name: _MEMORY for field in fields(Settings) if field.name.startswith("memory_")},
    "writer_concurrency": whole(2, 1000),
    "writer_timeout": whole(5, 900),
    "loader_timeout": whole(5, 900),
    "retention_days": days(LOG_RETENTION_DAYS),
    "removal_policy": choice("retain", "destroy"),
    "kms_key_arn": key_arn,
    "architecture": choice("arm64", "x86_64"),
    "stall_seconds": whole(60, 14 * 86400),
    "stack_name": stack_name,
    "max_receives": whole(1, 1000),
}


def is_local(endpoint_url: str | None) -> bool:
    host = urlsplit(endpoint_url or "").hostname or ""
    return host in _LOCAL_HOSTS or host.endswith(".localhost") or host.startswith("127.")


def _this_architecture() -> str:
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"
