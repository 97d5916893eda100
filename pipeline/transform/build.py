"""From transform settings to stages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pipeline.invalid import nearest, settings_problems
from pipeline.model import Diagnostic, Kinds, UnencodableError
from pipeline.model.canonical import pack
from pipeline.model.messages import transform as messages
from pipeline.schema.phrases import field
from pipeline.selector import Selector
from pipeline.stage import Stage
from pipeline.transform.builtin import BUILTIN_TRANSFORMS, TransformType
from pipeline.transform.errors import TransformError


def build(
    settings: Sequence[Mapping[str, Any]],
    kinds: Kinds | None = None,
    *,
    plugins: Sequence[TransformType] = (),
    labels: Mapping[str, str] | None = None,
) -> tuple[Stage, ...]:
    """The stages that these settings describe, in their order, without those that are for channels
    with other `labels`.

    With `kinds`, a match may name a kind by plural, short name or alias; without, only by its
    collection or its kind.

    Raises:
        TransformError: with everything wrong in all of the settings.
    """
    types = {each.name: each for each in (*BUILTIN_TRANSFORMS, *plugins)}
    errors: list[Diagnostic] = []
    named = [_named(given, number) for number, given in enumerate(settings, start=1)]
    stages = [_stage(given, types, kinds, errors) for given in named]
    names = Counter(str(given["name"]) for given in named)
    errors += [messages.NAME_TWICE.report(transform=name) for name in names if names[name] > 1]
    if errors:
        raise TransformError(errors)
    wanted = (Selector.parse(given.get("when", "")).matches(labels or {}) for given in named)
    return tuple(stage for stage, here in zip(stages, wanted, strict=True) if stage and here)


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
        pack(given)  # they are part of the environment, which is stored
        return found.build(found.settings.model_validate(dict(given)), kinds)
    except UnencodableError as error:
        errors.append(_bad(name, field(error.path), error.problem))
        return None
    except ValidationError as error:
        errors += [_bad(name, *each) for each in settings_problems(error, found.settings)]
        return None


def _bad(name: object, place: str, problem: str) -> Diagnostic:
    return messages.BAD_SETTINGS.report(transform=name, field=place, problem=problem)
