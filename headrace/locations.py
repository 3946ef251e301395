"""Objects by URL: in S3, `s3://bucket/key`, or on this machine, `file:///folder/name`.

To the engine a file is an object whose bucket is the absolute path of its folder, so there is one form for
both: `scheme://bucket/key`. What an export names its parts by is then relative to its folder, and the folder
can be moved.
"""

from __future__ import annotations

FILE = "file://"
S3 = "s3://"


def is_folder(bucket: str) -> bool:
    """Whether it is a folder of this machine, not a bucket of S3."""
    return bucket.startswith("/")


def is_file(url: str) -> bool:
    return url.startswith(FILE)


def url_of(bucket: str, key: str) -> str:
    return f"{FILE}{bucket.rstrip('/')}/{key}" if is_folder(bucket) else f"{S3}{bucket}/{key}"


def split_url(url: str) -> tuple[str, str]:
    """Bucket and key; of a file its folder and its name, which is empty where the URL ends in a slash."""
    if is_file(url):
        folder, _, name = url.removeprefix(FILE).rpartition("/")
        return folder or "/", name
    bucket, _, key = url.removeprefix(S3).partition("/")
    return bucket, key
