"""The CustomResourceDefinitions of one source of schemas, each the last good one.

What the source says is taken over by the rules that hold for resources: a broken place keeps what
it held, and so does everything while a revision is wrong as a whole.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from time import time

from galley.worker.definition import definitions, faults_of, published_alone, text
from pipeline.engine.inputs import SourceInputs, UnitOf
from pipeline.kinds import DEFINITION
from pipeline.model import Batch, Broken, Change, Diagnostic, Located, Origin, Read, Resource
from pipeline.schema import SchemaError, SchemaText
from sources.settings import AnySource, ClusterSchemasSettings, KindEntry, KubernetesSettings


def following_definitions(config: AnySource) -> AnySource:
    """The settings of a source of schemas, as the source itself is to have them."""
    if not isinstance(config, KubernetesSettings):
        return config
    given = {**dict(config), "kinds": (KindEntry(kind=DEFINITION),)}
    return ClusterSchemasSettings.model_validate(given)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a source of schemas held at some time."""

    resources: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    """The definitions by locator."""
    revision: str = ""
    time: float = 0.0
    """When that was, in seconds since the epoch; 0 if it was never read."""


class Definitions:
    """What one source of schemas holds, and what of it cannot be used."""

    def __init__(self, config: AnySource, earlier: Holding) -> None:
        """`earlier` is what an earlier process knew of it."""
        self.inputs = SourceInputs(config.name, accepted_revision=earlier.revision)
        self.earlier = earlier.time
        """When an earlier process last read it, in seconds since the epoch; 0 if none has."""
        for locator, resources in earlier.resources.items():
            origin = Origin(config.name, earlier.revision, locator)
            self.inputs.accepted[locator] = tuple(Located(each, origin) for each in resources)
        self._count()

    def follow(self, config: AnySource) -> None:
        """From now on it is read as these settings say; what it holds stays until then."""
        self.inputs.unit, self.inputs.required = UnitOf(config.unit), config.required
        self.inputs.synced = False

    async def receive(self, batch: Batch) -> bool:
        """Take over what the source says, as far as it can be used; whether the schemas differ."""
        changes = await asyncio.to_thread(lambda: tuple(map(self._judged, batch.changes)))
        self.inputs.receive(replace(batch, changes=changes))
        return self._accept()

    @property
    def known(self) -> bool:
        """Whether it is known what the source holds, be it from before this process started."""
        defined = any(not published_alone(held) for held in self.inputs.accepted.values())
        return defined or (self.inputs.synced and not any(self.broken()))

    def broken(self) -> Iterator[Diagnostic]:
        """Why some of it, or all, is not what the source says now."""
        yield from self.inputs.errors
        for said in self.inputs.pending.values():
            yield from said.errors

    def texts(self) -> Iterator[SchemaText]:
        """Its schemas, for an environment."""
        for held in self.inputs.accepted.values():
            yield from map(text, held)

    def holding(self) -> Holding:
        """What it holds now."""
        resources = {
            locator: tuple(each.resource for each in held)
            for locator, held in self.inputs.accepted.items()
        }
        return Holding(resources, self.inputs.accepted_revision, time())

    def _judged(self, change: Change) -> Change:
        """A change with nothing but definitions in it; broken if one cannot be used."""
        if not isinstance(change, Read):
            return change
        try:
            held = tuple(definitions(change))
        except SchemaError as error:
            origin = change.resources[0].origin
            return Broken(change.locator, tuple(f.at_origin(origin) for f in error.diagnostics))
        known = {each.resource for each in self.inputs.accepted.get(change.locator, ())}
        new = (each for each in held if each.resource not in known)
        faults = tuple(found for each in new for found in faults_of(each))
        return Broken(change.locator, faults) if faults else replace(change, resources=held)

    def _accept(self) -> bool:
        """Take over what is pending and not wrong; whether there was any."""
        inputs = self.inputs
        good = {locator: said for locator, said in inputs.pending.items() if not said.errors}
        whole = inputs.unit is UnitOf.LOCATOR or len(good) == len(inputs.pending)
        if inputs.errors or not whole:
            return False
        for locator, said in good.items():
            inputs.set_accepted(locator, said.resources)
        if not inputs.pending:
            inputs.embodied()
        self._count()
        return bool(good)

    def _count(self) -> None:
        self.inputs.resources = sum(map(len, self.inputs.accepted.values()))
