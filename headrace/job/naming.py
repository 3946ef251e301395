"""What a job is called, by what started it."""

from __future__ import annotations

from headrace.errors import JobInvalidError
from headrace.job.control import read_control
from headrace.job.start import read_upload


def job_name(document: object, execution: str) -> str:
    """A job's name: the execution's own; or, for an upload, one that every delivery of it shares; or
    that of the job that is to be resumed."""
    try:
        control, upload = read_control(document), read_upload(document)
    except JobInvalidError:
        return execution
    if control and control.verb == "resume":
        return control.job
    return f"upload-{upload.identity}" if upload else execution
