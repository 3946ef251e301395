"""How one setting is read: text from the command line or a value from cdk.json, or a reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

Reader = Callable[[object], object]
"""Returns the setting's value; raises ValueError, which says what was seen and what is allowed."""

LOG_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
                      2922, 3288, 3653)  # fmt: skip
"""What PutRetentionPolicy of CloudWatch Logs allows."""

_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}|[A-Za-z0-9_.-]{1,254}\*")
_TABLE_ARN = re.compile(r"arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table/(.+)")
_QUEUE_ARN = re.compile(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}(\.fifo|\*)?")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[A-Za-z0-9+=,.@_/-]{1,576}")
_QUEUE_URL = re.compile(r"https?://[A-Za-z0-9.:-]+/\d{12}/[A-Za-z0-9_-]{1,80}(\.fifo)?")
_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")


def whole(low: int, high: int) -> Reader:
    def read(value: object) -> int:
        number = _as_whole(value)
        if number is None or not low <= number <= high:
            raise ValueError(f"{value!r} is not allowed; give a whole number from {low} to {high}")
        return number

    return read


def days(allowed: Collection[int]) -> Reader:
    def read(value: object) -> int:
        number = _as_whole(value)
        if number is None or number not in allowed:
            given = ", ".join(map(str, allowed))
            raise ValueError(f"{value!r} is not a retention of CloudWatch Logs; give one of {given}")
        return number

    return read


def choice(*allowed: str) -> Reader:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise ValueError(f"{value!r} is not allowed; give {' or '.join(allowed)}")
        return value

    return read


def tables(value: object) -> tuple[str, ...]:
    """Names, ARNs or prefixes that end in `*`, from a list or a comma-separated text; each once."""
    allowed = (
        "a table's name, its ARN, or a prefix that ends in '*' "
        "(not '*' alone: name the tables that Headrace may write)"
    )
    found = _list(value, "tables", _is_table, allowed)
    if not found:
        raise ValueError("is empty; name at least one table that Headrace may write")
    return found


def queues(value: object) -> tuple[str, ...]:
    """ARNs of SQS queues, or prefixes of such that end in `*`, in the same form."""
    allowed = "a queue's ARN, arn:aws:sqs:<region>:<account>:<name>, or the start of one and '*'"
    return _list(value, "queues", _is(_QUEUE_ARN), allowed)


def roles(value: object) -> tuple[str, ...]:
    """ARNs of IAM roles, in the same form."""
    return _list(value, "roles", _is(_ROLE_ARN), "a role's ARN, arn:aws:iam::<account>:role/<name>")


def table(value: object) -> str:
    if not isinstance(value, str) or value.endswith("*") or not _is_table(value):
        raise ValueError(f"{value!r} is not allowed; give a table's name or its ARN")
    return value


def queue_url(value: object) -> str:
    return _matching(_QUEUE_URL, value, "a queue's URL, https://sqs.<region>.amazonaws.com/<account>/<name>")


def key_arn(value: object) -> str:
    return _matching(_KEY_ARN, value, "a KMS key's ARN, arn:aws:kms:<region>:<account>:key/<id>")


def stack_name(value: object) -> str:
    return _matching(_STACK_NAME, value, "letters, digits and hyphens, a letter first, at most 128")


def _list(value: object, what: str, is_one: Callable[[str], bool], allowed: str) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise ValueError(f"{value!r} is not a list; give {what} as a list or separated by commas")
    wrong = [repr(part) for part in parts if not (isinstance(part, str) and is_one(part.strip()))]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} not allowed; give {allowed}")
    return tuple(dict.fromkeys(part.strip() for part in parts))


def _is(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


def _is_table(name: str) -> bool:
    arn = _TABLE_ARN.fullmatch(name)
    return _TABLE.fullmatch(arn[1] if arn else name) is not None


def _matching(pattern: re.Pattern[str], value: object, allowed: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(f"{value!r} is not allowed; give {allowed}")
    return value


def _as_whole(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
