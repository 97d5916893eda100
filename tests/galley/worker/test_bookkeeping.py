"""What is written beside versions: only what is so, and until it is written."""

from pathlib import Path
from typing import Any

import pytest

from galley.settings import ChannelSettings
from galley.worker.bookkeeping import Bookkeeping
from galley.worker.channel import Channel, new_gate
from galley.worker.environment_files import EnvironmentFiles
from pipeline.engine.candidate import Candidate
from pipeline.engine.observed import Observed
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Batch, Diagnostic, Level, Located, Origin, Read


@pytest.fixture
def channel(make: Any) -> Channel:
    """A channel whose source has just said something at revision r1; nothing is published."""
    settings = ChannelSettings.model_validate({"sources": [{"type": "memory", "name": "memory"}]})
    environment = Environment.build(EnvironmentSpec())
    ledger, gate = new_gate(environment, settings)
    files = EnvironmentFiles(settings, Path())
    nobody: Any = None  # neither store nor service is asked here
    held = Read("a", (Located(make("a", x="1"), Origin("memory", "r1", "a", 1)),))
    ledger.receive(Batch("memory", (held,), "r1", complete=True))
    observed = Observed(ledger.observed)
    return Channel(settings, files, nobody, nobody, environment, ledger, gate, observed)


def candidate(channel: Channel, *waiting: Diagnostic) -> Candidate:
    units = frozenset(channel.ledger.units())
    words = {"memory": dict(channel.ledger.sources["memory"].pending)}
    return Candidate(units, (), {}, b"", 0, 0, 0, 0, waiting=waiting, words=words)


def test_a_revision_that_waits_is_not_embodied(channel: Channel) -> None:
    wrong = Diagnostic("GAL0101", Level.ERROR, "It is broken.")

    facts = Bookkeeping(channel).facts(candidate(channel, wrong), (), ())

    assert not facts.checkpoints
    assert [state.revision for state in facts.sources] == [""]


def test_facts_are_gathered_again_until_they_are_written(channel: Channel) -> None:
    books = Bookkeeping(channel)
    refused = books.facts(candidate(channel), (), ())

    again = books.facts(candidate(channel), (), ())
    books.written(again)
    channel.ledger.accept(candidate(channel))
    after = books.facts(candidate(channel), (), ())

    assert [item.revision for item in refused.checkpoints] == ["r1"]
    assert [item.revision for item in again.checkpoints] == ["r1"]
    assert [state.revision for state in again.sources] == ["r1"]
    assert not after.checkpoints
    assert not after.sources
