"""What the stack may touch: its tables, its queues, and the roles that it may assume."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from headrace.errors import (
    JobInvalidError,
    QueueNotAllowedError,
    RoleNotAllowedError,
    SourceAccessError,
    TableNotAllowedError,
    TargetNotAllowedError,
)
from headrace.job.model import Place
from headrace.locations import is_file
from headrace.names import EXPORTS_PREFIX

_QUEUE_HOSTS = (
    re.compile(r"sqs(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"),
    re.compile(r"sqs\.([a-z0-9-]+)\.api\.aws"),
    re.compile(r"([a-z0-9-]+)\.queue\.amazonaws\.com"),
)
"""How the host of a queue's URL tells its region: Amazon SQS endpoints, the legacy ones last."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The stack's settings `tables`, `queues` and `roles`: ARNs, or prefixes of ARNs that end in `*`;
    of tables also names and prefixes of names, which are of the stack's own account and region.

    `home`, an argument of all checks: what precedes a table's name in its ARN in the stack's own
    account and region, `arn:aws:dynamodb:eu-west-1:123456789012:table/`.
    """

    tables: Sequence[str] = ()
    queues: Sequence[str] = ()
    roles: Sequence[str] = ()
    is_here: bool = False
    """The job runs on a person's machine, and may use its files, its profiles and its endpoints."""

    def check_table(self, table: str, place: Place, home: str, side: str = "target") -> None:
        """What is used through a role, the role's own policy judges.

        Raises TableNotAllowedError, RoleNotAllowedError, JobInvalidError."""
        self._check_place(place, side)
        if place.role_arn is not None:
            return self._check_role(place.role_arn, side)
        arn = _table_arn(table, place, home)
        if not _is_covered(arn, (_as_arn(pattern, home) for pattern in self.tables)):
            named = table if arn == _as_arn(table, home) else arn
            raise TableNotAllowedError(
                f"{side}: table {table!r} is outside what this stack may use; "
                f"allowed: {', '.join(self.tables) or 'none'}; "
                f"deploy again with the context setting tables including {named!r}"
            )
        return None

    def check_queue(self, url: str, place: Place, home: str) -> None:
        """Raises QueueNotAllowedError, RoleNotAllowedError, JobInvalidError."""
        self._check_place(place, "target")
        if place.role_arn is not None:
            return self._check_role(place.role_arn, "target")
        arn = queue_arn(url, place, home)
        if not _is_covered(arn, self.queues):
            raise QueueNotAllowedError(
                f"target: queue {url!r} is outside what this stack may send to; "
                f"allowed: {', '.join(self.queues) or 'none'}; "
                f"deploy again with the context setting queues including {arn!r}"
            )
        return None

    def check_source(self, url: str) -> None:
        """Raises SourceAccessError."""
        if is_file(url) and not self.is_here:
            raise SourceAccessError(
                f"source: {url} is a file, which a stack cannot read; put it into the stack's data bucket, "
                "or run the job where the file is"
            )

    def check_export(self, target: str, bucket: str) -> None:
        """Raises TargetNotAllowedError unless the URL is below `exports/` of the data bucket."""
        if self.is_here or target.startswith(f"s3://{bucket}/{EXPORTS_PREFIX}"):
            return
        raise TargetNotAllowedError(
            f"target: an export cannot go to {target!r}; allowed: what is below "
            f"s3://{bucket}/{EXPORTS_PREFIX}; leave target out to have a place of its own there"
        )

    def _check_place(self, place: Place, side: str) -> None:
        said = [name for name in ("profile", "endpoint") if getattr(place, name)]
        if said and not self.is_here:
            raise JobInvalidError(
                [
                    f"{side}.{name}: means nothing to a stack; allowed: where the job runs on this machine; "
                    "remove it, or use role_arn"
                    for name in said
                ]
            )

    def _check_role(self, role: str, side: str) -> None:
        if not _is_covered(role, self.roles):
            raise RoleNotAllowedError(
                f"{side}.role_arn: role {role!r} is outside what this stack may assume; "
                f"allowed: {', '.join(self.roles) or 'none'}; "
                f"deploy again with the context setting roles including {role!r}"
            )


def queue_arn(url: str, place: Place, home: str) -> str:
    """The ARN of the queue at a URL such as `https://sqs.<region>.amazonaws.com/<account>/<name>`."""
    _, partition, _, own_region, *_ = home.split(":")
    host, path = urlsplit(url).hostname or "", urlsplit(url).path
    named = next((match[1] for pattern in _QUEUE_HOSTS if (match := pattern.fullmatch(host))), None)
    account, _, name = path.strip("/").rpartition("/")
    region = place.region or named or own_region
    return f"arn:{partition}:sqs:{region}:{account.rpartition('/')[2]}:{name}"


def _table_arn(table: str, place: Place, home: str) -> str:
    parts = home.split(":")
    parts[3] = place.region or parts[3]
    return _as_arn(table, ":".join(parts))


def _as_arn(name: str, home: str) -> str:
    return name if name.startswith("arn:") else home + name


def _is_covered(arn: str, patterns: Iterable[str]) -> bool:
    return any(
        arn.startswith(pattern[:-1]) if pattern.endswith("*") else arn == pattern for pattern in patterns
    )
