"""The table of a job's fields: the one source of the validator, the JSON Schema and the defaults told."""

from __future__ import annotations

from headrace.job.columns import NAME, Columns, Header
from headrace.job.dialect import DEFAULT_PRESETS, JSON_PRESETS, PRESETS
from headrace.job.expressions import EXPRESSION, NAMES, VALUES
from headrace.job.groups import Field, Group
from headrace.job.kinds import Choice, Encoding, Flag, Number, Text
from headrace.job.located import QUEUE, TABLE
from headrace.job.model import MAX_WINDOW_BYTES, Empty, Job, Operation, Shape, WriteMode
from headrace.job.urls import EXPORT, OBJECT, Prefix

_DEFAULT = Job(source="", target="")

_LOAD = frozenset({Operation.LOAD})
_RESTORE = frozenset({Operation.RESTORE})
_EXPORT = frozenset({Operation.EXPORT})
_SCAN = frozenset({Operation.SCAN})
_COPY = frozenset({Operation.COPY})
_TRUNCATE = frozenset({Operation.TRUNCATE})

_READS_TEXT = _LOAD | _RESTORE
_HAS_TEXT = _READS_TEXT | _EXPORT
_READS_TABLE = frozenset(operation for operation in Operation if operation.reads_table)
_WRITES_ITEMS = _READS_TEXT | _COPY
_USES_WRITERS = _WRITES_ITEMS | _TRUNCATE

_DELIMITED = frozenset({Shape.DELIMITED})
_MAYBE_DELIMITED = _DELIMITED | {Shape.FOUND}
_CHOSEN = frozenset(Shape) - {Shape.FOUND}

_CHARACTER = r"[^\x00\r\n\ufeff]"
_NOT_SPACE = r"[^\x00\r\n\ufeff ]"
_PRESET = Choice((*PRESETS, *JSON_PRESETS))
_MARK = Text("one character that is no space, line break or NUL, or null for none", _NOT_SPACE, nullable=True)

# Amazon DynamoDB API Reference, "Query", IndexName.
INDEX = Text("an index's name, 3 to 255 of a-z A-Z 0-9 _ . -", r"[a-zA-Z0-9_.-]{3,255}")
_MOVED = ("rename", "drop")

FORMAT = Group(
    (
        Field(
            "preset",
            _PRESET,
            "The dialect to start from, which the other fields override; or how JSON lines spell items.",
            DEFAULT_PRESETS[Operation.LOAD],
            of=_LOAD,
        ),
        Field(
            "preset",
            _PRESET,
            "The same; without it what the export's manifest says, or dynamodb-json where there is none.",
            of=_RESTORE,
        ),
        Field(
            "preset",
            _PRESET,
            "How the items are spelled; of a dialect, the other fields override it.",
            DEFAULT_PRESETS[Operation.EXPORT],
            of=_EXPORT,
        ),
        Field(
            "preset",
            Choice(JSON_PRESETS),
            "How a message spells an item.",
            DEFAULT_PRESETS[Operation.SCAN],
            of=_SCAN,
        ),
        Field(
            "delimiter",
            Text("one character that is no line break or NUL", _CHARACTER),
            "What stands between two cells; by preset a comma (csv) or a tab (tsv, mysql).",
            of=_HAS_TEXT,
            shapes=_DELIMITED,
        ),
        Field(
            "quote",
            _MARK,
            'What encloses a cell; by preset " (csv, tsv) or none (mysql).',
            of=_HAS_TEXT,
            shapes=_DELIMITED,
        ),
        Field(
            "escape",
            _MARK,
            "What takes the next character's meaning away; by preset none, or \\ (mysql).",
            of=_HAS_TEXT,
            shapes=_DELIMITED,
        ),
        Field(
            "header",
            Header(),
            "true: the first record holds the names; a list: these are the names.",
            True,
            of=_READS_TEXT,
            shapes=_DELIMITED,
        ),
        Field(
            "encoding",
            Encoding(),
            "The text's encoding, by any usual name of it; JSON lines are in utf-8.",
            "utf-8",
            shapes=_CHOSEN,
        ),
        Field(
            "null",
            Text("a text, or null for none", nullable=True),
            "The cell text that means null; by preset none, or \\N (mysql).",
            of=_HAS_TEXT,
            shapes=_DELIMITED,
        ),
    )
)

WRITE = Group(
    (
        Field(
            "mode",
            Choice(tuple(WriteMode)),
            "What becomes of an item under whose key the table has one: put replaces it, insert leaves it, "
            "newer replaces it if newer_by is greater, delete deletes it.",
            str(_DEFAULT.mode),
            of=_WRITES_ITEMS,
        ),
        Field(
            "newer_by",
            NAME,
            "The attribute that tells which of two items is newer; for the mode newer, which needs it.",
            of=_WRITES_ITEMS,
        ),
        Field(
            "duplicates",
            Choice(("last",)),
            "Which of several rows with one key is written.",
            "last",
            of=_READS_TEXT,
        ),
        Field(
            "empty",
            Choice(tuple(Empty), null=Empty.NULL),
            "What an empty cell becomes: no attribute (drop), an empty text (keep) or NULL (null).",
            str(_DEFAULT.empty),
            of=_HAS_TEXT,
            shapes=_MAYBE_DELIMITED,
        ),
    )
)

SCAN = Group(
    (
        Field("filter", EXPRESSION, "FilterExpression: the items for which it holds."),
        Field(
            "projection",
            EXPRESSION,
            "ProjectionExpression: the attributes to read; default: all.",
            of=_SCAN | _EXPORT | _COPY,
        ),
        Field("index", INDEX, "The index to read in the table's place."),
        Field(
            "key_condition",
            EXPRESSION,
            "KeyConditionExpression: a Query in the place of a scan, in one segment.",
        ),
        Field("names", NAMES, "What #name stands for in the expressions."),
        Field("values", VALUES, "What :value stands for in the expressions."),
        Field("consistent", Flag(), "Read what was written just now, too.", _DEFAULT.scan.consistent),
        Field("limit_per_segment", Number(1), "Items after which a segment ends; default: all are read."),
        Field("page_items", Number(1), "Items that DynamoDB looks at for a page; default: 1 MB of them."),
        Field(
            "items_per_message",
            Number(1),
            "Items that a message may have; above 1 it is a list of them.",
            _DEFAULT.scan.items_per_message,
            of=_SCAN,
        ),
        Field(
            "message_group",
            # Amazon SQS API Reference, "SendMessage", MessageGroupId.
            Text("1 to 128 letters, digits and marks of ASCII", r"[!-~]{1,128}"),
            "The group of all messages to a FIFO queue; default: one a segment.",
            of=_SCAN,
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
            of=_READS_TEXT,
        ),
        Field(
            "window_bytes",
            Number(1024, MAX_WINDOW_BYTES, unit="bytes"),
            "How much of a work unit is held at once; of rows with one key in it, one is written.",
            _DEFAULT.window_bytes,
            of=_READS_TEXT,
        ),
        Field(
            "segments",
            # Amazon DynamoDB API Reference, "Scan", TotalSegments.
            Number(1, 1_000_000),
            "Segments in which the table is read; default: as its size and capacity suggest.",
            of=_READS_TABLE,
        ),
        Field("concurrency", Number(1, 1000), "Work units that run at once.", _DEFAULT.concurrency),
        Field(
            "message_bytes",
            Number(1024, 1_048_576, unit="bytes"),  # Amazon SQS Developer Guide, "Message quotas": 1 MiB
            "How large a message to the write queue may grow.",
            _DEFAULT.message_bytes,
            of=_USES_WRITERS,
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
            "operation",
            Choice(tuple(Operation)),
            "What to do: load a file, scan a table into a queue, export it, restore an export, copy a table, "
            "truncate it, or count its items.",
            required=True,
        ),
        Field("source", OBJECT, "The object to read, as s3://bucket/key.", required=True, of=_LOAD),
        Field(
            "source",
            EXPORT,
            "The export to read: its prefix, its manifest, or one object, as s3://bucket/key.",
            required=True,
            of=_RESTORE,
        ),
        Field(
            "source",
            TABLE,
            "The table to read, by its name or its ARN, or an object that says where it is.",
            required=True,
            of=_READS_TABLE - _TRUNCATE,
        ),
        Field(
            "target",
            TABLE,
            "The table to write, by its name or its ARN, or an object that says where it is.",
            required=True,
            of=_USES_WRITERS,
        ),
        Field(
            "target",
            QUEUE,
            "The SQS queue that gets the items, by its URL, or an object that says where it is.",
            required=True,
            of=_SCAN,
        ),
        Field(
            "target",
            Prefix(),
            "Where the export goes, as s3://bucket/prefix/; default: exports/ and the job's name.",
            of=_EXPORT,
        ),
        Field("format", FORMAT, "How items are spelled as text.", of=_HAS_TEXT | _SCAN),
        Field(
            "columns",
            Columns('an object such as {"price": "N", "name": {"rename": "title"}, "note": {"drop": true}}'),
            "What becomes of a column, by its name: its type, or an object.",
            of=_READS_TEXT,
        ),
        Field(
            "columns",
            Columns('an object such as {"name": {"rename": "title"}, "note": {"drop": true}}', _MOVED),
            "What becomes of an attribute, by its name.",
            of=_COPY,
        ),
        Field(
            "columns",
            Columns('an object such as {"price": "N", "name": "S"}', ("type",)),
            "Types of attributes, by their names; in a delimited text also its first columns, in this order.",
            of=_EXPORT,
            shapes=_CHOSEN - {Shape.DYNAMODB_JSON},
        ),
        Field(
            "infer",
            Flag(),
            "Make columns whose sampled cells are all plain numbers N.",
            _DEFAULT.infer,
            of=_READS_TEXT,
            shapes=_DELIMITED,
        ),
        Field("write", WRITE, "How items are written.", of=_HAS_TEXT | _COPY),
        Field("scan", SCAN, "What is read of the table, and how.", of=_READS_TABLE),
        Field("mirror", Flag(), "Also delete what the source does not have.", _DEFAULT.mirror, of=_COPY),
        Field(
            "confirm",
            Text("the table's plain name, a second time"),
            "The table's name a second time, as all of its items are to be deleted.",
            required=True,
            of=_TRUNCATE,
        ),
        Field("parallel", PARALLEL, "How the work is divided."),
        Field("tolerate", TOLERATE, "What a job may lose and still succeed.", of=_HAS_TEXT | _SCAN | _COPY),
        Field("dry_run", Flag(), "Plan and check, but write nothing.", _DEFAULT.dry_run),
    )
)
