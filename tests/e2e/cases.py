"""Uploads and what has to come of each."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Items = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """`items` by their `id`; `rows` without those that are none; `key_type` of `id`."""

    body: bytes
    items: Items
    rows: Mapping[str, int]
    options: Mapping[str, Any] = field(default_factory=dict)
    name: str = "rows.csv"
    key_type: str = "S"


def all_written(body: bytes, items: Items, **more: Any) -> Case:
    return Case(body, items, {"read": len(items), "written": len(items)}, **more)


_EVERY_TYPE = """\
id,n:N,b:B,bool:BOOL,ss:SS,ns:NS,bs:BS,l:L,m:M,json:JSON,ttl:TTL,text,null:NULL,empty
1,0.1000000000000000000000000000000000001,aGk=,yes,a|b|a,1|2,aGk=|aG8=,"[1,""a""]","{""k"":1.5}",\
"{""x"":[true,null]}",2026-01-01T00:00:00Z,"two
lines, ""quoted"" é",null,
"""
_EVERY_ITEM = {
    "id": {"S": "1"},
    "n": {"N": "0.1000000000000000000000000000000000001"},
    "b": {"B": b"hi"},
    "bool": {"BOOL": True},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": [b"hi", b"ho"]},
    "l": {"L": [{"N": "1"}, {"S": "a"}]},
    "m": {"M": {"k": {"N": "1.5"}}},
    "json": {"M": {"x": {"L": [{"BOOL": True}, {"NULL": True}]}}},
    "ttl": {"N": "1767225600"},
    "text": {"S": 'two\nlines, "quoted" é'},
    "null": {"NULL": True},
}
_TWO = {"1": {"id": {"S": "1"}, "name": {"S": "Zoë"}}, "2": {"id": {"S": "2"}, "name": {"S": "東京"}}}
_TEXT = "id,name\n1,Zoë\n2,東京\n"

_SMALL_CHUNKS = {"parallel": {"chunk_bytes": 1024, "message_bytes": 4096}, "tolerate": {"rejects": 2}}
_MANY = "id,price:N\n1,0\n1,1\nbad,cheap\nlong,1,2\n" + "".join(f"{n},{n}.50\n" for n in range(2, 401))
_MANY_ITEMS = {
    str(n): {"id": {"S": str(n)}, "price": {"N": "1" if n == 1 else f"{n}.5"}} for n in range(1, 401)
}
_LONG = "\x01" * 200_000

CASES: dict[str, Case] = {
    "every type": all_written(_EVERY_TYPE.encode(), {"1": _EVERY_ITEM}),
    "several chunks, duplicates and tolerated rejects": Case(
        _MANY.encode(),
        _MANY_ITEMS,
        {"read": 403, "written": 400, "superseded": 1, "rejected": 2},
        _SMALL_CHUNKS,
    ),
    "an item that is larger as JSON than a queue's message": all_written(
        f"id,name\n1,{_LONG}\n".encode(), {"1": {"id": {"S": "1"}, "name": {"S": _LONG}}}
    ),
    "a byte order mark": all_written(b"\xef\xbb\xbf" + _TEXT.encode(), _TWO),
    "gzip": all_written(gzip.compress(_TEXT.encode()), _TWO, name="rows.csv.gz"),
    "utf-16": all_written(_TEXT.encode("utf-16"), _TWO, options={"format": {"encoding": "utf-16"}}),
    "mysqldump's text": all_written(
        b"1\tone\\\ttab\t\\N\n",
        {"1": {"id": {"N": "1"}, "name": {"S": "one\ttab"}, "note": {"NULL": True}}},
        options={
            "format": {"preset": "mysql", "header": ["id", "name", "note"]},
            "write": {"empty": "null"},
        },
        key_type="N",
    ),
    "a given header": all_written(
        b"1,Z\n", {"1": {"id": {"S": "1"}, "z": {"S": "Z"}}}, options={"format": {"header": ["id", "z"]}}
    ),
    "renamed and dropped columns": all_written(
        b"id,a,b\n1,A,B\n",
        {"1": {"id": {"S": "1"}, "c": {"S": "A"}}},
        options={"columns": {"a": {"rename": "c"}, "b": {"drop": True}}},
    ),
    "a header and no rows": all_written(b"id,name\n", {}),
}
