"""What only a store in another process can suffer: its connection goes."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from galley.store.builtin import open_store
from galley.store.errors import StoreUnavailableError, WriterLostError
from galley.store.sql import SqlStore

pytestmark = pytest.mark.postgres


@pytest.fixture
def address(postgres: str) -> str:
    """On PostgreSQL only."""
    return postgres


def _cut_off(address: str) -> None:
    """End every other session of the server, as a restart of it would."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND application_name LIKE 'galley%'"
        )


def test_a_lost_connection_is_said_once_and_mended(book: Any, address: str) -> None:
    """The first call fails and says so; the next finds the store as it was."""
    book.publish({"a": 1})
    _cut_off(address)
    with pytest.raises(StoreUnavailableError):
        book.store.head()
    assert book.store.head().number == 1
    assert book.publish({"a": 2}).number == 2


def test_a_commit_that_is_cut_off_leaves_nothing(
    book: Any, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of staging; the same commit succeeds afterwards."""
    book.publish({"a": 1})
    cut = [lambda: _cut_off(address)]
    monkeypatch.setattr(book.store, "_failpoints", lambda _: cut.pop()() if cut else None)
    changes = {f"n{n}": 1 for n in range(600)}
    with pytest.raises(StoreUnavailableError):
        book.publish(changes)
    assert dict(book.store.outputs(1)) == book.outputs[1]
    book.publish(changes)
    assert list(book.store.check()) == []


def test_a_writer_that_was_replaced_while_cut_off_is_lost(
    book: Any, address: str, channel: str, opened: Callable[..., SqlStore]
) -> None:
    """It gets its connection back, but never writes again."""
    book.publish({"a": 1})
    _cut_off(address)
    open_store(address, channel).close()
    with pytest.raises(StoreUnavailableError):
        book.store.head()
    with pytest.raises(WriterLostError):
        book.publish({"a": 2})


def test_a_server_that_is_not_there(tmp_path: Any) -> None:
    with pytest.raises(StoreUnavailableError):
        open_store(f"postgresql://nobody@/none?host={tmp_path}", "mesh")
