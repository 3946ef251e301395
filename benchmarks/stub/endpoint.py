"""Starts the stub, and ends it with what it counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.stub.certificate import HOST, make_certificate
from benchmarks.stub.server import ACCESS_KEY, SECRET_KEY, TOKEN, Options, to_argument

_ROOT = Path(__file__).parents[2]
REGION = "eu-west-1"


@dataclass(slots=True)
class Endpoint:
    """`counts`: what came, once the stub has ended: requests, their bytes, `wrong signatures`, items,
    messages, connections, and each operation by its name."""

    url: str
    certificate: Path
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def environment(self) -> dict[str, str]:
        """For a client's process: this one's, the stub in AWS's place."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return own | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_CA_BUNDLE": str(self.certificate),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_SESSION_TOKEN": TOKEN,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@contextmanager
def stub(options: Options) -> Iterator[Endpoint]:
    """Raises RuntimeError at its end: a signature was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(Path(folder))
        command = [sys.executable, "-m", "benchmarks.stub.server", str(certificate), str(key)]
        command.append(to_argument(options))
        with subprocess.Popen(
            command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            endpoint = Endpoint(f"https://{HOST}:{server.stdout.readline().strip()}", certificate)
            try:
                yield endpoint
            finally:
                told, _ = server.communicate()
            endpoint.counts.update(json.loads(told))
    if endpoint.counts["wrong signatures"]:
        raise RuntimeError(f"{endpoint.counts['wrong signatures']} requests were wrongly signed")
