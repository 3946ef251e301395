"""The table of a job's fields: the one source of the validator, the JSON Schema and the defaults told."""

from __future__ import annotations

from headrace.job.dialect import PRESETS
from headrace.job.groups import Columns, Field, Group, Header
from headrace.job.kinds import Choice, Encoding, Flag, Number, Text
from headrace.job.model import Empty, Job

_DEFAULT = Job(source="", target="")

# Amazon S3 User Guide, "General purpose bucket naming rules" and "Naming Amazon S3 objects" (1024 bytes).
BUCKET = r"(?![0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/)(?![^/]*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
SOURCE = Text(
    "s3://bucket/key, with the name of a bucket and a key of 1 to 1024 bytes",
    pattern=rf"s3://{BUCKET}/[\s\S]+",
    longest=len("s3://") + 63 + len("/") + 1024,
)

# Amazon DynamoDB API Reference, "CreateTable", TableName.
TABLE_NAME = r"[a-zA-Z0-9_.-]{3,255}"
TARGET = Text(
    "a table's name (3 to 255 of a-z A-Z 0-9 _ . -) or arn:aws:dynamodb:<region>:<account>:table/<name>",
    pattern=rf"(?:arn:aws[a-z0-9-]*:dynamodb:[a-z0-9-]+:[0-9]{{12}}:table/)?{TABLE_NAME}",
)

_CHARACTER = r"[^\x00\r\n\ufeff]"
_NOT_SPACE = r"[^\x00\r\n\ufeff ]"
_MARK = Text("one character that is no space, line break or NUL, or null for none", _NOT_SPACE, nullable=True)

FORMAT = Group(
    (
        Field(
            "preset",
            Choice(tuple(PRESETS)),
            "The dialect to start from; the other fields override it.",
            "csv",
        ),
        Field(
            "delimiter",
            Text("one character that is no line break or NUL", _CHARACTER),
            "What stands between two cells; by preset a comma (csv) or a tab (tsv, mysql).",
        ),
        Field("quote", _MARK, 'What encloses a cell; by preset " (csv, tsv) or none (mysql).'),
        Field(
            "escape", _MARK, "What takes the next character's meaning away; by preset none, or \\ (mysql)."
        ),
        Field(
            "header", Header(), "true: the first record holds the names; a list: these are the names.", True
        ),
        Field("encoding", Encoding(), "The text's encoding, by any usual name of it.", "utf-8"),
        Field(
            "null",
            Text("a text, or null for none", nullable=True),
            "The cell text that means null; by preset none, or \\N (mysql).",
        ),
    )
)

WRITE = Group(
    (
        Field("mode", Choice(("put",)), "put: an item replaces what is in the table under its key.", "put"),
        Field("duplicates", Choice(("last",)), "Which of several rows with one key is written.", "last"),
        Field(
            "empty",
            Choice(tuple(Empty), null=Empty.NULL),
            "What an empty cell becomes: no attribute (drop), an empty text (keep) or NULL (null).",
            str(_DEFAULT.empty),
        ),
    )
)

PARALLEL = Group(
    (
        Field(
            "chunk_bytes",
            Number(1024, unit="bytes"),
            "The size of a work unit; it is moved to the next record's start.",
            _DEFAULT.chunk_bytes,
        ),
        Field("concurrency", Number(1, 1000), "Work units that run at once.", _DEFAULT.concurrency),
        Field(
            "message_bytes",
            Number(1024, 1_048_576, unit="bytes"),  # Amazon SQS Developer Guide, "Message quotas": 1 MiB
            "How large a message to the write queue may grow.",
            _DEFAULT.message_bytes,
        ),
    )
)

TOLERATE = Group(
    (
        Field("rejects", Number(0), "Rejected rows that the job may have.", _DEFAULT.tolerate.rejects),
        Field(
            "rejects_percent",
            Number(0, 100, whole=False),
            "The same in percent of the rows read; the larger of the two counts.",
            _DEFAULT.tolerate.rejects_percent,
        ),
    )
)

JOB = Group(
    (
        Field(
            "operation", Choice(("load",)), "What to do; load: from an object into a table.", required=True
        ),
        Field("source", SOURCE, "The object to read, as s3://bucket/key.", required=True),
        Field("target", TARGET, "The table to write, by its name or its ARN.", required=True),
        Field("format", FORMAT, "How the object's text is to be read."),
        Field("columns", Columns(), "What becomes of a column, by its name: its type, or an object."),
        Field("infer", Flag(), "Make columns whose sampled cells are all plain numbers N.", _DEFAULT.infer),
        Field("write", WRITE, "How items are written."),
        Field("parallel", PARALLEL, "How the work is divided."),
        Field("tolerate", TOLERATE, "What a job may lose and still succeed."),
        Field("dry_run", Flag(), "Plan and check, but write nothing.", _DEFAULT.dry_run),
    )
)
