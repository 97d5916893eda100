"""`galley trace`, `galley explain`: why is it so."""

import textwrap
from typing import Annotated, Any

import typer

from galley.cli import output, refused, words
from galley.cli.command import local, remote
from galley.cli.failure import Failure
from galley.cli.history import MARKS, field_change
from galley.cli.options import OutputAs
from galley.cli.remote import Remote
from galley.protocol.control import COMPANION
from galley.suggest import nearest

app = typer.Typer(rich_markup_mode=None)

WIDTH = 96
SHOWN = 10
"""Resources that are named of which another one was made."""
INDENT = " " * 15
"""What belongs to a step, below its text."""


@app.command()
@remote
def trace(
    remote: Remote,
    *,
    resource: Annotated[str, typer.Argument(help="group/Kind/namespace/name.", metavar="KEY")],
    output_as: OutputAs = "table",
) -> None:
    """A resource from its origin to its subscribers: stages, versions, who has it.

    Of the stages those are shown that changed it or found something; `galley get --stage` shows
    what each of them left.

    \b
    Examples:
      galley trace VirtualService/prod/reviews
      galley trace networking.istio.io/VirtualService/prod/reviews
    """
    found = remote.get("trace", {"resource": resource})
    if output_as == "json":
        output.as_json(found)
        return
    output.line(f"{found['resource']} is {found['state']}.")
    _origin(found)
    _made_of(found)
    _stages(found["stages"])
    versions = ", ".join(map(str, found["versions"][:20])) or "none"
    _step("versions", f"{versions}{_of_companion(found['channel'])}")
    _step("subscribers", f"{found['subscribers']} have it in their view and are in step")
    for each in found["refusals"]:
        _step("refused", refused.head(each))
    for each in found["diagnostics"]:
        output.line("  " + words.diagnostic(each))


def _origin(found: dict[str, Any]) -> None:
    """Where it comes from, and since when it is as it is."""
    place = words.place({**found, "source": ""})
    _step("source", f"{found['source'] or '-'}: {place}")
    if found["link"]:
        _step("", found["link"])
    if object_ := words.incarnation(found):
        _step("object", object_)
    if found["brought_by"]:
        _step("brought by", words.commit(found["brought_by"]))
        if found["brought_by"]["link"]:
            _step("", found["brought_by"]["link"])
    if found["since"]:
        _step("live since", f"version {found['since']}")
    if len(found["claimed_by"]) > 1:
        _step("claimed by", ", ".join(found["claimed_by"]))


def _made_of(found: dict[str, Any]) -> None:
    """What a derived resource comes of, and what was looked up for it."""
    for each in found["parents"]:
        _step("made of", f"{words.name(each['resource'])}  {words.place(each)}")
    if more := found["parents_total"] - len(found["parents"]):
        _step("", f"and {more} more")
    if found["looked_up"]:
        _step("by way of", _some([words.name(each) for each in found["looked_up"]]))


@app.command()
@local
def explain(
    code: Annotated[
        str, typer.Argument(help="GAL0101, or Istio's IST0101; nothing for a list of all.")
    ] = "",
) -> None:
    """The meaning of a diagnostic, with example and remedy.

    \b
    Examples:
      galley explain GAL0601
      galley explain IST0109         what Istio's own analysis calls so
      galley explain                 a list of all
    """
    from galley.cli import tables  # noqa: PLC0415  # only the list needs it
    from pipeline.model.messages import CATALOGUE  # noqa: PLC0415  # as above: trace does not

    if not code:
        rows = [(each.code, each.level, each.title, each.istio) for each in CATALOGUE.values()]
        tables.show(("CODE", "LEVEL", "TITLE", "ISTIO"), sorted(rows))
        return
    named = code.upper()
    every = [each for each in CATALOGUE.values() if named in (each.code, *each.istio.split())]
    if not every:
        hint = nearest(code.upper(), CATALOGUE)
        raise Failure(
            f"There is no diagnostic {code!r}{hint}",
            remedy="`galley explain` lists them all.",
            code="not-found",
        )
    for found in every:
        istio = f"  ({found.istio} of Istio)" if found.istio else ""
        output.line(f"{found.code}  {found.level}  {found.title}{istio}")
        _section("", found.meaning)
        _section("Reads", found.template)
        _section("Example", found.example, as_is=True)
        _section("Remedy", found.remedy)


def _some(names: list[str]) -> str:
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + rest


def _of_companion(channel: str) -> str:
    return f" of {channel}" if channel.endswith(COMPANION) else ""


def _section(title: str, text: str, *, as_is: bool = False) -> None:
    output.line()
    if title:
        output.line(f"{title}:")
    indent = "  " if title else ""
    lines = text.strip("\n").splitlines() if as_is else textwrap.wrap(text, WIDTH)
    for each in lines:
        output.line(indent + each)


def _stages(stages: list[dict[str, Any]]) -> None:
    """Those that did something or found something, and how many did not."""
    telling = [each for each in stages if each["changed"] or each["found"]]
    for stage in telling:
        _step("stage", ": ".join(filter(None, (stage["stage"], ", ".join(stage["found"])))))
        for change in stage["changes"]:
            mark, mood = MARKS[change["change"]]
            output.line(f"{INDENT}{mark} {words.name(change['resource'])}", mood=mood)
            for field in change["fields"]:
                field_change(field, f"{INDENT}    ")
    silent = len(stages) - len(telling)
    if silent:
        noun = "other stage" if telling else "stage"
        verb = "leaves" if silent == 1 else "leave"
        _step("", f"{words.plural(silent, noun)} {verb} it as it is")


def _step(title: str, text: str) -> None:
    output.line(f"  {title:12} {text}")
