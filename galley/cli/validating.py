"""`galley validate`: the whole pipeline offline, for a pre-commit hook or a pull request."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from galley.cli import inline, output, reports, words
from galley.cli.command import end, local
from galley.cli.failure import Exit, Failure
from galley.cli.loading import channel_of, settings_of
from galley.cli.progress import working
from galley.protocol.results import ValidationResult
from galley.settings import ChannelSettings
from galley.settings_file import SettingsError, of_sources
from galley.worker.places import diagnostic_json

app = typer.Typer(rich_markup_mode=None)

Form = Literal["text", "json", "sarif", "junit"]


@app.command()
@local
def validate(
    *,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders and files.", metavar="PATH...")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("-c", "--config", help="Settings with schemas, transforms and policies."),
    ] = None,
    channel: Annotated[
        str, typer.Option(help="Channel of the settings; the first if not given.")
    ] = "",
    schemas: Annotated[
        list[Path] | None, typer.Option(help="CRDs or JSON Schemas besides; repeatable.")
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="Everything is here: a dangling reference is wrong.")
    ] = False,
    fail_on: Annotated[
        Literal["error", "warning"], typer.Option("--fail-on", help="What makes it exit with 1.")
    ] = "error",
    output_as: Annotated[
        Form, typer.Option("-o", "--output", help="How to print it.", show_default=False)
    ] = "text",
) -> None:
    """Check configuration offline, with the whole pipeline; exit code 1 if something is wrong.

    A reference that something outside of these paths may satisfy is `unresolved` (info) unless
    you say that they are --complete.

    \b
    Examples:
      galley validate ./config
      galley validate ./config --schemas ./crds --complete
      galley validate -c galley.yaml                   the sources of the settings
      galley validate ./config -o sarif > galley.sarif
    """
    settings, folder = _settings(paths or [], config, channel, schemas or [])
    environment = inline.environment_of(settings, folder, complete=complete)
    with working("Reading and checking"):
        verdict = asyncio.run(inline.read(settings, environment))
    found = [diagnostic_json(each, "live") for each in verdict.diagnostics]
    levels = {"error"} if fail_on == "error" else {"error", "warning"}
    failed = any(each["level"] in levels for each in found)
    result = {"files": verdict.files, "resources": verdict.resources, "diagnostics": found}
    _print(ValidationResult.model_validate({"ok": not failed, **result}).model_dump(), output_as)
    end(Exit.NEGATIVE if failed else Exit.DONE)


def _settings(
    paths: list[Path], config: Path | None, channel: str, schemas: list[Path]
) -> tuple[ChannelSettings, Path]:
    """The channel with the paths as its sources; without paths, with its own."""
    if not paths and config is None:
        raise Failure("There is nothing to validate.", remedy="Name folders or files, or -c FILE.")
    found, folder = settings_of(config)
    chosen = channel_of(found, channel)
    update: dict[str, Any] = {"schemas": (*chosen.schemas, *(each.absolute() for each in schemas))}
    if paths:
        update["sources"] = ()
    chosen = chosen.model_copy(update=update)
    try:
        whole = of_sources(
            [str(path) for path in paths], found.model_copy(update={"channels": (chosen,)})
        )
    except SettingsError as error:
        raise Failure(" ".join(error.problems)) from None
    return whole.channels[0], folder


def _print(result: dict[str, Any], form: str) -> None:
    found = result["diagnostics"]
    if form == "json":
        output.as_json(result)
    elif form == "sarif":
        output.as_json(reports.sarif(found))
    elif form == "junit":
        typer.echo(reports.junit("galley validate", _cases(result)))
    else:
        for each in found:
            _line(each)
        _sum(result)


def _line(found: dict[str, Any]) -> None:
    text = words.diagnostic(found)
    level = found["level"]
    mood = {"error": "bad", "warning": "warn"}.get(level, "dim")
    head, mark, rest = text.partition(f": {level} ")
    typer.echo(head + ": " + output.styled(level, mood) + " " + rest if mark else text)


def _sum(result: dict[str, Any]) -> None:
    levels = [each["level"] for each in result["diagnostics"]]
    counts = [
        words.plural(levels.count(level), noun)
        for level, noun in (("error", "error"), ("warning", "warning"))
    ]
    remarks = f", {words.plural(levels.count('info'), 'remark')}" if "info" in levels else ""
    files = words.plural(result["files"], "file")
    resources = words.plural(result["resources"], "resource")
    output.line(
        f"{files}, {resources}: {counts[0]}, {counts[1]}{remarks}.",
        mood="good" if result["ok"] else "bad",
    )
    if result["diagnostics"] and output.coloured(sys.stdout):
        output.note(f"`galley explain {result['diagnostics'][0]['code']}` says more.")


def _cases(result: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """One case for each file with findings, and one for the whole."""
    files: dict[str, list[str]] = {}
    for each in result["diagnostics"]:
        failures = files.setdefault(each["file"] or "settings", [])
        if each["level"] == "error":
            failures.append(words.diagnostic(each))
    return [*files.items(), ("everything else", [])]
