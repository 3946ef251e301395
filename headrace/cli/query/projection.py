"""A list of attributes as a person types it: reserved words and odd names need no placeholder."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PART = re.compile(r"#\w+|\[\s*\d+\s*\]|[^.\[\]\s#][^.\[\]]*")


def aliased(projection: str, taken: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The ProjectionExpression, and the names that it takes beside `taken`.

    >>> aliased("name, address.city", {})
    ('#name0, #name1.#name2', {'#name0': 'name', '#name1': 'address', '#name2': 'city'})
    """
    stem = "#name"
    while any(one.startswith(stem) for one in taken):
        stem += "_"
    names: dict[str, str] = {}

    def alias(part: re.Match[str]) -> str:
        name = part[0].strip()
        if name[0] in "#[":
            return part[0]
        known = {other: placeholder for placeholder, other in names.items()}
        placeholder = known.get(name, f"{stem}{len(names)}")
        names[placeholder] = name
        return placeholder

    return ", ".join(_PART.sub(alias, path.strip()) for path in projection.split(",")), names


def columns_of(projection: str, names: Mapping[str, str]) -> list[str]:
    """The attributes that items of this projection can have, in its order.

    >>> columns_of("#name0, #name1.#name2, city[0]", {"#name0": "name", "#name1": "address"})
    ['name', 'address', 'city']
    """
    tops = [re.split(r"[.\[]", path.strip(), maxsplit=1)[0] for path in projection.split(",")]
    return list(dict.fromkeys(names.get(top, top) for top in tops))
