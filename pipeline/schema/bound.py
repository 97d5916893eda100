"""One rule of a schema, compiled, with its message and the field that it is reported at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.model import Path
from pipeline.model.messages import schema as messages
from pipeline.schema.cel import ABSENT, CelError, Message, Rule, compile_message, compile_rule
from pipeline.schema.problems import Problem
from pipeline.schema.vocabulary import Schema


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule where it stands."""

    text: str
    rule: Rule
    message: str
    """What to say of a value that breaks it; empty: the rule itself."""
    expression: Message | None
    """What makes a better message of the value."""
    field: Path
    """Where below the value it is reported."""
    optional: bool
    """Whether `oldSelf` is an optional, so that it judges new values too."""

    def violation(self, value: Any, at: Path) -> Problem | None:
        """What it says of a value; None: nothing is wrong."""
        try:
            if self.rule.evaluate(value):
                return None
        except CelError as error:
            return self._failed(error, value, at)
        return self._broken(value, at)

    def transition(self, value: Any, old: Any, at: Path) -> Problem | None:
        """What it says of a change; of a value without an older one only if that is optional."""
        if old is ABSENT and not self.optional:
            return None
        try:
            if self.rule.evaluate(value, old, old_optional=self.optional):
                return None
        except CelError as error:
            return self._failed(error, value, at)
        return self._broken(value, at, old)

    def _failed(self, error: CelError, value: Any, at: Path) -> Problem:
        facts = {"problem": f"{error} evaluating the rule {self._name()}"}
        return Problem(messages.RULE_BROKEN, at, facts, value)

    def _broken(self, value: Any, at: Path, old: Any = ABSENT) -> Problem:
        facts = {"problem": self._text(value, old)}
        return Problem(messages.RULE_BROKEN, (*at, *self.field), facts, value, at)

    def _text(self, value: Any, old: Any) -> str:
        if self.expression is not None:
            try:
                return self.expression.evaluate(value, old, old_optional=self.optional)
            except CelError:
                pass  # the API server falls back to the message, too
        return self.message or f"failed rule: {self._name()}"

    def _name(self) -> str:
        return self.message or " ".join(self.text.split())


def bind(written: Mapping[str, Any], schema: Schema) -> BoundRule:
    """A rule as a schema writes it, ready to judge values of `schema`.

    Raises:
        CelSyntaxError: it is not CEL.
        NotEvaluable: it cannot be evaluated exactly.
    """
    text = str(written["rule"])
    expression = written.get("messageExpression")
    return BoundRule(
        text=text,
        rule=compile_rule(text, schema),
        message=str(written.get("message") or "").strip(),
        expression=compile_message(str(expression), schema) if expression else None,
        field=field_path(str(written.get("fieldPath") or "")),
        optional=bool(written.get("optionalOldSelf")),
    )


_STEP = re.compile(r"\.([^.\[\]]+)|\['((?:[^'\\]|\\.)*)'\]")


def field_path(text: str) -> Path:
    """`.spec.servers['a.b']` as a path."""
    return tuple(name or re.sub(r"\\(.)", r"\1", quoted) for name, quoted in _STEP.findall(text))
