"""One policy from what people write to what is asked."""

from collections.abc import Iterator

from pipeline.match import Matcher
from pipeline.model import Kinds
from pipeline.model.canonical import Path
from pipeline.policy.complaints import Complaints
from pipeline.policy.expiring import Agenda
from pipeline.policy.naming import Names
from pipeline.policy.policy import Condition, Exemption, Policy
from pipeline.policy.settings import LEVELS, PolicySettings, parse_path
from pipeline.selector import Selector


def compiled(
    settings: PolicySettings, place: Path, kinds: Kinds, agenda: Agenda, complaints: Complaints
) -> Policy | None:
    """The policy; None if something was complained of.

    Args:
        settings: the policy as people write it.
        place: where it stands in the settings.
        kinds: what names of kinds mean.
        agenda: is told of its exemptions.
        complaints: is told what is wrong.
    """
    names = Names(settings, kinds, complaints)
    conditions = tuple(_conditions(settings, names))
    rule = names.part("rule", ("rule",), settings.rule, "bool")
    text, message = settings.message_expression, None
    if text:
        message = names.part("messageExpression", ("messageExpression",), text, "text")
    if complaints.errors or rule is None:
        return None
    selector = settings.match.namespace_labels
    asked = (*(condition.part for condition in conditions), rule)
    return Policy(
        name=settings.name,
        matcher=Matcher(settings.match, kinds),
        namespaces=Selector.parse(selector) if selector else None,
        conditions=conditions,
        rule=rule,
        message=settings.message,
        message_part=message,
        level=LEVELS[settings.level],
        path=parse_path(settings.path),
        exemptions=tuple(_exemptions(settings, place, kinds, agenda)),
        providers=names.needed((*asked, message) if message else asked),
    )


def _conditions(settings: PolicySettings, names: Names) -> Iterator[Condition]:
    for at, each in enumerate(settings.match_conditions):
        place = ("matchConditions", at, "expression")
        part = names.part(f"condition {each.name}", place, each.expression, "bool")
        if part is not None:
            yield Condition(each.name, part)


def _exemptions(
    settings: PolicySettings, place: Path, kinds: Kinds, agenda: Agenda
) -> Iterator[Exemption]:
    """Those that have not expired."""
    for at, each in enumerate(settings.exemptions):
        what = f"Exemption {at + 1} from policy {settings.name}"
        if agenda.holds(what, each, (*place, "exemptions", at)):
            yield Exemption(Matcher(each.match, kinds), each.reason, each.names_one)
