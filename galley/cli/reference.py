"""Documentation made of the code: `galley reference WHAT`.

`docs/settings.md`, `messages.md`, `analysis.md`, `kinds.md` and `commands.md` are committed; a test
compares them with what this prints. A command of its own and not a script, so that an
installed Galley can print the documentation that fits it.
"""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Literal

import typer
from pydantic import BaseModel
from typer.testing import CliRunner

from galley.cli import kinds_page, main
from galley.cli.command import local
from galley.cli.documented import models_below, table
from galley.server import openapi
from galley.settings import ServiceSettings
from pipeline.analysis.builtin import ANALYZERS
from pipeline.analysis.istio.omitted import OMITTED
from pipeline.match import Match
from pipeline.model.messages import CATALOGUE
from pipeline.policy.settings import PolicySettings
from pipeline.policy.suppression import SuppressionSettings
from pipeline.transform import settings as transforms

app = typer.Typer(rich_markup_mode=None)

What = Literal["settings", "messages", "analysis", "kinds", "commands", "openapi"]
MADE = "<!-- Made by `galley reference {what}`; do not edit. -->"
WIDTH = 100
TOPICS = {
    "01": "Reading",
    "02": "Structure",
    "03": "Schema",
    "04": "Transforms",
    "05": "Policies",
    "06": "Analysis",
    "07": "The gate",
    "08": "Encoding",
    "09": "Sources",
    "10": "Stages",
    "11": "Git",
    "12": "Trust",
    "13": "Kubernetes",
    "14": "Traffic",
    "15": "Security",
    "16": "Workloads",
    "17": "Legacy",
    "18": "Gateway API",
    "19": "Certificates and webhooks",
    "20": "Envoy",
}


@app.command()
@local
def reference(
    *, what: Annotated[What, typer.Argument(help="Which part.", show_default=False)]
) -> None:
    """Print generated documentation.

    \b
    Examples:
      galley reference settings > docs/settings.md
      galley reference messages > docs/messages.md
    """
    typer.echo(render(what), nl=False)


def render(what: What) -> str:
    """The whole text of one part, with a line feed at its end."""
    if what == "openapi":
        return json.dumps(openapi.document(), indent=2) + "\n"
    parts = {
        "settings": _settings,
        "messages": _messages,
        "analysis": _analysis,
        "kinds": kinds_page.page,
        "commands": _commands,
    }
    return "\n".join([MADE.format(what=what), "", *parts[what]()]).rstrip() + "\n"


def _settings() -> Iterator[str]:
    yield from (
        "# Settings",
        "",
        "One YAML file, given with `galley serve -c`. Unknown keys are refused. Relative paths",
        "start at the file's folder. Durations are numbers of seconds, or text: `100ms`, `90s`,",
        "`2h`, `1d`. Secrets never stand in the file; a field that needs one names an environment",
        "variable or a file. `galley reload`, or SIGHUP, reads it again.",
        "",
    )
    seen: dict[type[BaseModel], None] = {}
    models: list[type[BaseModel]] = [ServiceSettings, *_transforms()]
    models += [PolicySettings, SuppressionSettings, Match]
    for model in models:
        for each in models_below(model):
            if each not in seen:
                seen[each] = None
                yield from table(each)


def _transforms() -> list[type[BaseModel]]:
    """The models of all transforms, in order of their names."""
    base = transforms.TransformSettings
    return sorted(base.__subclasses__(), key=lambda model: model.__name__)


def _messages() -> Iterator[str]:
    yield from (
        "# Messages",
        "",
        "Every diagnostic has a code that never changes its meaning. `galley explain CODE` prints",
        "the same on a terminal. An error keeps its change unit from being published; warnings",
        "and infos are shown.",
        "",
    )
    topic = ""
    for found in sorted(CATALOGUE.values(), key=lambda each: each.code):
        if found.code[3:5] != topic:
            topic = found.code[3:5]
            yield from (f"## {TOPICS[topic]}", "")
        yield from (f"### {found.code} {found.title}", "")
        istio = f"*{found.level}*, {found.istio} of Istio" if found.istio else f"*{found.level}*"
        yield from (f"{istio} · {_line(found.template)}", "")
        yield from (_line(found.meaning), "")
        yield from ("```text", found.example.strip("\n"), "```", "")
        yield from (f"**Remedy.** {_line(found.remedy)}", "")


def _analysis() -> Iterator[str]:
    yield from (
        "# Analysis",
        "",
        "What is wrong between resources, or with one of them in ways that no schema can say. Each",
        "analyzer runs again only where something that it has read has changed, so a finding costs",
        "what the change costs. Findings of level error keep a change back that brings them; those",
        "that rest on Pods and other facts about the world are warnings at most. A reference that",
        "another source may satisfy is `unresolved` in `galley validate`, unless `--complete`.",
        "",
        "`disabled: [NAME]` in a channel's settings switches an analyzer off; `suppressions`, and",
        "the annotation `galley.dev/suppress` on a resource, silence single findings. The codes of",
        "Istio are those of `istioctl analyze`.",
        "",
    )
    for analyzer in ANALYZERS:
        metadata = analyzer.metadata
        yield from (f"## {metadata.name}", "", metadata.description, "")
        yield from ("| code | level | finding | Istio |", "|---|---|---|---|")
        for found in (CATALOGUE[code] for code in sorted(metadata.codes)):
            anchor = f"{found.code} {found.title}".lower().replace(" ", "-")
            link = f"[{found.code}](messages.md#{re.sub('[^-a-z0-9_]', '', anchor)})"
            yield f"| {link} | {found.level} | {found.title} | {found.istio.replace(' ', ', ')} |"
        yield ""
    yield from (
        "## What Istio finds besides",
        "",
        "`istioctl analyze` and `istioctl experimental precheck` know some findings that Galley",
        "does not make.",
        "",
        "| Istio | why not |",
        "|---|---|",
    )
    yield from (f"| {code} | {reason} |" for code, reason in OMITTED.items())


def _commands() -> Iterator[str]:
    yield from (
        "# Commands",
        "",
        "A server is found by `--server` or `GALLEY_SERVER` (with `GALLEY_TOKEN` and",
        "`GALLEY_CA_FILE`), a channel by `--channel` or `GALLEY_CHANNEL`. `-o json` prints the",
        "models of the API (`/api/v1/openapi.json`, or `galley reference openapi`).",
        "",
        "Exit codes: 0 done · 1 a negative answer · 2 usage, or no answer at all · 3 timed out ·",
        "4 refused by subscribers · 5 conflict.",
        "",
    )
    runner = CliRunner(env={"COLUMNS": str(WIDTH), "NO_COLOR": "1", "TERMINAL_WIDTH": str(WIDTH)})
    for section, entries in main.SECTIONS.items():
        if section:
            yield from (f"## {section}", "")
            for name in entries:
                shown = runner.invoke(main.app, [name, "--help"], prog_name="galley").output
                text = "\n".join(line.rstrip() for line in shown.strip().splitlines())
                yield from (f"### galley {name}", "", "```text", text, "```", "")


def _line(text: str) -> str:
    return " ".join(text.split())
