"""Where the suite runs: a MiniStack of its own that enforces IAM, or the emulator that
HEADRACE_E2E_ENDPOINT names. The stack gets there as a user's does, by the scripts in `localstack/`."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[2]
ENDPOINT = "HEADRACE_E2E_ENDPOINT"
ACCOUNTS = ("111111111111", "222222222222")
"""Others than the stack's own; an emulator takes an account's number as the access key of its root."""
INDEXED = "indexed-e2e"
"""A table that the settings name in full: a prefix, as policies read it, covers indexes of its own."""
SETTINGS = {
    "tables": f"e2e-*,{INDEXED}",
    "loader_timeout": os.environ.get("HEADRACE_E2E_LOADER_TIMEOUT", "8"),
    "writer_timeout": "5",
    "writer_concurrency": "4",
    "stall_seconds": "60",
    "max_receives": "3",
    "queues": "arn:aws:sqs:us-east-1:000000000000:e2e-*",
    "roles": ",".join(f"arn:aws:iam::{account}:role/e2e-headrace" for account in ACCOUNTS),
}
"""Short, so that what has to run out does so soon; the visibility timeout is 30 seconds by this. Few writers,
as a small machine starts only so many within their five seconds."""

QUICK = {"SFN_WAIT_SCALE": "0.25"}
"""MiniStack's state machines wait a quarter of what they are told: short jobs are looked at sooner. What the
functions reckon in, such as the stall limit, is unchanged."""

_session: Any = boto3


@dataclass(frozen=True, slots=True)
class Emulator:
    """`directory` holds its state and what is deployed to it."""

    endpoint: str
    directory: Path
    enforces_iam: bool

    def client(self, service: str, key: str = "test", secret: str = "test", region: str = "us-east-1") -> Any:
        """A client of the account's root, or of the user whose access key it is."""
        return _session.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            verify=str(self.directory / "tmp/ministack-tls/server.crt") if self.enforces_iam else None,
            config=Config(retries={"mode": "standard", "total_max_attempts": 5}, read_timeout=120),
        )


@contextmanager
def emulator(directory: Path) -> Iterator[Emulator]:
    """The stack is deployed to it."""
    if endpoint := os.environ.get(ENDPOINT):
        _script("deploy", directory, AWS_ENDPOINT_URL=endpoint)
        yield Emulator(endpoint, directory, enforces_iam=False)
        return
    own = {"PORT": str(_free_port()), "AUTH": "true", "USE_SSL": "1", **QUICK}
    _script("up", directory, **own)
    try:
        with _one_at_a_time():
            _script("deploy", directory, **own)
        yield Emulator(f"https://127.0.0.1:{own['PORT']}", directory, enforces_iam=True)
    finally:
        _script("down", directory, **own)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Workers of a parallel run all stage the functions in one folder of the repository."""
    (ROOT / ".build").mkdir(exist_ok=True)
    with (ROOT / ".build" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _script(name: str, directory: Path, **settings: str) -> None:
    context = [part for pair in SETTINGS.items() for part in ("-c", "=".join(pair))]
    command = [str(ROOT / "localstack" / f"{name}.sh"), *(context if name == "deploy" else [])]
    log = directory / f"{name}.log.txt"
    with log.open("w") as output:
        done = subprocess.run(
            command, env=_environment(directory) | settings, stdout=output, stderr=output, check=False
        )
    assert done.returncode == 0, f"localstack/{name}.sh failed:\n{log.read_text()[-4000:]}"


def _environment(directory: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    path = os.pathsep.join([str(Path(sys.executable).parent), clean["PATH"]])
    return clean | {"LOCAL_DIR": str(directory), "PATH": path}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
