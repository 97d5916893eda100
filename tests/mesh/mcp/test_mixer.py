"""Mixer of 1.3, as it was, against the server."""

from typing import Any

from pipeline.encoding.protobuf import Generation
from pipeline.model import Key, Resource
from tests.mesh.doubles.mixer import COLLECTIONS, Mixer
from tests.mesh.mcp.raw import shows
from tests.mesh.served import Mesh, serving

RULES = "istio/policy/v1beta1/rules"
HANDLERS = "istio/policy/v1beta1/handlers"


def mixers(kind: str, name: str, spec: dict[str, Any]) -> Resource:
    return Resource.build(
        Key(f"config.istio.io/{kind}", "istio-system", name), "v1alpha2", body={"spec": spec}
    )


async def test_it_waits_for_all_and_has_them_all(mesh: Mesh) -> None:
    async with Mixer(mesh.address) as mixer:
        await mixer.synced()
        assert len(mixer.synced_collections) == len(COLLECTIONS) == 37
        await shows(mesh, state="synced", node="default", verified=0)


async def test_it_has_rules_and_handlers_as_its_messages() -> None:
    rule = mixers("rule", "log", {"match": "true", "actions": [{"handler": "h"}]})
    handler = mixers("handler", "h", {"compiledAdapter": "stdio", "params": {"outputAsJson": True}})
    async with serving(rule, handler) as mesh, Mixer(mesh.address) as mixer:
        await mixer.synced()
        name = ("istio-system", "log")
        stored = mixer.store[RULES][name].content(Generation.ISTIO_1_4)
        assert stored == {"match": "true", "actions": [{"handler": "h"}]}
        params = mixer.store[HANDLERS]["istio-system", "h"].content(Generation.ISTIO_1_4)
        assert params["params"] == {"outputAsJson": True}


async def test_what_it_cannot_convert_it_refuses_whole() -> None:
    def valid(_: str, name: tuple[str, str], __: Any) -> bool:
        return name[1] != "bad"

    good, bad = (mixers("rule", name, {"match": "true"}) for name in ("good", "bad"))
    async with serving(good) as mesh, Mixer(mesh.address, valid=valid) as mixer:
        await mixer.synced()
        mesh.line.publish(bad)
        reason = "cannot convert istio-system/bad (code 3)"
        await shows(mesh, state="nacked", nack=reason, received=1)
        mesh.line.publish(gone=(bad.key,))
        await shows(mesh, state="synced", nack="", received=3)
        assert set(mixer.store[RULES]) == {("istio-system", "good")}


async def test_what_is_emptied_it_keeps_although_it_is_told() -> None:
    """A mistake of Mixer's that no server can make up for; it has what was told acknowledged."""
    rule = mixers("rule", "log", {"match": "true"})
    async with serving(rule) as mesh, Mixer(mesh.address) as mixer:
        await mixer.synced()
        mesh.line.publish(gone=(rule.key,))
        await shows(mesh, state="synced", received=2)
        assert set(mixer.store[RULES]) == {("istio-system", "log")}
