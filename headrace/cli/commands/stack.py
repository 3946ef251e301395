"""The verbs up, down and deploy: the repository's own scripts, from wherever one is in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from headrace.cli.checkout import CHECKOUT, Checkout
from headrace.cli.connection import CONNECTION
from headrace.cli.exits import Exit

_ENDPOINT = "AWS_ENDPOINT_URL"


@click.command(
    "up",
    help="Start an emulator of AWS on this machine, MiniStack, and print the environment to use it with: "
    'eval "$(headrace up)".',
    params=[
        click.Option(["--port"], type=click.IntRange(1, 65535), metavar="N", help="[default: 4566]"),
        click.Option(["--tls", "is_tls"], is_flag=True, help="HTTPS, with a certificate of its own."),
        click.Option(["--auth", "is_auth"], is_flag=True, help="Enforce IAM policies; implies --tls."),
        CHECKOUT,
    ],
)
def up(port: int | None, is_tls: bool, is_auth: bool, checkout: Path | None) -> Exit:
    found = Checkout.find(checkout)
    asked = {"PORT": port and str(port), "USE_SSL": (is_tls or is_auth) and "1", "AUTH": is_auth and "true"}
    env = {name: value for name, value in asked.items() if value}
    is_up = found.run("make", "--no-print-directory", "up", env=env)
    return _exit(is_up and found.run("localstack/print_env.sh", env=env, is_output=True))


@click.command("down", help="Stop the emulator that `headrace up` started.", params=[CHECKOUT])
def down(checkout: Path | None) -> Exit:
    return _exit(Checkout.find(checkout).run("localstack/down.sh"))


@click.command(
    "deploy",
    help="Deploy the stack with the CDK to the account of the profile; or to an emulator, with --emulator, "
    "with --endpoint, or where AWS_ENDPOINT_URL is set.",
    params=[
        click.Option(
            ["--tables"],
            metavar="A,B",
            help="Names, ARNs or prefixes ending in * of the tables that the stack may read and write.",
        ),
        click.Option(
            ["--context", "-c"], multiple=True, metavar="NAME=VALUE", help="Another setting of the stack."
        ),
        click.Option(["--emulator", "is_emulator"], is_flag=True, help="To that of `headrace up`."),
        click.Option(
            ["--yes", "-y", "is_confirmed"], is_flag=True, help="Do not ask about changes of permissions."
        ),
        CHECKOUT,
        *CONNECTION,
    ],
)
def deploy(
    tables: str | None, context: Sequence[str], is_emulator: bool, checkout: Path | None, **given: Any
) -> Exit:
    settings = [*([f"tables={tables}"] if tables else []), *context]
    if wrong := [one for one in settings if "=" not in one]:
        raise click.UsageError(f"-c {', '.join(map(repr, wrong))} without =; allowed: NAME=VALUE")
    endpoint = given["endpoint"] or os.environ.get(_ENDPOINT)
    if (is_emulator or endpoint) and given["profile"]:
        raise click.UsageError(
            "an emulator takes no --profile; leave out --profile, or --emulator and endpoint"
        )
    found = Checkout.find(checkout)
    flags = [part for one in settings for part in ("-c", one)]
    if not found.run("make", "--no-print-directory", "setup"):
        return Exit.NOT_STARTED
    if is_emulator or endpoint:
        env = {_ENDPOINT: endpoint} if endpoint else {}
        return _exit(found.run("localstack/deploy.sh", *flags, env=env))
    return _exit(found.run("cdk", "deploy", *flags, *_options(given), env=_region(given["region"])))


def _options(given: Mapping[str, Any]) -> Iterator[str]:
    if given["profile"]:
        yield from ("--profile", given["profile"])
    if given["is_confirmed"]:
        yield from ("--require-approval", "never")


def _region(region: str | None) -> dict[str, str]:
    return {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}


def _exit(is_done: bool) -> Exit:
    return Exit.DONE if is_done else Exit.NOT_STARTED
