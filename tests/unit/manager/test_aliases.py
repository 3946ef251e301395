"""Reserved words get placeholders, and nothing else changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from headrace.aws.manager.aliases import alias_names, needs_alias, reserved_words

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
RESERVED = st.sampled_from(sorted(reserved_words() - {"NOT"})).flatmap(
    lambda word: st.sampled_from([word, word.lower(), word.title()])
)
ATTRIBUTES = (NAMES | RESERVED).filter(lambda name: name.upper() != "NOT")
PLACES = st.lists(st.sampled_from(["", "[0]", "[12]"]), min_size=1, max_size=1)
PATHS = st.lists(st.tuples(ATTRIBUTES, PLACES), min_size=1, max_size=3).map(
    lambda steps: ".".join(name + place for name, (place,) in steps)
)
VALUES = st.sampled_from([":a", ":name", ":set", ":1"])
CONDITIONS = st.recursive(
    st.one_of(
        st.builds("{} {} {}".format, PATHS, st.sampled_from(["=", "<>", "<", ">="]), VALUES | PATHS),
        st.builds("{} between {} AND {}".format, PATHS, VALUES, VALUES),
        st.builds("{} IN ({}, {})".format, PATHS, VALUES, VALUES),
        st.builds("contains({}, {})".format, PATHS, VALUES),
        st.builds("attribute_exists( {} )".format, PATHS),
        st.builds("size ({})>{}".format, PATHS, VALUES),
        st.builds("#given = {}".format, VALUES),
    ),
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("{} or {}".format, inner, inner),
        st.builds("NOT {}".format, inner),
    ),
    max_leaves=6,
)
OPERANDS = st.one_of(
    VALUES,
    PATHS,
    st.builds("if_not_exists({}, {})".format, PATHS, VALUES),
    st.builds("list_append({}, {})".format, PATHS, VALUES),
    st.builds("{} + {}".format, PATHS, VALUES),
    st.builds("{}-{}".format, PATHS, VALUES),
)
CLAUSES = [
    st.builds("SET {} = {}, {}={}".format, PATHS, OPERANDS, PATHS, OPERANDS),
    st.builds("remove {}, {}".format, PATHS, PATHS),
    st.builds("Add {} {}".format, PATHS, VALUES),
    st.builds("DELETE {} {}".format, PATHS, VALUES),
]
UPDATES = st.permutations(CLAUSES).flatmap(
    lambda clauses: st.integers(1, 4).flatmap(lambda some: st.tuples(*clauses[:some]).map(" ".join))
)


def resolved(expression: str, names: dict[str, str]) -> str:
    """The expression with each placeholder's name in its place."""
    return re.sub(r"#\w+", lambda found: names.get(found[0], found[0]), expression)


@given(CONDITIONS)
def test_a_condition_stays_what_it_is_and_has_no_reserved_name_left(condition: str) -> None:
    check(condition, is_update=False)


@given(UPDATES)
def test_an_update_stays_what_it_is_and_has_no_reserved_name_left(update: str) -> None:
    check(update, is_update=True)


def check(expression: str, is_update: bool) -> None:
    names: dict[str, str] = {}
    aliased = alias_names(expression, names, is_update)
    assert resolved(aliased, names) == expression
    assert all(needs_alias(name) and placeholder == f"#{name}" for placeholder, name in names.items())
    again = dict(names)
    assert alias_names(aliased, again, is_update) == aliased, "nothing is left to alias"
    assert again == names
    grammar = {"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN", "SIZE"}
    left = {word.upper() for word in re.findall(r"(?<![#:\w])[A-Za-z_]\w*", aliased)}
    assert left & reserved_words() <= grammar


@pytest.mark.parametrize(
    ("expression", "aliased"),
    [
        (
            "SET add = :a, Set = :s REMOVE set ADD Count :n",
            "SET #add = :a, #Set = :s REMOVE #set ADD #Count :n",
        ),
        ("set size = size + :n", "set #size = #size + :n"),
        ("SET Items[0].name = list_append(Items, :v)", "SET #Items[0].#name = list_append(#Items, :v)"),
    ],
)
def test_a_word_of_the_grammar_can_be_a_name_too(expression: str, aliased: str) -> None:
    assert alias_names(expression, {}, is_update=True) == aliased


@pytest.mark.parametrize(
    ("expression", "aliased"),
    [
        ("Add IN (:a) AND Delete BETWEEN :a AND :b", "#Add IN (:a) AND #Delete BETWEEN :a AND :b"),
        ("NOT (Status = :s) AND NOT contains(Name, :n)", "NOT (#Status = :s) AND NOT contains(#Name, :n)"),
        ("Name,Email, NOT", "#Name,Email, #NOT"),
        ("size(Data) > :n AND Size > :n", "size(#Data) > :n AND #Size > :n"),
    ],
)
def test_other_expressions_have_no_clauses(expression: str, aliased: str) -> None:
    assert alias_names(expression, {}) == aliased


def test_names_that_begin_with_a_digit_or_an_underscore_get_a_placeholder() -> None:
    names: dict[str, str] = {}
    assert alias_names("_a, 1b, c1", names) == "#_a, #1b, c1"
    assert names == {"#_a": "_a", "#1b": "1b"}


def test_a_placeholder_that_is_taken_is_left_to_who_has_it() -> None:
    names = {"#Name": "Status"}
    assert alias_names("Name = :a OR #Name = :b", names) == "#Name_ = :a OR #Name = :b"
    assert names == {"#Name": "Status", "#Name_": "Name"}


def test_the_reserved_words_are_those_that_others_know() -> None:
    assert reserved_words() == set(ReservedKeywords.get_reserved_keywords())
