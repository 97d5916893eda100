"""What an Envoy says of itself, by its admin interface."""

import json
import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

import aiohttp

from tests.mesh.envoy.state import Held, State, held, state

Kind: TypeAlias = Literal["clusters", "endpoints", "listeners", "routes"]
DUMPS: Mapping[Kind, str] = {
    "clusters": "dynamic_active_clusters",
    "endpoints": "dynamic_endpoint_configs",
    "listeners": "dynamic_listeners",
    "routes": "dynamic_route_configs",
}


class Admin:
    """The questions; `admin` is a session whose base is the address of the interface."""

    admin: aiohttp.ClientSession

    async def ready(self) -> bool:
        """Whether it serves, with whatever it has been given."""
        async with self.admin.get("/ready") as answer:
            return answer.status == 200

    async def get(self, path: str, **params: str) -> str:
        """Any page of the admin interface, such as `/listeners`, with its parameters."""
        async with self.admin.get(path, params=params) as answer:
            text = await answer.text()
            assert answer.status == 200, f"{path}: {answer.status} {text}"
            return text

    async def stats(self, prefix: str = "") -> dict[str, int | str]:
        """Counters, gauges and texts whose names begin so; texts that are empty included."""
        text = await self.get("/stats", format="json", filter=f"^{re.escape(prefix)}")
        return {each["name"]: each["value"] for each in json.loads(text)["stats"] if "name" in each}

    async def state(self) -> State:
        """Versions, rejections and what is warming, of one moment."""
        return state(await self.stats())

    async def held(self, kind: Kind) -> dict[str, Held]:
        """What it holds of a kind by name, with versions, which endpoints do not have here.

        In delta they are those of the resources; otherwise those of the answers that changed them.
        Envoy cannot say it while it has refused a resource with a type that it does not know.
        """
        found = await self._dump(DUMPS[kind])
        if kind == "clusters":
            for name, each in (await self._dump("dynamic_warming_clusters")).items():
                found[name] = found.get(name, Held(""))._replace(warming=each.version)
        return found

    async def _dump(self, resource: str) -> dict[str, Held]:
        eds = {"include_eds": ""} if resource == DUMPS["endpoints"] else {}
        params = {"resource": resource, **eds}
        async with self.admin.get("/config_dump", params=params) as answer:
            text = await answer.text()
            if answer.status == 404:  # it has never asked for any of the kind
                return {}
            assert answer.status == 200, f"/config_dump: {answer.status} {text}"
        return held(json.loads(text).get("configs", ()))

    async def hosts(self) -> dict[str, set[int]]:
        """The ports of the endpoints that each cluster sends to."""
        found = json.loads(await self.get("/clusters", format="json")).get("cluster_statuses", ())
        return {
            each["name"]: {
                host["address"]["socket_address"]["port_value"]
                for host in each.get("host_statuses", ())
            }
            for each in found
        }
