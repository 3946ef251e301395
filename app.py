#!/usr/bin/env python3
"""The CDK app: reads the settings, stages the functions, makes the stack."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import aws_cdk as cdk

from headrace.errors import HeadraceError
from infra.asset import build_asset
from infra.settings import Settings
from infra.stack import HeadraceStack

ROOT = Path(__file__).parent


def main() -> None:
    app = cdk.App()
    settings = Settings.from_context(app.node.try_get_context, os.environ.get("AWS_ENDPOINT_URL"))
    asset = build_asset(ROOT, ROOT / ".build", settings.target)
    HeadraceStack(app, settings, asset, ROOT / "statemachine" / "job.asl.json")
    app.synth()


if __name__ == "__main__":
    try:
        main()
    except HeadraceError as error:
        sys.exit(str(error))
