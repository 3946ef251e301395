"""Numbers as text, held against Python's decimal."""

from __future__ import annotations

import string
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headrace.items.number import canonical_number, is_canonical_number, number_key, number_text

LIMIT_38_DIGITS = "12345678901234567890123456789012345678"


def spelled(digits: str, exponent: int, sign: str) -> str:
    return f"{sign}{digits}e{exponent}"


numbers = st.builds(
    spelled,
    st.text(string.digits, min_size=1, max_size=38),
    st.integers(-130, 87),
    st.sampled_from(["", "-", "+"]),
)


@given(numbers)
@example("0e-130")
@example("-0e0")
def test_every_number_within_the_limits_keeps_its_exact_value(text: str) -> None:
    assert Decimal(canonical_number(text)) == Decimal(text)
    assert Decimal(number_text(text)) == Decimal(text)


@given(numbers)
def test_canonical_text_is_plain_and_canonical(text: str) -> None:
    canonical = canonical_number(text)
    assert is_canonical_number(canonical)
    assert set(canonical) <= set("-.0123456789")


@given(st.text("+-.eE0123456789 _", max_size=12))
@example("1e" + "0" * 5000 + "5")
def test_text_is_a_number_exactly_where_decimal_reads_a_finite_number_of_ascii_digits(text: str) -> None:
    is_number = "_" not in text
    try:
        value = Decimal(text.strip()) if is_number else None
    except ArithmeticError:
        value = None
    if value is None or (value and not -130 <= value.adjusted() <= 125):
        with pytest.raises(ValueError, match=r"is not a number|is out of range"):
            canonical_number(text)
    else:
        assert Decimal(canonical_number(text)) == value


@given(numbers, numbers)
@example("1", "1.0")
@example("-0", "0")
def test_keys_are_equal_exactly_where_the_values_are(one: str, other: str) -> None:
    assert (number_key(one) == number_key(other)) == (Decimal(one) == Decimal(other))


@pytest.mark.parametrize("text", ["1", "1.0", "01", "1e0", " +1 ", "10E-1", "1."])
def test_spellings_of_one_value_have_one_key(text: str) -> None:
    assert number_key(text) == "1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "-",
        "e5",
        "1e",
        "1e+",
        "--1",
        "- 1",
        "1 0",
        "1_0",
        "1,000",
        "0x1",
        "٣",
        "NaN",
        "-Infinity",
        "1é",
    ],
)
def test_text_that_is_no_number_is_refused_with_what_was_seen(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number") as caught:
        canonical_number(text)
    assert str(caught.value).startswith(repr(text))


@pytest.mark.parametrize(
    "text",
    [
        LIMIT_38_DIGITS,
        f"-{LIMIT_38_DIGITS}00.000",
        f"0.{LIMIT_38_DIGITS}0",
        "1E-130",
        "10E-131",
        "9." + "9" * 37 + "E+125",
    ],
)
def test_numbers_at_the_limits_are_kept(text: str) -> None:
    assert Decimal(canonical_number(text)) == Decimal(text)


def test_a_39th_significant_digit_is_refused() -> None:
    with pytest.raises(ValueError, match="has 39 significant digits; DynamoDB keeps at most 38"):
        number_text(LIMIT_38_DIGITS + "9")


@pytest.mark.parametrize("text", ["1E126", "9.9E-131", "-1e999999999999999999999", "1e-99999999999999999999"])
def test_magnitudes_beyond_the_limits_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is out of range"):
        number_text(text)


def test_zero_may_have_any_exponent() -> None:
    assert number_text("0e999999999999999999999") == "0"


@pytest.mark.parametrize("text", ["1", "-0.50", "007", "1e5", "-1.5E-3"])
def test_plain_text_is_sent_as_typed(text: str) -> None:
    assert number_text(text) == text


@pytest.mark.parametrize(
    ("text", "sent"), [("+1", "1"), (".5", "0.5"), ("5.", "5"), (" 7 ", "7"), ("-.5e1", "-5")]
)
def test_other_spellings_are_sent_in_plain_form(text: str, sent: str) -> None:
    assert number_text(text) == sent


@pytest.mark.parametrize("text", ["0", "7", "-7", "10", "0.5", "-10.05", LIMIT_38_DIGITS])
def test_text_that_comes_back_unchanged_is_canonical(text: str) -> None:
    assert is_canonical_number(text)


@pytest.mark.parametrize(
    "text", ["007", "1.0", "+1", "-0", "1e5", ".5", "5.", " 1", "", "x", LIMIT_38_DIGITS + "9"]
)
def test_text_that_would_change_is_not_canonical(text: str) -> None:
    assert not is_canonical_number(text)
