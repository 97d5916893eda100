"""From policy settings to the policy stage."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pipeline.invalid import settings_problems
from pipeline.match import Matcher
from pipeline.model import Diagnostic, Kinds
from pipeline.model.messages import policy as messages
from pipeline.policy.errors import ExpressionError, PolicyError
from pipeline.policy.expression import Expression
from pipeline.policy.settings import PolicySettings, parse_path
from pipeline.policy.stage import Policy, PolicyStage
from pipeline.stage import Stage


def build(settings: Sequence[Mapping[str, Any]], kinds: Kinds) -> Stage:
    """The stage that asks these policies.

    Raises:
        PolicyError: with everything wrong in all of the settings.
    """
    errors: list[Diagnostic] = []
    policies: list[Policy] = []
    for number, given in enumerate(settings, start=1):
        policy = _policy(given, number, kinds, errors)
        if policy is not None:
            policies.append(policy)
    names = Counter(policy.name for policy in policies)
    errors += [messages.NAME_TWICE.report(policy=name) for name in names if names[name] > 1]
    if errors:
        raise PolicyError(errors)
    return PolicyStage(policies)


def _policy(
    given: Mapping[str, Any], number: int, kinds: Kinds, errors: list[Diagnostic]
) -> Policy | None:
    name = given.get("name", f"number {number}")
    try:
        settings = PolicySettings.model_validate(dict(given))
    except ValidationError as error:
        for field, problem in settings_problems(error, PolicySettings):
            report = messages.BAD_SETTINGS.report(policy=name, field=field, problem=problem)
            errors.append(report)
        return None
    rule = _compiled(settings, "rule", settings.rule, bool, errors)
    message = settings.message_expression
    expression = _compiled(settings, "messageExpression", message, str, errors) if message else None
    if rule is None:
        return None
    return Policy(
        name=settings.name,
        matcher=Matcher(settings.match, kinds),
        rule=rule,
        message=settings.message,
        message_expression=expression,
        level=settings.level,
        path=parse_path(settings.path),
    )


def _compiled(
    settings: PolicySettings,
    field: str,
    text: str,
    result: type[bool] | type[str],
    errors: list[Diagnostic],
) -> Expression | None:
    try:
        return Expression(text, result)
    except ExpressionError as error:
        report = messages.BAD_EXPRESSION.report(policy=settings.name, field=field, problem=error)
        errors.append(report)
        return None
