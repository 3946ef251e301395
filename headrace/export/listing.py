"""The objects that a manifest names, as they are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os.path import commonprefix

from headrace.errors import SourceChangedError, SourceNotFoundError
from headrace.ports import ObjectRef, ObjectStore

_MOST_NAMED = 10


def find_named(
    store: ObjectStore, bucket: str, etags: Mapping[str, str | None], by: str, advice: str
) -> list[ObjectRef]:
    """The objects, in the order of the names.

    Args:
        etags: by key; None where it is not known. Quotes around them do not matter.
        by, advice: for the error, who names them and what to do.

    Raises:
        SourceNotFoundError, SourceChangedError: which of them are not there, or have another etag.
        SourceAccessError, TransientError: as the store does.
    """
    if not etags:
        return []
    prefix = commonprefix(list(etags))  # noqa: RUF071 - of keys, not of paths
    listed = store.list_objects(bucket, prefix)
    found = {ref.key: ref for ref in listed if ref.key in etags}
    missing = [key for key in etags if key not in found]
    changed = [key for key, ref in found.items() if not _is_same(ref.etag, etags[key])]
    if missing or changed:
        faults = [*_fault("not there", missing), *_fault("replaced since", changed)]
        kind = SourceNotFoundError if missing else SourceChangedError
        raise kind(f"source: of {len(etags)} parts that {by} names, {'; '.join(faults)}; {advice}")
    return [found[key] for key in etags]


def _is_same(etag: str, named: str | None) -> bool:
    return named is None or etag.strip('"') == named.strip('"')


def _fault(what: str, keys: Sequence[str]) -> list[str]:
    if not keys:
        return []
    more = f" and {len(keys) - _MOST_NAMED} more" if len(keys) > _MOST_NAMED else ""
    return [f"{len(keys)} {what}: {', '.join(keys[:_MOST_NAMED])}{more}"]
