"""Filters of a rule that contradict each other or its backends."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.loose import items, mapping, text
from pipeline.model import Diagnostic, Path
from pipeline.model.messages import gateway_api as messages

_RULES = Fields((("spec.rules.*", None),))
_ONCE = frozenset(
    {
        "CORS",
        "RequestHeaderModifier",
        "RequestRedirect",
        "ResponseHeaderModifier",
        "URLRewrite",
    }
)
"""Filters that a rule may have but once, as the definitions of the kinds say."""
_HEADERS = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
}


class Filters:
    """Reports filters of which one undoes or forbids what another part of the rule does."""

    metadata = Metadata(
        name="filters",
        description="Filters of routes of the Gateway API that contradict each other.",
        codes=frozenset({messages.FILTERS_CONTRADICT.code, messages.HEADER_TWICE.code}),
        handles=frozenset({kinds.GRPC_ROUTE, kinds.HTTP_ROUTE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each rule, and at each of its filters."""
        mine = subject.resource.key
        for path, rule, _ in _RULES.match(subject.document.body):
            filters = items(rule, "filters")
            for where, problem in _contradictions(rule, filters):
                yield messages.FILTERS_CONTRADICT.report(
                    key=mine, path=(*path, *where), problem=problem
                )
            for at, each in enumerate(filters):
                for where, header in _twice(each):
                    yield messages.HEADER_TWICE.report(
                        key=mine, path=(*path, "filters", at, *where), header=header
                    )


def _contradictions(rule: Any, filters: list[Any]) -> Iterator[tuple[Path, str]]:
    types = [text(each, "type") for each in filters]
    for at, kind in enumerate(types):
        if kind in _ONCE and kind in types[:at]:
            yield ("filters", at, "type"), f"{kind} stands there twice"
    if "RequestRedirect" not in types:
        return
    at = types.index("RequestRedirect")
    if items(rule, "backendRefs"):
        yield ("filters", at), "what is redirected never reaches the backends"
    if "URLRewrite" in types:
        yield ("filters", types.index("URLRewrite")), "what is redirected is not rewritten"


def _twice(each: Any) -> Iterator[tuple[Path, str]]:
    """Headers that one filter does two things to."""
    field = _HEADERS.get(text(each, "type"), "")
    modifier = mapping(each, field)
    done: set[str] = set()
    for action in ("set", "add", "remove"):
        for at, header in enumerate(items(modifier, action)):
            name = (header if isinstance(header, str) else text(header, "name")).lower()
            if name and name in done:
                yield (field, action, at), name
            done.add(name)
