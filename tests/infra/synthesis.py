"""Templates of the stack, synthesised once for each settings, without its asset and its definition."""

from __future__ import annotations

import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template

from infra.asset import Asset
from infra.settings import Settings
from infra.stack import HeadraceStack

DEFAULT = Settings()
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
PROTECTED = Settings(kms_key_arn=KEY_ARN, removal_policy="destroy", retention_days=7)
_DEFINITION = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}


def stack(app: cdk.App, settings: Settings = DEFAULT) -> HeadraceStack:
    place = Path(tempfile.mkdtemp(dir=app.outdir))
    definition = place / "definition.json"
    definition.write_text(json.dumps(_DEFINITION))
    code = place / "code"
    code.mkdir()
    (code / "empty.py").touch()
    return HeadraceStack(app, settings, Asset(code, "0" * 64), definition)


@cache
def template(settings: Settings = DEFAULT) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as out:
        return dict(Template.from_stack(stack(cdk.App(outdir=out), settings)).to_json())


def of_type(kind: str, settings: Settings = DEFAULT) -> dict[str, dict[str, Any]]:
    """Resources by their logical names without CDK's digest: `WriteQueue`, `FunctionsPlanRole`."""
    resources = template(settings)["Resources"].items()
    return {_plain(name): resource for name, resource in resources if resource["Type"] == kind}


def properties(kind: str, name: str, settings: Settings = DEFAULT) -> dict[str, Any]:
    found: dict[str, Any] = of_type(kind, settings)[name]["Properties"]
    return found


def readable(value: Any) -> str:
    """`{"Fn::GetAtt": ["WriteQueue03128948", "Arn"]}` as `WriteQueue`; joined parts joined."""
    match value:
        case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
            return _plain(name)
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(map(readable, parts))
        case _:
            return str(value)


def allowed(policy: dict[str, Any]) -> dict[str, set[str]]:
    """Resources by action."""
    found: dict[str, set[str]] = {}
    for statement in policy["Statement"]:
        for action in _listed(statement["Action"]):
            found.setdefault(action, set()).update(map(readable, _listed(statement["Resource"])))
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _plain(logical_name: str) -> str:
    return re.sub(r"[0-9A-F]{8}$", "", logical_name)
