"""The verb completion: the script by which a shell completes commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_HOW = {
    "bash": '# in ~/.bashrc:  eval "$(headrace completion bash)"',
    "zsh": '# in ~/.zshrc, behind compinit:  eval "$(headrace completion zsh)"',
    "fish": "# once:  headrace completion fish > ~/.config/fish/completions/headrace.fish",
}


@click.command(
    "completion",
    help="Print the script by which your shell completes commands and options; its first line says where it "
    "goes. Names of tables are not completed.",
    params=[click.Argument(["shell"], type=click.Choice(list(_HOW)))],
)
def completion(shell: str) -> None:
    from headrace.cli.main import cli  # noqa: PLC0415 - which has this command

    kind = get_completion_class(shell)
    assert kind is not None, "click has those three"
    click.echo(_HOW[shell])
    click.echo(kind(cli, {}, "headrace", "_HEADRACE_COMPLETE").source())
