"""Istio's messages in the notation of `notation`, one module for each package of theirs.

Facts from the API's definitions, 1.4.0 and 1.32: names, numbers, types, oneofs. `security` has what
Istio 1.5 added besides. Only what a resource can hold is here. In reading order: `types`,
`networking`, `proxy_config`, `mesh`, `security`, `telemetry`, `extensions`; of Istio 1.1 to 1.5
alone: `authentication`, `rbac`, `mixer`, `mixer_client`, `mixer_policy`.
"""

from pipeline.encoding.protobuf.tables import (
    authentication,
    extensions,
    mesh,
    mixer,
    mixer_client,
    mixer_policy,
    networking,
    proxy_config,
    rbac,
    security,
    telemetry,
    types,
)

_MODULES = (
    authentication,
    extensions,
    mesh,
    mixer,
    mixer_client,
    mixer_policy,
    networking,
    proxy_config,
    rbac,
    security,
    telemetry,
    types,
)

TEXTS: dict[str, str] = {module.PACKAGE: module.TEXT for module in _MODULES}
"""By package."""

__all__ = ["TEXTS"]
