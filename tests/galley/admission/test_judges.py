"""Judges that start, fail and are replaced; asked as an API server asks."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from galley.admission import admission, channel, judges
from galley.admission.judges import JudgeProcess
from galley.server.backend import BackendError
from pipeline.environment import EnvironmentSpec
from tests.galley.admission.conftest import GOOD, POLICY, ask, settings_of
from tests.journeys.conftest import eventually, processes


async def test_a_judge_that_starts_is_not_taken_for_one_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judges, "STUCK", 0.0)
    settings = settings_of(tmp_path)
    judge = JudgeProcess(settings.channels[0], EnvironmentSpec().content(), settings.log)
    running = asyncio.create_task(judge.run())

    async def ready() -> bool:
        if not judge.ready.is_set():
            with pytest.raises(BackendError):
                await judge.opinion("cluster", b"", within=5)
        return judge.ready.is_set()

    await eventually(ready, within=10)
    assert not judge.problem
    await judge.stop(within=5)
    await running


async def test_rules_that_take_long_to_know_take_over_in_the_end(
    admitting: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(admission, "AGAIN", 0.01)
    running, worker = await admitting(settings_of(tmp_path))
    await eventually(lambda: worker.registered)
    assert (await ask(running, worker, other=1))["allowed"]
    monkeypatch.setattr(channel, "READY_WITHIN", 0.0)
    rule = {**POLICY, "rule": "!has(object.spec.other)"}
    worker.environment = EnvironmentSpec(policies=(rule,)).content()
    running.changed("mesh")

    await eventually(lambda: "The former one goes on" in caplog.text)
    assert (await ask(running, worker, bad=1))["allowed"] is False
    monkeypatch.setattr(channel, "READY_WITHIN", 60.0)

    async def by_the_new_ones() -> bool:
        return (await ask(running, worker, other=1))["allowed"] is False

    await eventually(by_the_new_ones)


async def test_no_cluster_is_to_ask_before_somebody_judges(
    admitting: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    running, worker = await admitting(settings_of(tmp_path), b"no environment")
    await eventually(lambda: "cannot judge" in caplog.text)
    assert worker.registered is None

    worker.environment = GOOD
    running.changed("mesh")

    await eventually(lambda: worker.registered)
    assert (await ask(running, worker))["allowed"]


async def test_a_cluster_is_to_ask_once_its_source_is_known_to_who_judges(
    admitting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings are taken over while the next judge starts, which does not know them yet."""
    monkeypatch.setattr(admission, "AGAIN", 0.01)
    running, worker = await admitting(settings_of(tmp_path))
    await eventually(lambda: worker.registered)
    worker.environment = EnvironmentSpec().content()
    running.changed("mesh")
    before = len(processes(os.getpid()))
    await eventually(lambda: len(processes(os.getpid())) > before)

    (worker.settings,) = settings_of(tmp_path, source="other").channels

    await eventually(lambda: "other" in worker.registered["paths"])
    assert await ask(running, worker, source="other") is not None


async def test_another_judges_when_part_of_the_rules_has_expired(
    admitting: Any, tmp_path: Path
) -> None:
    """Their content is the same then, and they mean something else."""
    running, worker = await admitting(settings_of(tmp_path))
    await eventually(lambda: worker.registered)
    before = set(processes(os.getpid()))

    worker.expired = ["Exemption 1 from policy no-bad"]
    running.changed("mesh")

    await eventually(lambda: set(processes(os.getpid())) - before)
    assert (await ask(running, worker, bad=1))["allowed"] is False


async def test_a_channel_may_be_called_as_anything(admitting: Any, tmp_path: Path) -> None:
    """Whatever runs beside its own task is ended as well."""
    before = asyncio.all_tasks()
    running, worker = await admitting(settings_of(tmp_path, "certificates"))
    await eventually(lambda: worker.registered)

    await running.stop()

    assert asyncio.all_tasks() <= before
