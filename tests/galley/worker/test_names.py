"""What collections are called is told to the service, so that subscriptions may use aliases."""

from typing import Any

from galley.protocol.view import View


async def test_aliases_resolve_to_collections(rig: Any) -> None:
    await rig.until(lambda: bool(rig.kinds))

    view = View.of(["istio/networking/v1alpha3/virtualservices", "configmaps", "g/Unknown"])

    assert view.resolved(rig.kinds).collections == (
        "core/ConfigMap",
        "g/Unknown",
        "networking.istio.io/VirtualService",
    )
