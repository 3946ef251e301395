"""Waits until an emulator answers: `python -m localstack.health SECONDS`, exit 1 where it does not."""

from __future__ import annotations

import os
import ssl
import sys
import time
import urllib.error
import urllib.request

HEALTH = "/_localstack/health"
"""LocalStack's path; MiniStack answers it too."""


def answers(endpoint: str, ca_bundle: str | None) -> bool:
    trust = ssl.create_default_context(cafile=ca_bundle) if endpoint.startswith("https") else None
    try:
        with urllib.request.urlopen(endpoint + HEALTH, timeout=5, context=trust) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main(seconds: str) -> int:
    end = time.monotonic() + float(seconds)
    while not _is_up():
        if time.monotonic() >= end:
            return 1
        time.sleep(0.2)
    return 0


def _is_up() -> bool:
    ca_bundle = os.environ.get("AWS_CA_BUNDLE")
    if ca_bundle and not os.path.exists(ca_bundle):  # made at the first start
        return False
    return answers(os.environ["AWS_ENDPOINT_URL"], ca_bundle)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
