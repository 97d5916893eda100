"""Unit tests of configuration: the file format, and what a case finds out.

A file `NAME.test.yaml` says under which schemas, transforms and policies its cases run; a case
gives inputs and says what must come of them. Paths start at the file's folder.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from galley.cli import inline, words
from galley.cli.failure import Failure
from galley.settings import ChannelSettings
from galley.suggest import nearest
from galley.worker.places import diagnostic_json
from pipeline.environment import Environment, InvalidEnvironmentError
from pipeline.manifest import manifest
from pipeline.model import Batch, Broken, Diagnostic, Key, Level, Read
from sources.manifests import Manifests
from sources.settings import FilesSettings
from sources.source import SourceContext

SOURCE = "given"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ExpectedDiagnostic(_Model):
    """A finding that must be there; what is left out may be anything."""

    code: str
    level: Level | None = None
    resource: str = ""
    """`Kind/namespace/name` or the whole key."""
    field: str = ""
    """`spec.http[0].route`."""
    message: str = ""
    """A part of the message."""

    def fits(self, found: Diagnostic) -> bool:
        """Whether this is the finding that is meant."""
        names = {"", str(found.key), words.name(str(found.key))}
        return (
            self.code == found.code
            and self.level in {None, found.level}
            and self.resource in names
            and self.field in {"", found.field()}
            and self.message in found.message
        )

    def __str__(self) -> str:
        parts = (self.level or "", self.code, self.resource, self.field, self.message)
        return " ".join(part for part in parts if part)


class Expected(_Model):
    """What must come of the inputs."""

    diagnostics: tuple[ExpectedDiagnostic, ...] | None = None
    """Exactly these errors and warnings (remarks are ignored unless named); without it, no
    errors."""
    outputs: tuple[dict[str, Any], ...] = ()
    """Manifests that must come out; fields that are not named may be anything."""
    absent: tuple[str, ...] = ()
    """Keys, or `Kind/namespace/name`, that must not come out."""


class Case(_Model):
    """One test."""

    name: str
    given: tuple[str | dict[str, Any], ...]
    """Files, or manifests written here."""
    expect: Expected = Expected()


class CaseFile(_Model):
    """A file of tests."""

    labels: dict[str, str] = {}  # pydantic copies it
    """What the channel would say of itself."""
    schemas: tuple[Path, ...] = ()
    transforms: tuple[dict[str, Any], ...] = ()
    policies: tuple[Path | dict[str, Any], ...] = ()
    suppressions: tuple[dict[str, Any], ...] = ()
    disabled: tuple[str, ...] = ()
    complete: bool = False
    """Whether a dangling reference is an error, and not a remark."""
    tests: tuple[Case, ...] = Field(min_length=1)


def load(path: Path) -> CaseFile:
    """Read a file of tests.

    Raises:
        Failure: it is not one.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # safe
        return CaseFile.model_validate(data)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Failure(f"{path} cannot be read: {' '.join(str(error).split())}.") from None
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, found["loc"])) or "the file"
        hint = "."
        if found["type"] == "extra_forbidden":
            hint = nearest(str(found["loc"][-1]), _names())
        text = found["msg"][:1].lower() + found["msg"][1:]
        raise Failure(f"{path}: {where}: {text}{hint}") from None


def run(path: Path, held: CaseFile) -> Iterator[tuple[str, list[str]]]:
    """The name of each case, and in which ways it failed.

    Raises:
        Failure: the schemas, transforms or policies are not usable.
    """
    settings = ChannelSettings(
        sources=(FilesSettings(name=SOURCE, path=path.parent),),
        labels=held.labels,
        schemas=held.schemas,
        transforms=held.transforms,
        policies=held.policies,
        suppressions=held.suppressions,
        disabled=held.disabled,
    )
    environment = _environment(settings, path.absolute().parent, complete=held.complete)
    for case in held.tests:
        verdict = inline.evaluate(
            settings, environment, [_batch(path, case, settings, environment)]
        )
        yield case.name, list(_failures(case.expect, verdict))


def _environment(settings: ChannelSettings, folder: Path, *, complete: bool) -> Environment:
    try:
        return inline.environment_of(settings, folder, complete=complete)
    except InvalidEnvironmentError as error:
        raise Failure(
            "The environment (schemas, transforms, policies) is not usable.",
            diagnostics=[diagnostic_json(each, "environment") for each in error.diagnostics],
        ) from None


def _batch(path: Path, case: Case, settings: ChannelSettings, environment: Environment) -> Batch:
    context = SourceContext(environment.kinds, settings.limits)
    manifests = Manifests(settings.sources[0], context)
    changes: list[Read | Broken] = []
    for number, given in enumerate(case.given, 1):
        if isinstance(given, dict):
            changes.append(manifests.read(f"given[{number}]", yaml.safe_dump(given).encode()))
            continue
        try:
            changes.append(manifests.read(given, (path.parent / given).read_bytes()))
        except OSError as error:
            raise Failure(f"{path}: {given!r} cannot be read: {error.strerror}.") from None
    return Batch(SOURCE, tuple(changes), complete=True)


def _failures(expected: Expected, verdict: inline.Verdict) -> Iterator[str]:
    yield from _diagnostics(expected, verdict)
    found = {key: manifest(item, item.document()) for key, item in verdict.outputs.items()}
    for wanted in expected.outputs:
        yield from _output(wanted, found)
    for name in expected.absent:
        if any(name in {str(key), words.name(str(key))} for key in found):
            yield f"{name} came out, and must not."


def _diagnostics(expected: Expected, verdict: inline.Verdict) -> Iterator[str]:
    left = list(verdict.diagnostics)
    for wanted in expected.diagnostics or ():
        match = next((found for found in left if wanted.fits(found)), None)
        if match is None:
            yield f"expected, but not found: {wanted}"
        else:
            left.remove(match)
    tolerated = {Level.INFO} if expected.diagnostics is not None else {Level.INFO, Level.WARNING}
    for found in left:
        if found.level not in tolerated:
            yield f"found, but not expected: {found}"


def _output(wanted: dict[str, Any], found: dict[Key, dict[str, Any]]) -> Iterator[str]:
    metadata = wanted.get("metadata") or {}
    identity = (wanted.get("kind"), metadata.get("namespace"), metadata.get("name"))
    for actual in found.values():
        held = actual["metadata"]
        theirs = (actual["kind"], held.get("namespace"), held["name"])
        if identity in {theirs, (theirs[0], None, theirs[2])}:
            yield from _differences(wanted, actual, "")
            return
    yield f"no output is called {'/'.join(str(part) for part in identity if part)}."


def _differences(wanted: Any, actual: Any, path: str) -> Iterator[str]:
    """Where the actual value lacks, or has otherwise, what is wanted."""
    if isinstance(wanted, dict) and isinstance(actual, dict):
        for name, value in wanted.items():
            below = f"{path}.{name}".removeprefix(".")
            if name in actual:
                yield from _differences(value, actual[name], below)
            else:
                yield f"{below} is not there, and should be {value!r}."
    elif isinstance(wanted, list) and isinstance(actual, list) and len(wanted) == len(actual):
        for index, pair in enumerate(zip(wanted, actual, strict=True)):
            yield from _differences(*pair, f"{path}[{index}]")
    elif wanted != actual:
        yield f"{path} is {actual!r}, and should be {wanted!r}."


def _names() -> list[str]:
    models = (CaseFile, Case, Expected, ExpectedDiagnostic)
    return [name for model in models for name in model.model_fields]
