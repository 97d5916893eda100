"""The environment: everything that decides what the stages do, as data, and as stages ready to run.

An `EnvironmentSpec` is what the settings say, complete and storable: with it an old environment is
built again from the store alone. Its digest is recorded with every version. `Environment.build`
turns it into stages, in the order in which a resource meets them: schema, transforms, schema once
more for what the transforms made, policies, analyzers, encoding.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Self, TypeVar

import msgpack

from pipeline import encoding, policy, schema, transform
from pipeline.analysis import Analyzer, AnalyzerError, analysis_stages, identities, unknown_names
from pipeline.analysis.day import Day
from pipeline.analysis.radius import INQUIRY as RADIUS
from pipeline.model import Diagnostic, Document, Kinds, Resource
from pipeline.model.canonical import pack
from pipeline.model.messages import analysis as messages
from pipeline.policy import suppress
from pipeline.schema import SchemaSet, SchemaText, UnknownFields, UnknownKinds
from pipeline.stage import Index, Inquiry, Outcome, Reader, Stage, only_judges

CHECK_VERSION = "5"
"""Galley's own: raised whenever a built-in check changes its meaning."""

_T = TypeVar("_T")


class InvalidEnvironmentError(ValueError):
    """An environment cannot be built; the one in force stays. Every reason is a diagnostic."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(found.message for found in self.diagnostics))


@dataclass(frozen=True)
class EnvironmentSpec:
    """What the settings say about stages; all values are of the kinds that JSON has."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """What the channel says of itself; transforms are chosen by it."""
    schemas: tuple[SchemaText, ...] = ()
    """CRDs and JSON Schema files; their order means nothing."""
    transforms: tuple[Mapping[str, Any], ...] = ()
    """In the order in which they are applied."""
    policies: tuple[Mapping[str, Any], ...] = ()
    suppressions: tuple[Mapping[str, Any], ...] = ()
    disabled: tuple[str, ...] = ()
    """Names of analyzers that are switched off."""
    unknown_kinds: UnknownKinds = "warn"
    unknown_fields: UnknownFields = "refuse"
    complete: bool = True
    """Whether everything that a reference may lead to is there; if not, it is `unresolved`."""
    resource_bytes: int = 1536 * 1024
    """The largest encoded resource."""
    wires: tuple[str, ...] = ()
    """Names of wires, besides Galley's own, whose clients every resource has to suit."""
    check_version: str = CHECK_VERSION
    plugins: tuple[str, ...] = ()
    """Analyzers and transforms from outside, `name version`; `Environment.build` fills it in."""

    def content(self) -> bytes:
        """Canonical msgpack of all of it; equal for equal environments in any process.

        Raises:
            UnencodableError: a setting is of a kind that JSON does not have.
        """
        schemas = sorted([text.locator, text.text] for text in self.schemas)
        rest = {one.name: _plain(getattr(self, one.name)) for one in fields(self)}
        unordered = {"disabled": sorted(self.disabled), "wires": sorted(self.wires)}
        return pack({**rest, "schemas": schemas, **unordered})

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of `content`, 32 bytes."""
        return hashlib.sha256(self.content()).digest()

    @classmethod
    def from_content(cls, content: bytes) -> Self:
        """Read `content` back.

        Raises:
            ValueError: these are not the bytes of an environment.
        """
        held = msgpack.unpackb(content)
        known = {one.name for one in fields(cls)}
        if not isinstance(held, dict) or not held.keys() <= known:
            raise ValueError("not an encoded environment, or one of a newer release")
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in held.items()
        }
        values["schemas"] = tuple(SchemaText(*text) for text in held.get("schemas", ()))
        return cls(**values)


@dataclass(frozen=True)
class Environment:
    """A specification compiled: what an engine runs."""

    spec: EnvironmentSpec
    """Completed: with the schemas kept from before and the plugins in use."""
    kinds: Kinds
    stages: tuple[Stage, ...]
    """In the order in which a resource meets them."""
    inquiries: tuple[Inquiry, ...] = ()
    """What may be asked of the outputs."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Warnings and infos about the environment itself."""
    schemas: SchemaSet = field(default_factory=lambda: schema.build(()))
    suppressions: suppress.Suppressions | None = None
    wires: tuple[encoding.ServedWire, ...] = ()
    """Those of meshes."""
    expired: frozenset[str] = frozenset()
    """Exemptions and suppressions of the specification that do not hold any more."""
    due: float | None = None
    """When one of them expires, or is to be told of, and it must be built again, in seconds since
    the epoch; None: never."""
    day: Day = field(default_factory=Day)
    """By which certificates are judged."""

    @classmethod
    def build(
        cls,
        spec: EnvironmentSpec,
        *,
        plugins: Sequence[Analyzer] = (),
        transforms: Sequence[transform.TransformType] = (),
        previous: "Environment | None" = None,
        now: float = 0.0,
    ) -> "Environment":
        """Compile a specification.

        Args:
            plugins: analyzers from outside.
            transforms: types of transforms from outside.
            previous: the environment in force; a kind whose schema has disappeared keeps its last.
            now: seconds since the epoch; what has expired by then is left out, and certificates
                that have ended are found. 0: nobody knows the time.

        Raises:
            InvalidEnvironmentError: with everything that is wrong in all parts.
        """
        return _Assembly(spec, plugins, transforms, now).environment(previous)

    @property
    def digest(self) -> bytes:
        """SHA-256 of the completed specification, 32 bytes."""
        return self.spec.digest

    def stands_for(self, other: "Environment") -> bool:
        """Whether its stages say the same as those of the other: one specification says something
        else once part of it has expired."""
        return self.digest == other.digest and self.expired == other.expired

    def suppress(self, diagnostic: Diagnostic, document: Document) -> Diagnostic | None:
        """The diagnostic as it is shown, or None if somebody has asked not to see it."""
        if self.suppressions is None:
            return diagnostic
        return self.suppressions.apply(diagnostic, document)


class _Assembly:
    """One build under way: goes on after an error, so that all of them are told at once."""

    def __init__(
        self,
        spec: EnvironmentSpec,
        plugins: Sequence[Analyzer],
        transforms: Sequence[transform.TransformType],
        now: float,
    ) -> None:
        used = {str(each.get("type")) for each in spec.transforms}
        foreign = (f"{one.name} {one.version}" for one in transforms if one.name in used)
        self._spec = replace(spec, plugins=tuple(sorted((*identities(plugins), *foreign))))
        self._asked = spec.plugins
        self._plugins = plugins
        self._transforms = transforms
        self._errors: list[Diagnostic] = []
        self._agenda = policy.Agenda(now)
        self._day = Day(now)

    def environment(self, previous: Environment | None) -> Environment:
        spec = self._spec
        schemas = self._schemas(previous)
        kinds = schemas.kinds if schemas else Kinds(schema.BUILTIN_KINDS)
        outside = self._transforms
        transforms = self._try(
            lambda: transform.build(spec.transforms, kinds, plugins=outside, labels=spec.labels)
        )
        agenda = self._agenda
        policies = self._try(
            lambda: policy.build(spec.policies, kinds, agenda, complete=spec.complete)
        )
        suppressions = self._try(lambda: suppress.build(spec.suppressions, agenda, kinds))
        analyzers = self._try(self._analyzers) or ()
        wires = self._try(lambda: encoding.wires(spec.wires)) or ()
        if self._errors or schemas is None or transforms is None or policies is None:
            raise InvalidEnvironmentError(self._errors)
        again = (_Transformed(schemas.stage),) if transforms else ()
        sent = encoding.EncodingStage(limit=spec.resource_bytes, wires=wires)
        return Environment(
            spec=replace(spec, schemas=(*spec.schemas, *schemas.kept)),
            kinds=kinds,
            stages=(schemas.stage, *transforms, *again, *policies, *analyzers, sent),
            inquiries=(RADIUS,),
            diagnostics=(*schemas.diagnostics, *self._remarks()),
            schemas=schemas,
            suppressions=suppressions,
            wires=wires,
            expired=agenda.expired,
            due=agenda.due,
            day=self._day,
        )

    def _schemas(self, previous: Environment | None) -> SchemaSet | None:
        texts = sorted(self._spec.schemas, key=lambda text: (text.locator, text.text))
        return self._try(
            lambda: schema.build(
                texts,
                unknown_kinds=self._spec.unknown_kinds,
                unknown_fields=self._spec.unknown_fields,
                previous=previous.schemas if previous else None,
            )
        )

    def _analyzers(self) -> tuple[Stage, ...]:
        spec = self._spec
        return analysis_stages(self._plugins, spec.disabled, complete=spec.complete, day=self._day)

    def _remarks(self) -> Iterable[Diagnostic]:
        for missing in sorted(set(self._asked) - set(self._spec.plugins)):
            yield messages.PLUGIN_MISSING.report(plugin=missing)
        yield from unknown_names(self._plugins, self._spec.disabled)
        yield from self._agenda.remarks()

    def _try(self, build: Callable[[], _T]) -> _T | None:
        try:
            return build()
        except (
            schema.SchemaError,
            transform.TransformError,
            policy.PolicyError,
            AnalyzerError,
            encoding.UnknownWireError,
        ) as error:
            self._errors.extend(error.diagnostics)
            return None


@dataclass(frozen=True)
class _Transformed:
    """The schema stage once more, for what the transforms made."""

    stage: Stage
    name = "schema/transformed"
    only_made = True

    @property
    def only_judges(self) -> bool:
        return only_judges(self.stage)

    @property
    def collections(self) -> frozenset[str]:
        return self.stage.collections

    @property
    def indexes(self) -> frozenset[Index]:
        return self.stage.indexes

    def handles(self, collection: str) -> bool:
        return self.stage.handles(collection)

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:
        return self.stage.run(resource, document, reader)


def _plain(value: object) -> object:
    """The same value in the types that canonical encoding takes."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value if not isinstance(item, SchemaText)]
    return value
