"""From transform settings to stages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pipeline.invalid import nearest, settings_problems
from pipeline.model import Diagnostic, Kinds
from pipeline.model.messages import transform as messages
from pipeline.stage import Stage
from pipeline.transform.builtin import BUILTIN_TRANSFORMS, TransformType
from pipeline.transform.errors import TransformError


def build(
    settings: Sequence[Mapping[str, Any]],
    kinds: Kinds | None = None,
    *,
    plugins: Sequence[TransformType] = (),
) -> tuple[Stage, ...]:
    """The stages that these settings describe, in their order.

    With `kinds`, a match may name a kind by plural, short name or alias; without, only by its
    collection or its kind.

    Raises:
        TransformError: with everything wrong in all of the settings.
    """
    types = {each.name: each for each in (*BUILTIN_TRANSFORMS, *plugins)}
    errors: list[Diagnostic] = []
    stages: list[Stage] = []
    for number, given in enumerate(settings, start=1):
        stage = _stage(_named(given, number), types, kinds, errors)
        if stage is not None:
            stages.append(stage)
    names = Counter(stage.name for stage in stages)
    errors += [messages.NAME_TWICE.report(transform=name) for name in names if names[name] > 1]
    if errors:
        raise TransformError(errors)
    return tuple(stages)


def _named(given: Mapping[str, Any], number: int) -> dict[str, Any]:
    name = given.get("name") or f"{given.get('type', 'unknown')}-{number}"
    return {**given, "name": name}


def _stage(
    given: Mapping[str, Any],
    types: Mapping[str, TransformType],
    kinds: Kinds | None,
    errors: list[Diagnostic],
) -> Stage | None:
    name, wanted = given["name"], given.get("type")
    found = types.get(str(wanted))
    if found is None:
        problem = f"there is no transform {wanted!r}{nearest(str(wanted), types)}"
        errors.append(_bad(name, "type", f"{problem}; known: {', '.join(sorted(types))}"))
        return None
    try:
        return found.build(found.settings.model_validate(dict(given)), kinds)
    except ValidationError as error:
        errors += [_bad(name, *each) for each in settings_problems(error, found.settings)]
        return None


def _bad(name: object, field: str, problem: str) -> Diagnostic:
    return messages.BAD_SETTINGS.report(transform=name, field=field, problem=problem)
