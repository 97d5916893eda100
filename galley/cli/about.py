"""`galley version`, `galley completion`."""

import platform
from typing import Annotated, Any, Literal

import typer
from typer.completion import get_completion_script  # type: ignore[attr-defined]  # not in __all__

from galley import __version__
from galley.cli import output
from galley.cli.command import local, remote
from galley.cli.failure import Failure
from galley.cli.options import OutputAs
from galley.cli.remote import Remote

app = typer.Typer(rich_markup_mode=None)


@app.command()
@remote
def version(
    remote: Remote,
    *,
    output_as: OutputAs = "table",
) -> None:
    """The version of Galley here and of the server.

    \b
    Examples:
      galley version
      galley version -o json
    """
    try:
        server = remote.call("GET", "/status", within=3)["galley"]
    except Failure:
        server = ""
    facts: dict[str, Any] = {"client": __version__, "server": server}
    if output_as == "json":
        output.as_json(facts)
        return
    output.line(f"client  {__version__} (Python {platform.python_version()})")
    output.line(f"server  {server or 'no answer at ' + remote.url}")


@app.command()
@local
def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], typer.Argument(help="Which shell.")] = "bash",
) -> None:
    """The completion script for a shell.

    \b
    Examples:
      source <(galley completion bash)
      galley completion fish > ~/.config/fish/completions/galley.fish
    """
    script = get_completion_script(prog_name="galley", complete_var="_GALLEY_COMPLETE", shell=shell)
    typer.echo(script)
