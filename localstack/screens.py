"""Takes the pictures of the command line in docs/screens/: real commands in a real terminal, on an emulator.

python -m localstack.screens http://127.0.0.1:4566 [NAME]
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shlex
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

from localstack.sample import write_sample

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "screens"
COLUMNS, LINES = 108, 40
TABLE = "orders"
_HOME = Path("/tmp/headrace")
"""Where its jobs are kept, as the pictures name it."""
_LONGEST_SECONDS = 180
_PLAIN = "default"


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: `commands` one after the other in one terminal; `stop`: text after which the last one is
    interrupted."""

    commands: Sequence[str]
    stop: str | None = None


LOAD = "headrace load orders.csv orders --tolerate 3"
SHOTS: Mapping[str, Shot] = {
    "load": Shot([f"{LOAD} --job-name first-load"]),
    "status": Shot(["headrace status first-load", "headrace jobs"]),
    "query": Shot(
        ["headrace query orders customer=customer-0007 --head 6 --projection order,city,placed,total,paid"]
    ),
    "error": Shot(["headrace load orders.csv orders --chunk-bytes 12 --quote ab", "headrace lod orders.csv"]),
    "interrupted": Shot([f"{LOAD} --job-name second-load"], stop="Writing"),
}
"""In this order: later ones show what earlier ones did."""


class Terminal:
    """A pseudo-terminal, and what a person would see in it."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = environment
        self._folder = folder
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)

    def run(self, command: str, stop: str | None) -> None:
        self._stream.feed(f"\x1b[1m$ {command}\x1b[0m\r\n".encode())
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        process = subprocess.Popen(
            shlex.split(command),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=self._folder,
            env=self._environment,
        )
        os.close(theirs)
        self._watch(process, ours, stop)
        self._stream.feed(b"\r\n")

    def _watch(self, process: subprocess.Popen[bytes], ours: int, stop: str | None) -> None:
        end = time.monotonic() + _LONGEST_SECONDS
        while time.monotonic() < end:
            ready, _, _ = select.select([ours], [], [], 0.2)
            data = _read(ours) if ready else b""
            self._stream.feed(data)
            if stop and any(stop in line for line in self._screen.display):
                process.send_signal(signal.SIGINT)
                stop = None
            if process.poll() is not None and not data:
                break
        os.close(ours)
        process.wait(timeout=10)

    def lines(self) -> list[Text]:
        """What the screen shows, without the empty lines at its end."""
        lines = [self._line(number) for number in range(LINES)]
        while lines and not lines[-1].plain.strip():
            lines.pop()
        return lines

    def _line(self, number: int) -> Text:
        cells = self._screen.buffer[number]
        text = Text(end="")
        for column in range(COLUMNS):
            cell = cells[column]
            text.append(cell.data, Style(color=_colour(cell.fg), bold=cell.bold, italic=cell.italics))
        text.rstrip()
        return text


def _read(descriptor: int) -> bytes:
    """Nothing where the other end is closed."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def _colour(name: str) -> str | None:
    if name == _PLAIN:
        return None
    return f"#{name}" if len(name) == 6 and not name.isalpha() else name.replace("brown", "yellow")


def take(name: str, shot: Shot, terminal: Callable[[], Terminal]) -> Path:
    shown = terminal()
    for command in shot.commands:
        shown.run(command, shot.stop if command == shot.commands[-1] else None)
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    for line in shown.lines():
        console.print(line, soft_wrap=True)
    picture = PICTURES / f"{name}.svg"
    picture.write_text(console.export_svg(title="headrace", unique_id=f"headrace-{name}"))
    return picture


def make_table(endpoint: str) -> None:
    untyped: Any = boto3
    dynamodb = untyped.client("dynamodb", endpoint_url=endpoint, region_name="us-east-1")
    if TABLE in dynamodb.list_tables()["TableNames"]:
        return
    keys = {"customer": ("HASH", "S"), "order": ("RANGE", "N")}
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": role} for name, (role, _) in keys.items()],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind} for name, (_, kind) in keys.items()
        ],
    )


def environment(endpoint: str, home: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return clean | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "HEADRACE_HOME": str(home),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), clean["PATH"]]),
        "TERM": "xterm-256color",
        "COLUMNS": str(COLUMNS),
    }


def main(endpoint: str, only: str | None = None) -> None:
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    make_table(endpoint)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "orders.csv").open("w", newline="") as file:
            write_sample(file, 50_000)
        shutil.rmtree(_HOME, ignore_errors=True)
        ours = environment(endpoint, _HOME)
        for title, shot in SHOTS.items():
            if only in (None, title):
                print(take(title, shot, lambda: Terminal(ours, folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
