"""What schemas say of changed inputs: judged as changes, like the API server judges an update.

A stage judges what a resource is. That it was accepted in another state before, the gate knows:
what was wrong then and has not been touched is no reason to refuse the change, and a rule on how a
value may change (`oldSelf`) needs both.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from pipeline.engine.finding import Finding
from pipeline.environment import Environment
from pipeline.model import Diagnostic, Key, Located, Resource
from pipeline.schema import SchemaStage

Accepted: TypeAlias = Callable[[Key], Resource | None]


def judged_as_updates(
    found: Sequence[Finding],
    applied: Mapping[Key, Located | None],
    accepted: Accepted,
    environment: Environment,
) -> Iterator[Finding]:
    """The blocking findings, with those of the schema stage on changed inputs replaced.

    Args:
        found: what the stages report.
        applied: the inputs that differ from the accepted ones.
        accepted: gives the accepted input under a key.
        environment: what they are judged by.
    """
    schemas = environment.schemas
    of_states = {one.subject for one in found if one.stage == SchemaStage.name}
    replaced = set[Key]()
    for key in _concerned(applied, of_states, schemas.judging_changes):
        held = applied[key]
        after = held.resource if held else None
        said = None if after is None else schemas.update(accepted(key), after)
        if after is not None and said is not None:
            replaced.add(key)
            yield from _findings(key, said, after, environment)
    yield from (
        one for one in found if one.stage != SchemaStage.name or one.subject not in replaced
    )


def _concerned(
    applied: Mapping[Key, Located | None], of_states: set[Key], judging: frozenset[str]
) -> Iterable[Key]:
    """Changed inputs of which a schema may have something else to say than of their state."""
    if not judging:
        return applied.keys() & of_states
    return [key for key in applied if key in of_states or key.collection in judging]


def _findings(
    key: Key, said: Iterable[Diagnostic], after: Resource, environment: Environment
) -> Iterator[Finding]:
    document = after.document()
    blames = frozenset((key,))
    for one in said:
        shown = environment.suppress(one, document)
        if shown is not None and shown.blocking:
            yield Finding(shown, key, blames, SchemaStage.name)
