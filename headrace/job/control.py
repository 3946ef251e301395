"""What is done with a job that there is: `{"resume": "<job>"}` and `{"cancel": "<job>"}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from headrace.job.groups import Field, Group
from headrace.job.kinds import Text
from headrace.job.problems import Problems

Verb = Literal["resume", "cancel"]

# AWS Step Functions API Reference, "StartExecution", name.
_JOB_NAME: Final = Text(
    "a job's name, of 1 to 80 characters: that of its execution, or upload-<32 hex digits>",
    r"""[^\s\x00-\x1f\x7f-\x9f<>{}\[\]?*"#%\\^|~`$&,;:/]{1,80}""",
)


@dataclass(frozen=True, slots=True)
class Control:
    verb: Verb
    job: str


def read_control(document: object) -> Control | None:
    """None where the document is no such thing. Raises JobInvalidError with all that is wrong with it."""
    if not isinstance(document, Mapping):
        return None
    verb: Verb | None = next((verb for verb in get_args(Verb) if verb in document), None)
    if verb is None:
        return None
    problems = Problems()
    alone = Group((Field(verb, _JOB_NAME, "The job.", required=True),))
    given = alone.read(document, "", problems)
    problems.raise_if_any()
    return Control(verb, given[verb])


def check_job_name(name: object) -> None:
    """Raises JobInvalidError."""
    problems = Problems()
    _JOB_NAME.read(name, "name", problems)
    problems.raise_if_any()
