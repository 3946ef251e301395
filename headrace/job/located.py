"""Tables and queues: their names, and where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from headrace.job.groups import Field, Group
from headrace.job.kinds import Text
from headrace.job.model import Place
from headrace.job.problems import INVALID, Problems, seen

# Amazon DynamoDB API Reference, "CreateTable", TableName.
TABLE_NAME = r"[a-zA-Z0-9_.-]{3,255}"
_TABLE = Text(
    "a table's name (3 to 255 of a-z A-Z 0-9 _ . -) or arn:aws:dynamodb:<region>:<account>:table/<name>",
    pattern=rf"(?:arn:aws[a-z0-9-]*:dynamodb:[a-z0-9-]+:[0-9]{{12}}:table/)?{TABLE_NAME}",
)

# Amazon SQS Developer Guide, "Queue and message identifiers"; emulators put more before the account.
_QUEUE_NAME = r"(?:[a-zA-Z0-9_-]{1,80}|[a-zA-Z0-9_-]{1,75}\.fifo)"
_QUEUE = Text(
    "a queue's URL, https://sqs.<region>.amazonaws.com/<account>/<name>",
    pattern=rf"https?://[a-zA-Z0-9.-]+(?::[0-9]{{1,5}})?(?:/[a-zA-Z0-9-]+){{0,4}}/[0-9]{{12}}/{_QUEUE_NAME}",
)

_PLACE: Final = (
    Field(
        "region",
        Text("a region, such as eu-west-1", r"[a-z]{2,20}(?:-[a-z0-9]{1,20}){1,5}"),
        "The region it is in; default: that of its ARN, or the stack's own.",
    ),
    Field(
        "role_arn",
        Text(
            "arn:aws:iam::<account>:role/<name>",
            r"arn:aws[a-z0-9-]*:iam::[0-9]{12}:role/[a-zA-Z0-9_+=,.@/-]{1,576}",
        ),
        "The role that the functions assume to use it; default: their own.",
    ),
    Field(
        # AWS STS API Reference, "AssumeRole", ExternalId.
        "external_id",
        Text("2 to 1224 of a-z A-Z 0-9 _ + = , . @ : / -", r"[a-zA-Z0-9_+=,.@:/-]{2,1224}"),
        "What the role's trust policy asks for, if it does.",
    ),
    Field(
        "profile",
        Text("a profile of the machine's AWS configuration", r"[^\x00-\x1f\[\]]{1,128}"),
        "The profile to use it with; for jobs that run on this machine only.",
    ),
    Field(
        "endpoint",
        Text("the URL of an endpoint, such as http://127.0.0.1:8000", r"https?://[^\s/]+/?"),
        "The endpoint to reach it at; for jobs that run on this machine only.",
    ),
)


def table_name(table: str) -> str:
    """The plain name of a table that may be an ARN."""
    return table.rpartition(":table/")[2]


def _own_region(name: str) -> str | None:
    """That of an ARN."""
    return name.split(":")[3] if name.startswith("arn:") else None


@dataclass(frozen=True, slots=True)
class Located:
    """A name, or an object of the name under `member` and of its place; reads into (name, Place)."""

    member: str
    name: Text
    doc: str

    @property
    def place(self) -> tuple[Field, ...]:
        """What may be said of where it is."""
        return _PLACE

    @property
    def _object(self) -> Group:
        return Group((Field(self.member, self.name, self.doc, required=True), *_PLACE))

    @property
    def allowed(self) -> str:
        return f"{self.name.allowed}, or {self._object.allowed}"

    def read(self, value: object, at: str, problems: Problems) -> Any:
        if not isinstance(value, Mapping):
            name = replace(self.name, allowed=self.allowed).read(value, at, problems)
            return INVALID if name is INVALID else (name, Place(_own_region(name)))
        found = self._object.read(value, at, problems)
        name = found.pop(self.member, INVALID)
        self._find_contradictions(name, found, at, problems)
        return INVALID if name is INVALID else (name, Place(**{"region": _own_region(name), **found}))

    def _find_contradictions(self, name: Any, place: Mapping[str, Any], at: str, problems: Problems) -> None:
        if "external_id" in place and "role_arn" not in place:
            fault = "means nothing without role_arn"
            problems.add(f"{at}.external_id", fault, "beside role_arn only", "remove it, or add role_arn")
        own = None if name is INVALID else _own_region(name)
        region = place.get("region", INVALID)
        if own and region not in (own, INVALID):
            fault = f"{seen(region)} is not the region of the ARN"
            problems.add(f"{at}.region", fault, own, "leave it out")

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.name.schema(), self._object.schema()]}


TABLE: Final = Located("table", _TABLE, "The table's name or ARN.")
QUEUE: Final = Located("queue", _QUEUE, "The queue's URL.")


def location_to_json(kind: Located, name: str, place: Place) -> str | dict[str, str]:
    """The name alone where it says all, else the object; reads back as the same."""
    if place == Place(_own_region(name)):
        return name
    return {kind.member: name} | {key: value for key, value in asdict(place).items() if value is not None}
