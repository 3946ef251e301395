"""Finds the pipeline that has a job: what is known on this machine is this machine's, all else the deployed
one's, unless the options say where it is."""

from __future__ import annotations

from headrace.cli.connection import AnyPipeline, Connection
from headrace.errors import HeadraceError, JobNotFoundError
from headrace.job.control import check_job_name
from headrace.library.local import state_folder
from headrace.names import STACK_NAME


def pipeline_of(connection: Connection, job: str) -> AnyPipeline:
    """Raises JobInvalidError: no job can be called that; JobNotFoundError, which says where was looked."""
    check_job_name(job)
    if connection.chooses_here(is_default=False):
        return _asked(connection.here, job, _here())
    stack = f"in stack {connection.stack or STACK_NAME!r}"
    if not connection.chooses_here(is_default=True):
        return _asked(connection.deployed, job, stack)
    try:
        return _asked(connection.here, job, _here())
    except JobNotFoundError:
        return _asked_last(connection, job, stack)


def _here() -> str:
    return f"on this machine, in {state_folder()}"


def _asked(pipeline: AnyPipeline, job: str, where: str) -> AnyPipeline:
    """The pipeline, if it has the job."""
    try:
        pipeline.status(job)
    except JobNotFoundError as error:
        raise JobNotFoundError(f"there is no job {job!r} {where}; see headrace jobs") from error
    return pipeline


def _asked_last(connection: Connection, job: str, stack: str) -> AnyPipeline:
    """Where no pipeline answers, what is known of this machine is told all the same."""
    try:
        return _asked(connection.deployed, job, stack)
    except JobNotFoundError as error:
        where = f"{_here()}, nor {stack}"
        raise JobNotFoundError(f"there is no job {job!r} {where}; see headrace jobs") from error
    except HeadraceError as error:
        raise JobNotFoundError(f"there is no job {job!r} {_here()}, and {error}") from error
