"""Who an AuthorizationPolicy is about: callers that do not exist, or that nobody can be."""

import re
from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import namespaces
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.istio.policies import is_attached
from pipeline.loose import inside, items
from pipeline.model import Diagnostic, Document
from pipeline.model.messages import security as messages

_FROM = "spec.rules.*.from.*.source"
_CALLERS = Fields(
    (
        (f"{_FROM}.namespaces.*", "namespace"),
        (f"{_FROM}.notNamespaces.*", "namespace"),
        (f"{_FROM}.principals.*", "principal"),
        (f"{_FROM}.notPrincipals.*", "principal"),
    )
)
_INNER_STAR = re.compile(r".\*.")


class Callers:
    """Reports namespaces that nobody holds, principals that nobody has, and policies for nobody."""

    metadata = Metadata(
        name="callers",
        description="AuthorizationPolicies about callers that do not exist, or about none.",
        codes=frozenset(
            {
                messages.ALLOWS_NOTHING.code,
                messages.NAMESPACE_UNKNOWN.code,
                messages.PRINCIPAL_MALFORMED.code,
            }
        ),
        handles=frozenset({kinds.AUTHORIZATION_POLICY}),
        reads=frozenset({kinds.NAMESPACE}),
        indexes=namespaces.INDEXES,
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each caller of each rule."""
        key = subject.resource.key
        if _allows_nothing(subject.document):
            yield messages.ALLOWS_NOTHING.report(key=key, path=("spec",))
        for path, caller, (what,) in _CALLERS.match(subject.document.body):
            if not isinstance(caller, str):
                continue
            if (
                what == "namespace"
                and "*" not in caller
                and namespaces.is_unknown(subject.reader, caller)
            ):
                yield messages.NAMESPACE_UNKNOWN.report(
                    key=key, path=path, level=subject.doubt, namespace=caller
                )
            if what == "principal" and (problem := _problem(caller)):
                yield messages.PRINCIPAL_MALFORMED.report(
                    key=key, path=path, principal=caller, problem=problem
                )


def _allows_nothing(document: Document) -> bool:
    allows = inside(document.body, "spec", "action") in (None, "ALLOW")
    return allows and not items(document.body, "spec", "rules") and not is_attached(document)


def _problem(principal: str) -> str:
    """Why nobody can have this principal; empty: somebody may."""
    if principal.startswith("spiffe://"):
        return "it begins after spiffe://"
    if _INNER_STAR.search(principal):
        return "a * counts only at the beginning or the end"
    if "*" not in principal and "/" not in principal:
        return "it is not the name of an account alone"
    return "the trust domain is missing" if principal.startswith(("ns/", "/ns/")) else ""
