"""What each type accepts, what comes of it, and what it says of the rest."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.items.text import CellError
from headrace.items.types import encoder
from headrace.job.model import AttributeType as T


def encode(kind: T, cell: str) -> dict[str, Any]:
    return encoder(kind)(cell)


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (T.S, " as is ", {"S": " as is "}),
        (T.N, "007.50", {"N": "007.50"}),
        (T.N, " +1 ", {"N": "1"}),
        (T.B, " AQID\n", {"B": "AQID"}),
        (T.BOOL, " Yes ", {"BOOL": True}),
        (T.BOOL, "0", {"BOOL": False}),
        (T.NULL, "Null", {"NULL": True}),
        (T.NULL, "", {"NULL": True}),
        (T.JSON, '{"a": [1.50, ""]}', {"M": {"a": {"L": [{"N": "1.50"}, {"S": ""}]}}}),
        (T.JSON, "[null, true]", {"L": [{"NULL": True}, {"BOOL": True}]}),
        (T.JSON, '"\\ud83d\\ude00"', {"S": "😀"}),
        (T.L, "[]", {"L": []}),
        (T.M, "{}", {"M": {}}),
        (T.SS, "b|a|b|", {"SS": ["b", "a", ""]}),
        (T.SS, ' ["a|b", "a|b", ""]', {"SS": ["a|b", ""]}),
        (T.NS, "1|2|1.0", {"NS": ["1", "2"]}),
        (T.NS, '[1e0, "1", 2.50]', {"NS": ["1e0", "2.50"]}),
        (T.BS, "AQ==|Ag==|AQ==", {"BS": ["AQ==", "Ag=="]}),
        (T.BS, '["", "AQ=="]', {"BS": ["", "AQ=="]}),
        (T.TTL, "1700000000.9", {"N": "1700000000"}),
        (T.TTL, "99999999999", {"N": "99999999999"}),
        (T.TTL, "2023-11-14", {"N": "1699920000"}),
        (T.TTL, "2023-11-14T22:13:20.999", {"N": "1700000000"}),
        (T.TTL, "2023-11-14T23:13:20+01:00", {"N": "1700000000"}),
        (T.TTL, "9999-12-31T23:59:59Z", {"N": "253402300799"}),
    ],
)  # fmt: skip
def test_a_cell_of_its_type_becomes_the_value(kind: T, cell: str, value: dict[str, Any]) -> None:
    assert encode(kind, cell) == value


@pytest.mark.parametrize(
    ("kind", "cell", "reason"),
    [
        (T.N, "abc", "'abc' is not a number"),
        (T.B, "AQI", "'AQI' is not base64"),
        (T.B, "AQJ=", "is not base64"),
        (T.B, "AQ-_", "is not base64"),
        (T.B, "AQ==AQ==", "is not base64"),
        (T.B, "é", "is not base64"),
        (T.BOOL, "2", "'2' is not true or false"),
        (T.NULL, "nil", "'nil' is not null"),
        (T.JSON, "{'a': 1}", "is not JSON: .* at character 2"),
        (T.JSON, "[1] 2", "is not JSON: Extra data"),
        (T.JSON, '{"a": 1, "a": 1}', "the key 'a' stands twice in one object"),
        (T.JSON, '{"": 1}', "the key '' is not between 1 and 65535 bytes long"),
        (T.JSON, "[NaN]", "NaN is not a number that DynamoDB can keep"),
        (T.JSON, "[-Infinity]", "-Infinity is not a number"),
        (T.JSON, "1e999", "is out of range"),
        (T.JSON, "1" * 5000 + "1", "significant digits"),
        (T.JSON, '"\\ud800"', "half of a surrogate pair"),
        (T.JSON, '{"\\udc00": 1}', "half of a surrogate pair"),
        (T.L, "{}", "is not a JSON array"),
        (T.M, "[]", "is not a JSON object"),
        (T.SS, "[]", "an empty set"),
        (T.SS, "", "an empty set"),
        (T.SS, '["a", 1]', "has a member of another type; allowed: strings"),
        (T.SS, '["\\ud800"]', "half of a surrogate pair"),
        (T.NS, "1|x", "'x' is not a number"),
        (T.NS, "[true]", "has a member of another type; allowed: numbers"),
        (T.NS, "[[1]]", "has a member of another type"),
        (T.BS, "AQ==|A", "'A' is not base64"),
        (T.TTL, "1700000000000", "looks like milliseconds"),
        (T.TTL, "-5", "is before 1970"),
        (T.TTL, "1969-12-31T23:59:59.5", "is before 1970"),
        (T.TTL, "tomorrow", "'tomorrow' is not a time"),
    ],
)  # fmt: skip
def test_any_other_cell_is_refused_with_a_reason(kind: T, cell: str, reason: str) -> None:
    with pytest.raises(CellError, match=reason):
        encode(kind, cell)


def test_a_long_cell_is_shown_shortened() -> None:
    with pytest.raises(CellError) as caught:
        encode(T.N, "x" * 100)
    assert str(caught.value) == f"'{'x' * 39}…' is not a number"


@given(st.binary())
def test_any_bytes_pass_through_base64(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert encode(T.B, text) == {"B": text}


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))
def test_any_moment_since_1970_becomes_its_second(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert encode(T.TTL, moment.isoformat()) == {"N": str(int(whole.timestamp()))}


@pytest.mark.parametrize("kind", [kind for kind in T if kind is not T.S])
@given(cell=st.text())
def test_no_cell_raises_anything_but_a_cell_error(kind: T, cell: str) -> None:
    try:
        found: object = encode(kind, cell)
    except CellError as error:
        found = str(error)
    assert found
