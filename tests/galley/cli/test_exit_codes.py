"""What every command's exit code means, in a table."""

from typing import Any

import pytest

from galley.cli.failure import Exit
from galley.protocol.control import Method
from galley.protocol.results import DeliveryResult
from galley.server.problems import problem

REASON = ("--reason", "because")


def delivery(outcome: str) -> dict[str, Any]:
    return {"version": 3, "connected": 2, "had": 1, "missing": [], "outcome": outcome}


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("usage", Exit.USAGE),
        ("not-found", Exit.NEGATIVE),
        ("refused", Exit.NEGATIVE),
        ("timed-out", Exit.TIMED_OUT),
        ("conflict", Exit.CONFLICT),
        ("unavailable", Exit.USAGE),
        ("internal", Exit.USAGE),
    ],
)
def test_a_refusal_has_the_exit_code_of_its_kind(
    served: Any, galley: Any, backend: Any, code: str, exit_code: int
) -> None:
    """One line says why, one what to do; nothing else is printed."""
    backend.answers[Method.ROLLBACK] = problem(code, "Because of that.", remedy="Do this.")
    with served():
        result = galley("rollback", "1", *REASON)

    assert result == (exit_code, "", "error: Because of that.\n       Do this.\n")


@pytest.mark.parametrize(
    ("outcome", "exit_code"),
    [
        ("acked", Exit.DONE),
        ("no-subscribers", Exit.DONE),
        ("timed-out", Exit.TIMED_OUT),
        ("refused", Exit.REFUSED),
    ],
)
def test_a_rollback_ends_as_its_delivery_did(  # fixtures and a table
    served: Any,
    galley: Any,
    backend: Any,
    published: Any,
    monkeypatch: pytest.MonkeyPatch,
    outcome: str,
    exit_code: int,
) -> None:
    backend.answers[Method.ROLLBACK] = published(3)
    with served():
        line = backend.lines["default"]

        async def delivered(version: int, **_: Any) -> Any:
            return DeliveryResult.model_validate(delivery(outcome))

        # Real subscribers are in the journeys; here only the mapping is under test.
        monkeypatch.setattr(line, "delivered", delivered)
        result = galley("rollback", "1", *REASON)

    assert result.code == exit_code


@pytest.mark.parametrize(
    ("answer", "exit_code"),
    [
        ({"done": True, "outcome": "live"}, Exit.DONE),
        ({"done": False, "outcome": "blocked"}, Exit.NEGATIVE),
        ({"done": False, "outcome": "rolled-back", "rolled_back_by": 4}, Exit.NEGATIVE),
        ({"done": False, "outcome": "timed-out"}, Exit.TIMED_OUT),
    ],
)
def test_waiting_ends_as_the_revision_did(
    served: Any, galley: Any, backend: Any, answer: dict[str, Any], exit_code: int
) -> None:
    backend.answers[Method.CHECKPOINT] = {"version": 3, "revision": "ab12cd3", **answer}
    with served():
        result = galley("wait", "--revision", "ab12cd3", "--timeout", "100ms")

    assert result.code == exit_code


def test_diff_is_1_when_something_differs_and_0_when_not(
    served: Any, galley: Any, backend: Any, published: Any
) -> None:
    differing = published(3)["diff"]
    same = {**differing, "resources": [], "counts": {**differing["counts"], "changed": 0}}
    with served():
        backend.answers[Method.DIFF] = differing
        assert galley("diff").code == Exit.NEGATIVE
        backend.answers[Method.DIFF] = same
        assert galley("diff", "1", "2").code == Exit.DONE


def test_diagnostics_are_1_when_there_is_an_error(served: Any, galley: Any, backend: Any) -> None:
    with served():
        for level, code in (("error", Exit.NEGATIVE), ("warning", Exit.DONE)):
            found = {"code": "GAL0601", "level": level, "message": "No.", "resource": ""}
            backend.answers[Method.DIAGNOSTICS] = [found]
            assert galley("diagnostics").code == code
        backend.answers[Method.DIAGNOSTICS] = []
        assert galley("diagnostics").err == "Nothing is wrong.\n"


def test_one_resource_that_is_not_there_is_1(served: Any, galley: Any, backend: Any) -> None:
    """A list that is empty is an answer; a name that is not found is a negative one."""
    empty = {"channel": "default", "version": 3, "digest": "", "resources": [], "next": ""}
    backend.answers[Method.RESOURCES] = empty
    with served():
        assert galley("get", "ConfigMap", "nope").code == Exit.NEGATIVE
        assert galley("get", "ConfigMap").code == Exit.DONE


def test_status_is_1_when_a_channel_is_not_ready(served: Any, galley: Any, backend: Any) -> None:
    with served():
        assert galley("status").code == Exit.DONE
        backend.states[0] = backend.states[0].model_copy(update={"ready": False})
        assert galley("status").code == Exit.NEGATIVE


@pytest.mark.parametrize(
    "arguments",
    [
        ("rollback",),
        ("rolback",),
        ("get", "--no-such-option"),
        ("hold", *REASON, "--for", "soon"),
        ("get", "-n", "prod", "-A"),
        ("get", "-w", "--version", "3"),
        ("wait",),
        ("wait", "--version", "3", "--revision", "ab12cd3"),
        ("rollback", *REASON, "--for", "2h"),
        ("publish", *REASON, "--candidate", "x", "--override-quarantine"),
        ("diff", "1", "soon"),
        ("validate",),
        ("plan", "/nonexistent"),
        ("status", "--server", "ftp://x"),
        ("status", "--server", "http://127.0.0.1:99999"),
        ("status", "--server", "http://["),
        ("rollback", "--reason", " "),
        ("backup", "../elsewhere.db"),
        ("serve",),
        ("serve", "--source", "/nonexistent"),
        ("serve", "-c", "/nonexistent.yaml"),
        ("purge", "core/ConfigMap/a/b", *REASON),
        ("test", "/nonexistent"),
        ("restore", "/nonexistent", *REASON),
        ("check", "--data-dir", "/nonexistent"),
    ],
    ids=" ".join,
)
def test_usage_is_2_and_never_a_traceback(galley: Any, arguments: tuple[str, ...]) -> None:
    result = galley(*arguments)

    assert result.code == Exit.USAGE
    assert result.out == ""
    assert result.err
    assert "Traceback" not in result.err
