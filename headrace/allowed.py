"""Which tables the stack may touch."""

from __future__ import annotations

from collections.abc import Sequence

from headrace.errors import TableNotAllowedError


def check_allowed(target: str, patterns: Sequence[str], home: str) -> None:
    """Raises TableNotAllowedError unless a pattern covers the target.

    Args:
        target: a table's name or ARN.
        patterns: names, ARNs, or prefixes of either that end in `*`: the stack's setting `tables`.
        home: what precedes a table's name in its ARN in the stack's own account and region,
            `arn:aws:dynamodb:eu-west-1:123456789012:table/`.
    """
    arn = _as_arn(target, home)
    if not any(_covers(_as_arn(pattern, home), arn) for pattern in patterns):
        raise TableNotAllowedError(
            f"target: table {target!r} is outside what this stack may write to; "
            f"allowed: {', '.join(patterns) or 'none'}; "
            f"deploy again with the context setting tables including {target!r}"
        )


def _as_arn(name: str, home: str) -> str:
    return name if name.startswith("arn:") else home + name


def _covers(pattern: str, arn: str) -> bool:
    return arn.startswith(pattern[:-1]) if pattern.endswith("*") else arn == pattern
