"""How the command line ends."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.cli.exits import Exit, exit_for, exit_of, tell_error
from headrace.errors import HeadraceError, JobInvalidError, TableNotFoundError, TransientError

ENDED = {"status": "FAILED", "units": {}}


@pytest.mark.parametrize(
    ("report", "interrupted", "code"),
    [
        ({"status": "SUCCEEDED", "error": ""}, False, 0),
        ({"status": "SUCCEEDED", "error": ""}, True, 0),
        ({**ENDED, "error": "RowsRejectedError"}, False, 1),
        ({**ENDED, "error": "RowsMissingError"}, True, 1),
        ({**ENDED, "error": "JobCancelledError"}, False, 1),
        ({**ENDED, "error": "JobCancelledError"}, True, 130),
        ({"status": "FAILED", "error": "TableNotFoundError"}, False, 3),
    ],
)
def test_the_exit_code_is_how_the_job_ended(report: dict[str, Any], interrupted: bool, code: int) -> None:
    assert exit_of(report, interrupted) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (JobInvalidError(["source: is missing"]), Exit.USAGE),
        (TableNotFoundError("there is no table"), Exit.NOT_STARTED),
        (TransientError("busy"), Exit.NOT_STARTED),
    ],
)
def test_a_job_that_is_wrong_is_told_apart_from_one_that_cannot_start(
    error: HeadraceError, code: Exit
) -> None:
    assert exit_for(error) == code


def test_several_problems_have_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    tell_error(str(JobInvalidError(["source: is missing", "target: is missing"])))
    assert capsys.readouterr().err == "headrace: source: is missing\nheadrace: target: is missing\n"
