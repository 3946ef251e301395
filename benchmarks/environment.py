"""The peers' own environment: their packages want versions of boto3 that are not ours.

It is made in `.local/peers` when it is first needed, of what `benchmarks/requirements.txt` pins. Where that
cannot be, what needs it is left out, and said to be.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_FOLDER = _ROOT / ".local" / "peers"
_PINNED = Path(__file__).parent / "requirements.txt"


@cache
def peers_python() -> str | None:
    """The interpreter that has the peers' packages; None: they could not be installed."""
    python, done = _FOLDER / "bin" / "python", _FOLDER / "installed.txt"
    if not (done.is_file() and done.read_text() == _PINNED.read_text()):
        print(f"installing {_PINNED.name} into {_FOLDER.relative_to(_ROOT)}", file=sys.stderr)
        try:
            subprocess.run([sys.executable, "-m", "venv", str(_FOLDER)], check=True)
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "--requirement", str(_PINNED)], check=True, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"aioboto3 and awswrangler are left out: {error}", file=sys.stderr)
            return None
        done.write_text(_PINNED.read_text())
    return str(python)
