"""The command `headrace`, and the one place where its errors become lines and exit codes."""

from __future__ import annotations

import sys

import click

from headrace.cli.entries import ENTRIES
from headrace.cli.exits import Exit, exit_for, tell_error
from headrace.cli.lazy import LazyGroup
from headrace.errors import HeadraceError
from headrace.names import VERSION

_DEBUG = "--debug"


@click.group(
    cls=LazyGroup,
    entries=ENTRIES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 all done; 1 rows failed, or more were rejected than is tolerated; 2 wrong usage; "
    "3 could not start; 130 interrupted.",
)
@click.version_option(VERSION, prog_name="headrace")
@click.option(_DEBUG, is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Moves data in bulk into, out of and between DynamoDB tables, every row accounted for."""


def main(args: list[str] | None = None) -> None:
    """Runs the command line; ends the process with its exit code."""
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: list[str]) -> int:
    """The exit code. With `--debug`, which may stand anywhere, errors are raised."""
    debug = _DEBUG in args
    words = [arg for arg in args if arg != _DEBUG] or ["--help"]
    try:
        code = cli.main(words, prog_name="headrace", standalone_mode=False)
    except click.UsageError as error:
        if debug:
            raise
        where = error.ctx.command_path if error.ctx else "headrace"
        told = " ".join(error.format_message().split()).rstrip(".")
        tell_error(f"{told}; see {where} --help")
        return Exit.USAGE
    except click.Abort as error:
        tell_error("interrupted" if error.__cause__ else "nothing was done")
        return Exit.INTERRUPTED
    except HeadraceError as error:
        if debug:
            raise
        tell_error(str(error))
        return exit_for(error)
    except OSError as error:
        if debug:
            raise
        tell_error(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return Exit.NOT_STARTED
    return code if isinstance(code, int) else Exit.DONE
