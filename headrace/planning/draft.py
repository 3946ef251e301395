"""What planning a job comes to, and how all that is wrong with a job is told at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from headrace.errors import JobError, JobInvalidError
from headrace.plan import Plan, Work
from headrace.planning.sources import Text

MAX_UNITS = 100_000
"""Of a text: as many as fit into the list of units that the state machine reads."""
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Draft:
    """A job's plan, and the work units of its first phase in the order in which they are to start."""

    plan: Plan
    units: Sequence[Work]


@dataclass(frozen=True, slots=True)
class Outline:
    """A draft that may lack units behind those that it has. `texts`: all that the job would read."""

    draft: Draft
    texts: Sequence[Text]
    is_whole: bool


class Findings:
    """Asks for everything before it complains about anything."""

    def __init__(self) -> None:
        self._problems: list[JobError] = []

    def ask(self, question: Callable[[], _Answer]) -> _Answer | None:
        """The answer; None where it is a JobError, which is kept."""
        try:
            return question()
        except JobError as error:
            self._problems.append(error)
            return None

    def raise_if_any(self) -> None:
        """Raises the problem that was met, or JobInvalidError with all of them if there are more."""
        if len(self._problems) > 1:
            raise JobInvalidError([line for problem in self._problems for line in str(problem).split("\n")])
        for problem in self._problems:
            raise problem
