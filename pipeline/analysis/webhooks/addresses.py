"""Where a webhook is: an address that the cluster cannot ask, or that ties it to a machine."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.webhooks.hooks import hooks_of
from pipeline.loose import mapping, text
from pipeline.model import Diagnostic
from pipeline.model.messages import webhooks as messages


class Addresses:
    """Reports webhooks without a usable address."""

    metadata = Metadata(
        name="webhook-addresses",
        description="Webhooks whose address cannot be asked, or is that of one machine.",
        codes=frozenset({messages.ADDRESS_INVALID.code, messages.ADDRESS_NUMERIC.code}),
        handles=frozenset(kinds.WEBHOOKS),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the address of each webhook."""
        for hook in hooks_of(subject.document):
            client = mapping(hook.body, "clientConfig")
            path = (*hook.path, "clientConfig")
            if client.get("url") is not None:
                path = (*path, "url")
            if problem := _problem(client):
                yield messages.ADDRESS_INVALID.report(
                    key=subject.resource.key, path=path, name=hook.name, problem=problem
                )
            elif _is_numeric(text(client, "url")):
                yield messages.ADDRESS_NUMERIC.report(
                    key=subject.resource.key, path=path, name=hook.name
                )


def _problem(client: dict[str, object]) -> str:
    """Why the cluster cannot ask there; empty: it can, as far as is known."""
    if client.get("url") is None:
        return "" if mapping(client, "service") else "it has neither a Service nor a URL"
    if mapping(client, "service"):
        return "it has both a Service and a URL"
    parts = _split(text(client, "url"))
    if parts is None or not parts.hostname:
        return "its URL names no host"
    if parts.scheme != "https":
        return "its URL is not of https"
    has_more = parts.query or parts.fragment or parts.username
    return "its URL may have no user, query or fragment" if has_more else ""


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _is_numeric(url: str) -> bool:
    parts = _split(url)
    try:
        ip_address(parts.hostname or "" if parts else "")
    except ValueError:
        return False
    return True
