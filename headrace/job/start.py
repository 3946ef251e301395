"""How an upload starts a job: the S3 event, the folder's options, and the job that they make."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headrace.errors import JobInvalidError
from headrace.job.located import TABLE_NAME, table_name
from headrace.job.problems import Problems, seen
from headrace.names import INCOMING_PREFIX, OPTIONS_OBJECT

_PLACE = re.compile(rf"{INCOMING_PREFIX}({TABLE_NAME})/[\s\S]+")


@dataclass(frozen=True, slots=True)
class Upload:
    """An object that was put under `incoming/`. `identity`: 32 hex digits, the same for every
    delivery of the same upload, another for the next upload to the same key."""

    bucket: str
    key: str
    table: str
    identity: str

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def options_key(self) -> str:
        """Where the options of the table's folder are, if it has any."""
        return f"{INCOMING_PREFIX}{self.table}/{OPTIONS_OBJECT}"


def is_control_object(key: str) -> bool:
    """Whether the object holds no data: a folder's marker or its options."""
    return key.endswith("/") or key.rsplit("/", 1)[-1] == OPTIONS_OBJECT


def read_upload(event: object) -> Upload | None:
    """The upload that an EventBridge event from S3 tells of; None where the input is no such event.

    A control object is returned too, wherever it is; its `table` may be empty. Raises
    JobInvalidError where the event is not a complete `Object Created`, or where another object is
    not `incoming/<table>/<name>`.
    Source: Amazon S3 User Guide, "EventBridge event message structure"; keys are not URL-encoded.
    """
    if not isinstance(event, Mapping) or event.get("source") != "aws.s3":
        return None
    problems = Problems()
    if event.get("detail-type") != "Object Created":
        problems.add("detail-type", f"{seen(event.get('detail-type'))} is no upload", "Object Created")
    bucket = _text(event, ("detail", "bucket", "name"), problems)
    key = _text(event, ("detail", "object", "key"), problems)
    table = _table(key, problems) if key else ""
    version = _version(event, problems)
    problems.raise_if_any()
    return Upload(bucket, key, table, _digest(bucket, key, *version))


def _text(event: Mapping[str, Any], path: tuple[str, ...], problems: Problems) -> str:
    found = _look_up(event, path)
    if not found:
        problems.add(".".join(path), "is missing or not a text", "a text, as S3 sends it")
    return found


def _look_up(event: Any, path: tuple[str, ...]) -> str:
    """The text at the path, or "" where there is none."""
    for name in path:
        event = event.get(name) if isinstance(event, Mapping) else None
    return event if isinstance(event, str) else ""


def _table(key: str, problems: Problems) -> str:
    place = _PLACE.fullmatch(key)
    if not place and not is_control_object(key):
        fault = f"{seen(key)} names no table"
        allowed = f"{INCOMING_PREFIX}<table>/<name>, where <table> is 3 to 255 of a-z A-Z 0-9 _ . -"
        problems.add("detail.object.key", fault, allowed, "upload it into the folder of its table")
    return place[1] if place else ""


def _version(event: Mapping[str, Any], problems: Problems) -> tuple[str, ...]:
    """What tells this upload from the next to the same key."""
    found = {
        name: _look_up(event, ("detail", "object", name)) for name in ("sequencer", "version-id", "etag")
    }
    time = _look_up(event, ("time",))
    if found["sequencer"]:
        return "sequencer", found["sequencer"]
    if found["version-id"] not in ("", "null"):  # "null": versioning is suspended, every upload has it
        return "version-id", found["version-id"]
    if not (found["etag"] and time):
        allowed = "sequencer, version-id, or etag with the event's time"
        problems.add("detail.object", "does not tell one upload from the next", allowed)
    return "etag", found["etag"], time


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def decode_options(text: bytes, url: str) -> dict[str, Any]:
    """The options in the object at `url`. Raises JobInvalidError that says where the JSON is wrong."""
    try:
        options = json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _not_options(url, f"byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise _not_options(url, f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise _not_options(url, "is nested too deeply") from error
    except ValueError as error:  # Python refuses numbers of more than 4300 digits
        raise _not_options(url, "a number has too many digits") from error
    if not isinstance(options, dict):
        raise _not_options(url, f"{seen(options)} is not an object")
    return options


def _not_options(url: str, fault: str) -> JobInvalidError:
    return JobInvalidError([f"{url}: {fault}; allowed: a JSON object of a job's fields; correct the file"])


def upload_job(upload: Upload, options: Mapping[str, Any] | None) -> dict[str, Any]:
    """The job document for an upload: the folder's options and what the upload itself tells.

    Raises JobInvalidError where the options say otherwise; the rest of them is `parse_job`'s to check.
    """
    given = {"operation": "load", "source": upload.url, "target": upload.table, **(options or {})}
    said = {**given, "target": _table_named(given["target"])}
    facts = {"operation": "load", "source": upload.url, "target": upload.table}
    problems = Problems()
    for name, fact in facts.items():
        if said[name] != fact:
            fault = f"{seen(given[name])} is not what the upload says"
            problems.add(f"{upload.options_key}: {name}", fault, fact, "leave it out")
    problems.raise_if_any()
    return given


def _table_named(target: object) -> object:
    """The plain name of the table, also in an object that says where it is; or the target as it is."""
    named = target.get("table") if isinstance(target, Mapping) else target
    return table_name(named) if isinstance(named, str) else target
