"""`galley plan`: what would the server do with these files."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from galley.cli.checkout import Checkout
from galley.cli.command import end, remote
from galley.cli.failure import Exit
from galley.cli.foretold import Foretold
from galley.cli.given import stand_in
from galley.cli.options import Expect
from galley.cli.progress import working
from galley.cli.remote import Remote
from galley.cli.reporting import Annotations, Files, Telling, files_of, tell
from galley.cli.reports import FORMATS, markdown, renderers
from galley.protocol.results import PlanScopeResult

app = typer.Typer(rich_markup_mode=None)

Form = Literal["text", "json", "sarif", "junit", "github", "gitlab", "markdown"]
PATIENCE = 180.0
"""Seconds for the server's answer."""


@app.command()
@remote
def plan(  # noqa: PLR0913  # the options of the command
    remote: Remote,
    *,
    path: Annotated[
        Path | None,
        typer.Argument(
            help="A folder or file of manifests; for a source that follows git, a checkout of its "
            "repository, and not needed in one.",
            metavar="PATH",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        str, typer.Option(help="The source that they stand for, if there are several.")
    ] = "",
    revision: Annotated[
        str, typer.Option(help="As they are at this revision, and not on disk.")
    ] = "",
    stat: Annotated[bool, typer.Option("--stat", help="Only which resources.")] = False,
    expect_version: Expect = None,
    report: Files = None,
    annotations: Annotations = True,
    output_as: Annotated[
        Form, typer.Option("-o", "--output", help="How to print it.", show_default=False)
    ] = "text",
) -> None:
    """Ask the server what these files would change; exit code 1 if it would not publish all of it.

    The server evaluates them on a fork of the channel, in place of all that one of its sources
    says, and changes nothing. Of a checkout it is what a commit of everything there would hold.

    \b
    Examples:
      galley plan ./config
      galley plan --source team-repo --stat
      galley plan --revision HEAD --report markdown=plan.md
      galley plan -o sarif > plan.sarif
    """
    files = files_of(report, {*FORMATS, "json"})
    with working("Evaluating"):
        scope = PlanScopeResult.model_validate(remote.get("plan", {"source": source}))
        given = stand_in(scope, path, revision)
        asked = {"source": scope.source, "files": given.files, "expect_version": expect_version}
        foretold = Foretold(remote.post("plan", asked, within=PATIENCE), given)
    result = dict(foretold.result)
    checkout = Checkout(given.root)
    told = foretold.report(checkout, elsewhere=checkout.name(path or given.root))
    formats = renderers(told, result)
    formats["markdown"] = partial(markdown.plan, told, result, foretold.verdict)
    people = partial(foretold.show, stat=stat)
    tell(Telling(people, formats), output_as, files, annotations=annotations)
    end(Exit.DONE if result["publishable"] else Exit.NEGATIVE)
