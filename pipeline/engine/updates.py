"""What schemas say of changed inputs: judged as changes, like the API server judges an update.

A stage judges what a resource is. That it was accepted in another state before, the gate knows:
what was wrong then and has not been touched is no reason to refuse the change, and a rule on how a
value may change (`oldSelf`) needs both.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.engine.finding import Finding
from pipeline.environment import Environment
from pipeline.model import Key, Resource
from pipeline.schema import SchemaStage


class Update(NamedTuple):
    """One input, as accepted and as it would be."""

    key: Key
    before: Resource | None
    after: Resource | None


def judged_as_updates(
    found: Iterable[Finding], updates: Iterable[Update], environment: Environment
) -> Iterator[Finding]:
    """The blocking findings, with those of the schema stage on updated inputs replaced."""
    of_states = [one for one in found if one.stage == SchemaStage.name]
    concerned = {one.subject for one in of_states}
    replaced = set[Key]()
    for update in updates:
        refused = _refused(update, concerned, environment)
        if refused is not None:
            replaced.add(update.key)
            yield from refused
    of_others = (one for one in found if one.stage != SchemaStage.name)
    yield from of_others
    yield from (one for one in of_states if one.subject not in replaced)


def _refused(
    update: Update, concerned: set[Key], environment: Environment
) -> Iterable[Finding] | None:
    """None: what was found of the state is all that there is to say."""
    key, before, after = update
    schemas = environment.schemas
    if after is None or not (key in concerned or schemas.judges_changes(key.collection)):
        return None
    said = schemas.update(before, after)
    if said is None:
        return None
    document = after.document()
    shown = (environment.suppress(one, document) for one in said)
    blames = frozenset((key,))
    return [Finding(one, key, blames, SchemaStage.name) for one in shown if one and one.blocking]
