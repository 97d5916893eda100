"""The webhook of the original took whole clusters down. Ours cannot: shown at a real API server.

The service is killed, stopped in the middle, started again and given other rules, while somebody
writes. Unless the settings say `refuse`, every write goes on; and if they do, everything goes on
that is not a creation or change of what the channel judges.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.server import Cluster
from tests.journeys.admission.conftest import Said, Writer
from tests.journeys.conftest import Service, eventually, processes

CONFIG_MAPS = "/api/v1/namespaces/{}/configmaps"


@pytest.fixture
def writing(writer: Writer) -> Any:
    """`writing()`: somebody writes all the time inside the block, and keeps what is said."""

    @contextlib.asynccontextmanager
    async def write() -> AsyncIterator[list[Said]]:
        said: list[Said] = []

        async def go_on() -> None:
            while True:
                said.append(await writer.put("w", n=len(said)))

        task = asyncio.create_task(go_on(), name="writer")
        try:
            yield said
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return write


async def test_a_service_that_is_gone_keeps_nobody(admitting: Any, writer: Writer) -> None:
    service = await admitting(timeout=1)
    await service.kill()

    began = time.monotonic()
    said = await writer.put("a", bad=1)

    assert said.taken
    assert time.monotonic() - began < 2  # nobody listens, so nobody is waited for


async def test_a_service_that_hangs_keeps_nobody_for_long(admitting: Any, writer: Writer) -> None:
    service = await admitting(timeout=0.5)
    with stopped(service):
        began = time.monotonic()
        assert (await writer.put("a", bad=1)).taken
        assert time.monotonic() - began < 5  # 2 s are what the API server is told to wait


async def test_a_judge_that_hangs_keeps_nobody_for_long(admitting: Any, writer: Writer) -> None:
    """It is ended and begun again; then there are answers again."""
    service = await admitting(timeout=0.2)
    (judge,) = judges(service)
    os.kill(judge, signal.SIGSTOP)

    assert (await writer.put("a", bad=1)).taken

    await eventually(writer.is_asked_about)
    assert judges(service) != [judge]


async def test_whatever_becomes_of_the_service_writes_go_on(
    admitting: Any, writer: Writer, writing: Any
) -> None:
    service = await admitting(timeout=1)
    async with writing() as said:
        for end in (service.kill, service.stop):
            await end()
            await heard(said, 10)
            await service.start()
            await eventually(writer.is_asked_about)
            await heard(said, 10)
    assert all(each.taken for each in said)


async def test_other_rules_take_over_between_two_writes(
    admitting: Any, writer: Writer, writing: Any
) -> None:
    """Each write is judged, by the former rules or by the new ones."""
    service = await admitting(on_failure="refuse")
    rule = {**service.channel["policies"][0], "name": "no-x", "rule": "!has(object.spec.x)"}
    service.channel["policies"].append(rule)

    async def forbidden() -> bool:
        return not (await writer.put("x", dry_run=True, x=1)).taken

    async with writing() as said:
        service.save_settings()
        service.process.send_signal(signal.SIGHUP)
        await eventually(forbidden)
        await heard(said, 10)
    assert all(each.taken for each in said)
    assert "unjudged" not in (await service.ask("GET", "/metrics")).body.decode()


async def test_where_unjudged_writes_are_refused_the_rest_goes_on(
    admitting: Any, writer: Writer, cluster: Cluster
) -> None:
    await writer.put("old", bad=1)
    service = await admitting(on_failure="refuse", timeout=1)
    await service.kill()

    said = await writer.put("a", n=1)
    assert not said.taken
    assert "webhook" in said.message

    assert (await writer.delete("old")).taken
    assert (await writer.put("a", namespace="kube-system", bad=1)).taken
    assert (await writer.put("a", namespace="default", bad=1)).taken
    config_map = {"metadata": {"name": "a"}, "data": {"a": "b"}}
    assert (await writer.ask("POST", CONFIG_MAPS.format(writer.namespace), config_map)).taken

    await service.start()  # which has to write nothing that it would have to judge
    await eventually(writer.is_asked_about)
    assert (await writer.put("a", n=1)).taken


async def test_a_judge_that_is_late_is_told_in_words(admitting: Any, writer: Writer) -> None:
    service = await admitting(on_failure="refuse", timeout=0.3)
    (judge,) = judges(service)
    os.kill(judge, signal.SIGSTOP)
    try:
        said = await writer.put("a", n=1)
    finally:
        os.kill(judge, signal.SIGCONT)

    assert not said.taken
    assert "Galley cannot judge this now" in said.message
    assert 'outcome="unjudged_late"' in (await service.ask("GET", "/metrics")).body.decode()


async def test_a_worker_that_is_busy_does_not_keep_the_answer(
    admitting: Any, writer: Writer
) -> None:
    service = await admitting(timeout=5, patience=0.05)
    (judge,) = judges(service)
    (worker,) = [pid for pid in processes(service.process.pid) if pid != judge]
    os.kill(worker, signal.SIGSTOP)
    try:
        assert (await writer.put("a", n=1)).taken
        began = time.monotonic()
        for number in range(10):
            assert (await writer.put("a", n=number)).taken
        assert not (await writer.put("a", bad=1)).taken
        assert time.monotonic() - began < 4  # it is asked once and not again until it has answered
    finally:
        os.kill(worker, signal.SIGCONT)


def judges(service: Service) -> list[int]:
    """Ids of the processes that judge."""
    assert service.process
    return [
        pid
        for pid in processes(service.process.pid)
        if b"galley.judge" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


@contextlib.contextmanager
def stopped(service: Service) -> Iterator[None]:
    assert service.process
    service.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        service.process.send_signal(signal.SIGCONT)


async def heard(said: list[Said], more: int) -> None:
    """Wait for so many more answers."""
    wanted = len(said) + more
    await eventually(lambda: len(said) >= wanted)
