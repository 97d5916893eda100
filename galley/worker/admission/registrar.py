"""Keeps the webhooks of a channel's clusters registered, as the settings and the kinds now say.

Nothing is registered before the service has said that it answers. What is there stays when the
worker ends; what the settings no longer ask for is emptied, so that nobody asks in vain.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine, Mapping
from typing import Any, NamedTuple

from galley.worker.admission.registration import PATH, name, registration, rules, webhooks
from galley.worker.channel import Channel
from pipeline.model.messages.kubernetes import NOT_REGISTERED
from sources.kubernetes.access import Access
from sources.kubernetes.failure import AnsweredError, UnreachableError
from sources.kubernetes.source import KubernetesSource
from sources.settings import KubernetesSettings

log = logging.getLogger("galley.admission")

LOOK = 1.0
"""Seconds between two looks at whether there is something else to say."""
AGAIN = 30.0
"""Seconds after which it is said again, should somebody have changed it."""
LATER = 5.0
"""Seconds until a cluster that did not take it is told again."""
MANAGER = "galley"


class Place(NamedTuple):
    """Where a configuration is."""

    cluster: str
    name: str


class Registrar:
    """Speaks to the clusters of one channel."""

    def __init__(self, channel: Channel, tasks: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._tasks = tasks
        self._running: dict[Place, asyncio.Task[None]] = {}
        self._asking: dict[Place, KubernetesSettings] = {}
        """The sources whose clusters ask."""
        self._leaving: dict[Place, KubernetesSettings] = {}
        """Those whose clusters are to be told that they need not any more."""
        self._emptied: set[str] = set()
        """Configurations that were emptied in a cluster which may be the same by another name."""
        self._bundle = ""
        self._paths: Mapping[str, str] = {}
        self._changing = asyncio.Lock()

    async def register(self, params: Mapping[str, Any]) -> None:
        """From here on clusters ask; params `{bundle, paths: {source: path}}`."""
        self._bundle, self._paths = params["bundle"], params["paths"]
        await self.take_over()

    async def take_over(self) -> None:
        """Have those clusters ask that the settings name, and no others."""
        async with self._changing:
            await self._take_over()

    async def _take_over(self) -> None:
        sources = self._channel.settings.sources
        asking = (each for each in sources if isinstance(each, KubernetesSettings))
        former = self._leaving | self._asking
        self._asking = {self._place(each): each for each in asking if each.admission}
        self._leaving = {each: former[each] for each in former.keys() - self._asking.keys()}
        await self.stop()
        for place, source in self._leaving.items():
            self._start(place, self._withdraw(place, source))
        if self._paths:
            for place, source in self._asking.items():
                self._start(place, self._keep(place.name, source))

    def _place(self, source: KubernetesSettings) -> Place:
        return Place(f"{source.kubeconfig} {source.context}", name(self._channel.name, source))

    async def stop(self) -> None:
        """Let go of all clusters; they go on asking."""
        tasks = list(self._running.values())
        self._running.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, place: Place, work: Coroutine[Any, Any, None]) -> None:
        self._running[place] = self._tasks.create_task(work, name=f"webhook {place.name}")

    async def _keep(self, called: str, source: KubernetesSettings) -> None:
        """Say again and again what is to be asked, whenever it is something else."""
        access, said, due = Access(source), None, 0.0
        try:
            while True:
                wanted = self._webhooks(source)
                now = time.monotonic()
                if called in self._emptied:
                    self._emptied.discard(called)
                    said = None
                if wanted is not None and (wanted != said or now >= due):
                    done = await self._apply(access, source, called, wanted)
                    said, due = (wanted if done else None), now + AGAIN
                await asyncio.sleep(LOOK if said is not None or wanted is None else LATER)
        finally:
            self._channel.admission_problems.pop(source.name, None)
            await access.close()

    async def _withdraw(self, place: Place, source: KubernetesSettings) -> None:
        """Have the cluster ask nothing any more, as soon as it can be told."""
        access = Access(source)
        try:
            while True:
                if await self._apply(access, source, place.name, []):
                    del self._leaving[place]
                    self._emptied.add(place.name)
                    return
                await asyncio.sleep(LATER)
        finally:
            self._channel.admission_problems.pop(source.name, None)
            await access.close()

    def _webhooks(self, source: KubernetesSettings) -> list[dict[str, Any]] | None:
        """What is to be asked; None while it is not known which kinds are read."""
        running = self._channel.sources.get(source.name)
        path, admission = self._paths.get(source.name), source.admission
        if not isinstance(running, KubernetesSource) or not running.chosen:
            return None
        if path is None or admission is None:
            return None
        asked = rules(admission, running.chosen, self._channel.environment.kinds)
        return webhooks(self._channel.name, source, asked, path=path, bundle=self._bundle)

    async def _apply(
        self, access: Access, source: KubernetesSettings, called: str, wanted: list[dict[str, Any]]
    ) -> bool:
        """Tell the cluster; whether it has taken it."""
        try:
            owner = await _owner(access, source)
            await access.apply(f"{PATH}/{called}", registration(called, wanted, owner), MANAGER)
        except AnsweredError as error:
            self._complain(source, called, error.said)
        except UnreachableError as error:
            self._complain(source, called, error.report.message)
            access.renew()
        except Exception as error:  # of any kind: the channel goes on without being asked
            log.exception("The webhook %s could not be registered.", called)
            self._complain(source, called, f"{type(error).__name__}: {error}")
        else:
            self._well(source, called, asks=bool(wanted))
            return True
        return False

    def _well(self, source: KubernetesSettings, called: str, *, asks: bool) -> None:
        if self._channel.admission_problems.pop(source.name, None) or asks:
            log.info("The webhook %s is registered in %s.", called, source.cluster())

    def _complain(self, source: KubernetesSettings, called: str, said: str) -> None:
        report = NOT_REGISTERED.report(
            cluster=source.cluster(), name=called, problem=said.rstrip(".")
        )
        self._channel.admission_problems[source.name] = report.at(source.name, "")


async def _owner(access: Access, source: KubernetesSettings) -> dict[str, Any] | None:
    """The namespace of the service, with which the configuration is to go: nobody would answer any
    more. None where there is none, or nobody may tell."""
    namespace = source.admission.service.partition("/")[0] if source.admission else ""
    if not namespace:
        return None
    query = (("fieldSelector", f"metadata.name={namespace}"),)
    try:
        found = (await access.json("/api/v1/namespaces", query)).get("items") or ()
    except AnsweredError as error:
        log.debug("The namespace %s cannot be read: %s", namespace, error)
        return None
    return next((_reference(each["metadata"]) for each in found), None)


def _reference(metadata: Mapping[str, Any]) -> dict[str, Any]:
    named = {"name": metadata["name"], "uid": metadata["uid"]}
    return {"apiVersion": "v1", "kind": "Namespace", **named}
