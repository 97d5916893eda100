"""What a cluster is told: about which writes to ask, whom, and what if there is no answer.

Source: Kubernetes' API reference, admissionregistration.k8s.io/v1.
The configuration asks about as little as can be: creations and updates of the kinds and namespaces
that are judged. Deletions, changes of the status, and what the cluster needs to run are not in it.
"""

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.model import Kinds
from pipeline.selector import Requirement, Selector
from sources.kubernetes.kinds import Chosen
from sources.settings import AdmissionSettings, KubernetesSettings

API = "admissionregistration.k8s.io/v1"
KIND = "ValidatingWebhookConfiguration"
PATH = f"/apis/{API}/validatingwebhookconfigurations"
_NAME_OF_NAMESPACE = "kubernetes.io/metadata.name"
_OPERATORS = {
    (True, True): "In",
    (True, False): "NotIn",
    (False, True): "Exists",
    (False, False): "DoesNotExist",
}
"""By whether values are given, and whether they are wanted."""


def name(channel: str, source: KubernetesSettings) -> str:
    """What the configuration of a source is called in its cluster."""
    given = source.admission.configuration if source.admission else ""
    return given or f"galley-{channel}-{source.name}"


def registration(
    called: str, webhooks: Iterable[Mapping[str, Any]], owner: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The manifest of a configuration; `owner` is the namespace with which it goes."""
    metadata: dict[str, Any] = {"name": called}
    if owner:
        metadata["ownerReferences"] = [dict(owner)]
    return {"apiVersion": API, "kind": KIND, "metadata": metadata, "webhooks": list(webhooks)}


def webhooks(
    channel: str,
    source: KubernetesSettings,
    asked: list[dict[str, Any]],
    *,
    path: str,
    bundle: str,
) -> list[dict[str, Any]]:
    """The one webhook of a source; none where there is nothing to ask about.

    Args:
        channel: its name.
        source: the source whose cluster asks.
        asked: what `rules` makes.
        path: where the service answers for this source.
        bundle: PEM of what is to be trusted.
    """
    admission = source.admission
    if not asked or admission is None:
        return []
    called = f"{source.name}.{channel}.galley.internal"
    hook = {
        "name": called,
        "clientConfig": {
            **_address(admission, path),
            "caBundle": base64.b64encode(bundle.encode()).decode(),
        },
        "rules": asked,
        "failurePolicy": "Fail" if admission.on_failure == "refuse" else "Ignore",
        "matchPolicy": "Equivalent",
        "sideEffects": "None",
        "timeoutSeconds": math.ceil(admission.timeout) + 1,
        "admissionReviewVersions": ["v1"],
        "namespaceSelector": {"matchExpressions": _namespaces(source, admission)},
        "objectSelector": {"matchExpressions": _labels(source.labels)},
    }
    return [hook]


def rules(
    admission: AdmissionSettings, chosen: Iterable[Chosen], kinds: Kinds
) -> list[dict[str, Any]]:
    """Creations and updates of the kinds that are judged, one rule for each group and version.

    The version is the one that is read: an API server converts to it what is written in another.
    """
    plurals: dict[tuple[str, str], set[str]] = {}
    for each in chosen:
        known = kinds.get(each.collection)
        observed = known is not None and known.observed
        if not observed and admission.asks_about(each.collection):
            group = each.served.group, each.version
            plurals.setdefault(group, set()).add(each.served.plural)
    return [
        {
            "apiGroups": [group],
            "apiVersions": [version],
            "operations": ["CREATE", "UPDATE"],
            "resources": sorted(resources),
            "scope": "*",
        }
        for (group, version), resources in sorted(plurals.items())
    ]


def _address(admission: AdmissionSettings, path: str) -> dict[str, Any]:
    if admission.url:
        return {"url": f"{admission.url.rstrip('/')}{path}"}
    place, _, port = admission.service.partition(":")
    namespace, called = place.split("/")
    service = {"namespace": namespace, "name": called, "path": path, "port": int(port or 443)}
    return {"service": service}


def _namespaces(source: KubernetesSettings, admission: AdmissionSettings) -> list[dict[str, Any]]:
    read = () if "*" in source.namespaces else source.namespaces
    asked = (admission.namespaces, read)
    wanted = [
        {"key": _NAME_OF_NAMESPACE, "operator": "In", "values": list(names)}
        for names in asked
        if names
    ]
    spared = {"key": _NAME_OF_NAMESPACE, "operator": "NotIn", "values": list(admission.spared)}
    return [spared, *wanted]


def _labels(selector: str) -> list[dict[str, Any]]:
    return [_expression(each) for each in Selector.parse(selector).requirements]


def _expression(requirement: Requirement) -> dict[str, Any]:
    values = requirement.values
    operator = _OPERATORS[values is not None, requirement.wanted]
    given = {"values": sorted(values)} if values is not None else {}
    return {"key": requirement.label, "operator": operator, **given}
