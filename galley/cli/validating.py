"""`galley validate`: the whole pipeline offline, for a pre-commit hook or a pull request."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from galley.cli import baseline, inline, verdicts
from galley.cli.checkout import Checkout
from galley.cli.command import end, local
from galley.cli.failure import Exit, Failure
from galley.cli.inline import Verdict
from galley.cli.loading import channel_of, checked_out, settings_of
from galley.cli.progress import working
from galley.cli.reporting import Annotations, Files, Telling, files_of, tell
from galley.cli.reports import FORMATS, renderers
from galley.cli.verdicts import Judged
from galley.settings import ChannelSettings
from galley.settings_file import SettingsError, of_schemas, of_sources
from pipeline.environment import InvalidEnvironmentError
from pipeline.model import Diagnostic
from sources.settings import AnySource, GitSettings

app = typer.Typer(rich_markup_mode=None)

Config = Annotated[
    Path | None,
    typer.Option("-c", "--config", help="Settings with schemas, transforms and policies."),
]
Schemas = Annotated[
    list[str] | None,
    typer.Option(
        help="CRDs or JSON Schemas besides: a file, a folder, a git repository or a cluster "
        "(kube://CONTEXT); repeatable.",
        metavar="PATH-OR-URL",
    ),
]
Complete = Annotated[
    bool, typer.Option("--complete", help="Everything is here: a dangling reference is wrong.")
]
Each = Annotated[
    bool, typer.Option("--each", help="Judge each path by itself, as if it were all there is.")
]
Base = Annotated[
    str,
    typer.Option(
        help="What is wrong at the merge base with this revision already is carried.",
        metavar="REVISION",
    ),
]
NoChecks = Annotated[
    bool, typer.Option("--no-checks", help="Do not ask the checks of the settings.")
]
Form = Literal["text", "json", "sarif", "junit", "github", "gitlab", "markdown"]
FAILING = {"error": frozenset({"error"}), "warning": frozenset({"error", "warning"})}


@app.command()
@local
def validate(  # noqa: PLR0913  # the options of the command
    *,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders and files.", metavar="PATH...")
    ] = None,
    config: Config = None,
    channel: Annotated[
        str, typer.Option(help="Channel of the settings; the first if not given.")
    ] = "",
    schemas: Schemas = None,
    complete: Complete = False,
    each: Each = False,
    base: Base = "",
    no_checks: NoChecks = False,
    fail_on: Annotated[
        Literal["error", "warning"], typer.Option("--fail-on", help="What makes it exit with 1.")
    ] = "error",
    report: Files = None,
    annotations: Annotations = True,
    output_as: Annotated[
        Form, typer.Option("-o", "--output", help="How to print it.", show_default=False)
    ] = "text",
) -> None:
    """Check configuration offline, with the whole pipeline; exit code 1 if something is wrong.

    A reference that something outside of these paths may satisfy is `unresolved` (info) unless
    you say that they are --complete. With --each every path is judged by itself: environments
    that hold the same resources are no conflict. With --base a finding is carried, and decides
    nothing, if it was there at the merge base and its resource is the same. The settings' `checks`
    (commands and services) are asked as well, unless you say --no-checks; schemas that they follow
    are read once.

    \b
    Examples:
      galley validate ./config
      galley validate ./config --schemas ./crds --complete
      galley validate ./config --schemas kube://CONTEXT
      galley validate --each ./rendered/*              prod and staging have the same names
      galley validate -c galley.yaml                   the sources of the settings
      galley validate -c galley.yaml --no-checks       and no command or service is asked
      galley validate -c galley.yaml ./config --base origin/main
      galley validate ./config --report sarif=galley.sarif --report junit=galley.xml
    """
    files = files_of(report, {*FORMATS, "json"})
    given = paths or []
    settings, folder, limit = _settings(given, config, channel, schemas or [])
    if no_checks:
        settings = settings.model_copy(update={"checks": ()})
    checkout = Checkout((given or [folder])[0])
    with working("Reading and checking"):
        judged = _judge(
            settings, folder, checkout, base, complete=complete, each=each, max_message=limit
        )
    elsewhere = checkout.name(config or (given or [folder])[0])
    told = judged.report(checkout, FAILING[fail_on], elsewhere=elsewhere, compared=bool(base))
    failed = any(map(told.decides, told.found))
    result = judged.result(ok=not failed)
    people = partial(verdicts.show, result, judged.stopped_by)
    tell(Telling(people, renderers(told, result)), output_as, files, annotations=annotations)
    end(Exit.NEGATIVE if failed else Exit.DONE)


def _judge(
    settings: ChannelSettings,
    folder: Path,
    checkout: Checkout,
    base: str,
    *,
    complete: bool,
    each: bool,
    max_message: int,
) -> Judged:
    try:
        environment = inline.environment_of(settings, folder, complete=complete)
    except InvalidEnvironmentError as error:
        verdict = Verdict(error.diagnostics, stopped_by="environment")
        return Judged(settings, folder, (verdict,))
    verdicts: list[Verdict] = []
    carried: set[Diagnostic] = set()
    for part in _alone(settings) if each else (settings,):
        verdict = asyncio.run(inline.read(part, environment, max_message=max_message))
        verdicts.append(verdict)
        if base:
            carried |= baseline.carried(checkout, base, part, environment, verdict)
    return Judged(settings, folder, tuple(verdicts), frozenset(carried))


def _alone(settings: ChannelSettings) -> Iterator[ChannelSettings]:
    """The settings with one of their sources, and then with the next."""
    for source in settings.sources:
        yield settings.model_copy(update={"sources": (source,)})


def _settings(
    paths: list[Path], config: Path | None, channel: str, schemas: list[str]
) -> tuple[ChannelSettings, Path, int]:
    """The channel with the paths as its sources, whether or not the settings know them; without
    paths, with its own. Further the folder, and what a message to a mesh may take."""
    if not paths and config is None:
        raise Failure("There is nothing to validate.", remedy="Name folders or files, or -c FILE.")
    found, folder = settings_of(config)
    chosen = inline.spared(channel_of(found, channel))
    if paths:
        known = tuple(_known(paths, chosen.sources))
        paths = [each for each in paths if not any(_known([each], known))]
        chosen = chosen.model_copy(update={"sources": known})
    try:
        chosen = of_schemas(schemas, chosen)
        whole = of_sources(
            [str(path) for path in paths], found.model_copy(update={"channels": (chosen,)})
        )
    except SettingsError as error:
        raise Failure(" ".join(error.problems)) from None
    return whole.channels[0], folder, whole.mesh.max_message


def _known(paths: Sequence[Path], sources: Iterable[AnySource]) -> Iterator[AnySource]:
    """The sources that read these paths: their options hold, such as the default namespace.

    For one that follows git its folder stands in, as it is checked out here.
    """
    real = {path.resolve() for path in paths}
    for source in sources:
        found = getattr(source, "path", None)
        if isinstance(source, GitSettings):
            yield from (checked_out(source, path) for path in paths if _reads(source, path))
        elif found is not None and found.resolve() in real:
            yield source


def _reads(source: GitSettings, path: Path) -> bool:
    """Whether this is what the source reads, in a work tree of whatever repository."""
    checkout = Checkout(path)
    return checkout.tracked and checkout.name(path) == (source.path or ".")
