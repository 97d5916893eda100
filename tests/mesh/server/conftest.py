"""Nothing that a client does is an error of the server, or leaves anything behind."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_asyncio import is_async_test

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all: gRPC has one queue of events in a process, and what is left of one
    loop disturbs the next."""
    for item in items:
        if HERE in item.path.parents and is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(autouse=True)
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The log; a traceback in it fails any test, as does what gRPC or asyncio complains of."""
    caplog.set_level(logging.INFO)
    yield caplog
    amiss = [each for each in caplog.records if each.exc_info or _complains(each)]
    assert [each.getMessage() for each in amiss] == []


def _complains(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING and record.name.startswith(("grpc", "asyncio"))
