"""Objects and prefixes, by their URLs: of S3, or of this machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from headrace.job.kinds import Text
from headrace.job.problems import INVALID, Problems

# Amazon S3 User Guide, "General purpose bucket naming rules" and "Naming Amazon S3 objects" (1024 bytes).
_BUCKET = r"(?![0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/)(?![^/]*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_LONGEST_BUCKET = len("s3://") + 63 + len("/")
_LONGEST_PREFIX = 900
"""Bytes that leave room for the names of an export's parts."""

_PATH = r"/(?:[^\x00/]+/+)*"
"""Of a folder of this machine."""

OBJECT: Final = Text(
    "s3://bucket/key, with the name of a bucket and a key of 1 to 1024 bytes; "
    "or file:///folder/name, where the job runs on this machine",
    pattern=rf"s3://{_BUCKET}/[\s\S]+|file://{_PATH}[^\x00/]+",
    longest=_LONGEST_BUCKET + 1024,
)

EXPORT: Final = replace(OBJECT, pattern=rf"{OBJECT.pattern}|file://{_PATH}")
"""The same, or a folder."""

_PREFIX = Text(
    f"s3://bucket/prefix/ of up to {_LONGEST_PREFIX} bytes, or nothing; "
    "or file:///folder/, where the job runs on this machine",
    pattern=rf"(?:s3://{_BUCKET}/[\s\S]*[^/]/*|file://{_PATH}[^\x00/]+/*)?",
    longest=_LONGEST_BUCKET + _LONGEST_PREFIX,
)


@dataclass(frozen=True, slots=True)
class Prefix:
    """Where objects go; reads into a URL that ends in one slash, or stays empty."""

    allowed: str = _PREFIX.allowed

    def read(self, value: object, at: str, problems: Problems) -> Any:
        found = _PREFIX.read(value, at, problems)
        return found if found is INVALID or not found else found.rstrip("/") + "/"

    def schema(self) -> dict[str, Any]:
        return _PREFIX.schema()
