"""Every command by section; each is loaded when it is called, so that `galley --help` is quick."""

import importlib
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from galley import __version__, memory
from galley.suggest import nearest


class Entry(NamedTuple):
    """A command as the overview shows it."""

    module: str
    """Below `galley.cli`; its `app` has the command."""
    summary: str


SECTIONS: dict[str, dict[str, Entry]] = {
    "Start": {
        "demo": Entry("demo", "A guided tour in a scratch folder, under a minute."),
        "serve": Entry("serving", "Run the service."),
    },
    "Before it ships": {
        "validate": Entry("validating", "Check configuration offline, with the whole pipeline."),
        "plan": Entry("planning", "Ask the server what these files would change."),
        "test": Entry("testing", "Run unit tests of policies, transforms and whole pipelines."),
    },
    "Look": {
        "status": Entry("status", "The service and its channels at a glance."),
        "get": Entry("getting", "Resources that are live, or were."),
        "history": Entry("history", "Versions, newest first."),
        "diff": Entry("history", "What changed between two versions."),
        "diagnostics": Entry("status", "What is wrong, and where."),
        "sources": Entry("status", "What is read, and how fresh it is."),
        "subscribers": Entry("subscribers", "Who is connected, and what they have."),
        "trace": Entry("tracing", "A resource from its origin to its subscribers."),
        "explain": Entry("tracing", "The meaning of a diagnostic, with example and remedy."),
        "subscribe": Entry("subscribing", "Follow the stream as a subscriber."),
        "wait": Entry("following", "Block until a version or revision is live or acknowledged."),
    },
    "Change": {
        "rollback": Entry("changing", "Publish the content of an earlier version, and keep it."),
        "publish": Entry("changing", "Publish what is kept back: by a hold, parked, quarantined."),
        "hold": Entry("holding", "Stop publishing until somebody resumes."),
        "resume": Entry("holding", "Lift holds."),
        "quarantine": Entry("holding", "Inputs that a rollback took back, and what lifts them."),
        "pin": Entry("holding", "Keep a version beyond the retention."),
        "unpin": Entry("holding", "Leave a version to the retention again."),
        "resend": Entry("keeping", "Send the live version again, also to who refused it."),
    },
    "Keep": {
        "audit": Entry("keeping", "Who did what, newest first."),
        "backup": Entry("keeping", "Write a consistent copy of a channel's store."),
        "restore": Entry("restoring", "Bring a backup back, while no service runs."),
        "check": Entry("checking", "Is this installation whole?"),
        "purge": Entry("keeping", "Overwrite a resource in every version."),
        "reload": Entry("keeping", "Make the service read its settings file again."),
    },
    "About": {
        "completion": Entry("about", "The completion script for a shell."),
        "version": Entry("about", "The version of Galley here and of the server."),
    },
    "": {"reference": Entry("reference", "Print generated documentation.")},
}
"""Section to name to command; the nameless section is not shown."""

COMMANDS = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


class Commands(TyperGroup):
    """The group of all commands."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # given by the library
        return [name for section, entries in SECTIONS.items() if section for name in entries]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # as above
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        with memory.importing():
            module = importlib.import_module(f"galley.cli.{entry.module}")
        return typer.main.get_group(module.app).commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}{nearest(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # as above
        width = max(map(len, COMMANDS))
        for section, entries in SECTIONS.items():
            if section:
                with formatter.section(section):
                    rows = [(name.ljust(width), each.summary) for name, each in entries.items()]
                    formatter.write_dl(rows)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"galley {__version__}")
        raise typer.Exit


@app.callback()
def galley(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Validated, versioned configuration, streamed to subscribers and rolled back in seconds.

    \b
    First steps:
      galley demo                            a tour in a scratch folder
      galley serve --source ./config         serve a folder
      galley validate ./config               check it without a service
    """


def run() -> None:
    """The executable."""
    app(prog_name="galley")
