"""What commands have in common: the options that find a server, and how errors are shown.

A command is a plain function. `@local` makes it end politely; `@remote` besides gives it the
server that the options or the environment name, as its first argument.
"""

import errno
import functools
import inspect
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from galley.cli import output, words
from galley.cli.failure import Exit, Failure
from galley.cli.remote import DEFAULT_SERVER, Remote

Function = Callable[..., Any]

Server = Annotated[
    str,
    typer.Option(
        envvar="GALLEY_SERVER", help="Address of the service.", metavar="URL", show_envvar=True
    ),
]
Channel = Annotated[str, typer.Option(envvar="GALLEY_CHANNEL", help="The channel.", metavar="NAME")]
CaFile = Annotated[
    Path | None,
    typer.Option(envvar="GALLEY_CA_FILE", help="Certificates to trust for https.", metavar="FILE"),
]

_COMMON = (
    inspect.Parameter(
        "server", inspect.Parameter.KEYWORD_ONLY, default=DEFAULT_SERVER, annotation=Server
    ),
    inspect.Parameter(
        "channel", inspect.Parameter.KEYWORD_ONLY, default="default", annotation=Channel
    ),
    inspect.Parameter("ca_file", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=CaFile),
)


def local(function: Function) -> Function:
    """A command that needs no server."""

    @functools.wraps(function)
    def command(*args: Any, **kwargs: Any) -> None:
        _politely(lambda: function(*args, **kwargs), as_json=kwargs.get("output_as") == "json")

    return command


def remote(function: Function) -> Function:
    """A command whose first parameter is the server to ask."""
    rest = list(inspect.signature(function).parameters.values())[1:]

    @functools.wraps(function)
    def command(**kwargs: Any) -> None:
        address = [kwargs.pop(each.name) for each in _COMMON]
        as_json = kwargs.get("output_as") == "json"
        _politely(lambda: function(_connect(*address), **kwargs), as_json=as_json)

    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in rest]
    command.__signature__ = inspect.Signature([*parameters, *_COMMON])  # type: ignore[attr-defined]  # how inspect is told
    command.__annotations__ = {each.name: each.annotation for each in (*parameters, *_COMMON)}
    return command


def end(code: int) -> NoReturn:
    """End the command with an exit code."""
    raise typer.Exit(int(code))


def _connect(server: str, channel: str, ca_file: Path | None) -> Remote:
    token = os.environ.get("GALLEY_TOKEN", "").strip()
    return Remote(server, channel=channel, token=token, ca_file=ca_file)


def _politely(call: Callable[[], Any], *, as_json: bool) -> None:
    try:
        call()
    except Failure as failure:
        if as_json:
            print(json.dumps(failure.document(), indent=2), file=sys.stderr)  # noqa: T201  # output
        else:
            _complain(failure)
        end(failure.exit)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _leave_output()
        _complain(Failure(f"The output cannot be written: {error.strerror}."))
        end(Exit.USAGE)


def _leave_output() -> None:
    """Let what is still to be written to standard output go nowhere, and not fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _complain(failure: Failure) -> None:
    mark = typer.style("error:", fg="red", bold=True) if output.coloured(sys.stderr) else "error:"
    typer.echo(f"{mark} {words.clean(failure.message)}", err=True)
    for line in failure.remedy.splitlines():
        typer.echo(f"       {words.clean(line)}", err=True)
    for found in failure.diagnostics[:20]:
        typer.echo("  " + words.diagnostic(found), err=True)
