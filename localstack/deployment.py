"""What deploy.sh deployed, and how to reach it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from headrace import names
from headrace.errors import HeadraceError
from headrace.library.pipeline import Pipeline

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stack, with clients for the endpoint of the environment."""

    pipeline: Pipeline
    bucket: str
    s3: S3Client = field(default_factory=lambda: boto3.client("s3"))
    dynamodb: DynamoDBClient = field(default_factory=lambda: boto3.client("dynamodb"))

    @classmethod
    def read(cls, directory: Path, stack: str = names.STACK_NAME) -> Deployment:
        """Raises HeadraceError where nothing is deployed, or no emulator is named."""
        file = directory / "outputs.json"
        if not os.environ.get("AWS_ENDPOINT_URL"):
            raise HeadraceError(
                "AWS_ENDPOINT_URL is not set, and this is no tool for AWS itself: use make demo"
            )
        if not file.exists():
            raise HeadraceError(f"{file} is not there: run make deploy first")
        outputs = json.loads(file.read_text())[stack]
        return cls(Pipeline.from_outputs(outputs), outputs[names.OUTPUT_DATA_BUCKET])
