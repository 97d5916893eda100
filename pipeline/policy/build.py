"""From policy settings to the policy stages."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pipeline.invalid import settings_problems
from pipeline.model import Diagnostic, Kinds
from pipeline.model.canonical import Path
from pipeline.model.messages import policy as messages
from pipeline.policy.compiling import compiled
from pipeline.policy.complaints import Complaints
from pipeline.policy.errors import PolicyError
from pipeline.policy.expiring import Agenda
from pipeline.policy.policy import Policy
from pipeline.policy.settings import PolicySettings
from pipeline.policy.stage import PolicyStage, ReadingPolicyStage
from pipeline.stage import Stage

PLACE = "policies"
"""How the path of a diagnostic about settings begins; the policy's number follows, from 0."""


def build(
    settings: Sequence[Mapping[str, Any]], kinds: Kinds, agenda: Agenda, *, complete: bool = True
) -> tuple[Stage, ...]:
    """The stages that ask these policies: one for those that read nothing, one for each other.

    Args:
        settings: the policies as people write them.
        kinds: what names of kinds mean.
        agenda: knows the time, and is told of exemptions that expire.
        complete: whether what a look-up does not find does not exist.

    Raises:
        PolicyError: with everything wrong in all of the settings.
    """
    errors: list[Diagnostic] = []
    policies: dict[str, Policy] = {}
    for number, given in enumerate(settings):
        policy = _policy(given, number, kinds, agenda, errors)
        if policy is not None and policy.name in policies:
            path = (PLACE, number, "name")
            errors.append(messages.NAME_TWICE.report(path=path, policy=policy.name))
        elif policy is not None:
            policies[policy.name] = policy
    if errors:
        raise PolicyError(errors)
    reading = (policy for policy in policies.values() if policy.reads)
    return (
        PolicyStage([policy for policy in policies.values() if not policy.reads]),
        *(ReadingPolicyStage(policy, complete=complete) for policy in reading),
    )


def _policy(
    given: Mapping[str, Any], number: int, kinds: Kinds, agenda: Agenda, errors: list[Diagnostic]
) -> Policy | None:
    place = (PLACE, number)
    complaints = Complaints(str(given.get("name", f"number {number + 1}")), place)
    policy = None
    try:
        settings = PolicySettings.model_validate(dict(given))
    except ValidationError as error:
        for field, problem in settings_problems(error, PolicySettings):
            complaints.setting(_place(field), problem)
    else:
        policy = compiled(settings, place, kinds, agenda, complaints)
    errors += complaints.errors
    return policy


def _place(field: str) -> Path:
    """`lookups.0.kind` as a path."""
    return tuple(int(part) if part.isdecimal() else part for part in field.split("."))
