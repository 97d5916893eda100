"""`-o json` prints exactly the result models, and errors are documents too."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from galley.protocol import results
from galley.protocol.control import Method
from galley.server.problems import problem

REASON = ("--reason", "because")
HOLD = {"id": "7f", "cause": "operator", "reason": "because", "author": "me", "time": 1.0}
RESOURCE = {
    "collection": "core/ConfigMap",
    "namespace": "prod",
    "name": "settings",
    "api_version": "v1",
    "digest": "aa",
    "version": 3,
    "manifest": {"apiVersion": "v1", "kind": "ConfigMap"},
}
PAGE = {"channel": "default", "version": 3, "digest": "aa", "resources": [RESOURCE], "next": ""}
QUARANTINED = {
    "source": "files",
    "resource": "core/ConfigMap/prod/settings",
    "digest": "aa",
    "rollback": 3,
    "target": 1,
    "time": 1.0,
    "reason": "because",
    "lifts": "Something else.",
}
AUDIT = {
    "id": 1,
    "time": 1.0,
    "actor": "me",
    "origin": "local",
    "action": "hold",
    "reason": "because",
    "outcome": "done",
    "details": {"for": 2},
}
TRACE = {
    "resource": "core/ConfigMap/prod/settings",
    "source": "files",
    "file": "a.yaml",
    "line": 3,
    "revision": "",
    "state": "live",
    "stages": [],
    "versions": [3],
    "diagnostics": [],
}
CHECKS = {"ok": True, "checks": [{"subject": "store", "ok": True}]}

COMMANDS: list[tuple[tuple[str, ...], Method | None, Any, Any]] = [
    (("status",), None, None, results.StatusResult),
    (("get",), Method.RESOURCES, PAGE, results.ResourcesResult),
    (("sources",), Method.SOURCES, [], list[results.SourceResult]),
    (("subscribers",), None, None, list[results.SubscriberResult]),
    (("diagnostics",), Method.DIAGNOSTICS, [], list[results.DiagnosticResult]),
    (("trace", "core/ConfigMap/prod/settings"), Method.TRACE, TRACE, results.TraceResult),
    (("hold", *REASON), Method.HOLD, HOLD, results.HoldResult),
    (("resume",), Method.RESUME, {"lifted": [HOLD]}, results.ResumeResult),
    (("quarantine",), Method.QUARANTINE, [QUARANTINED], list[results.QuarantineResult]),
    (("audit",), Method.AUDIT, [AUDIT], list[results.AuditResult]),
    (
        ("backup", "one.db"),
        Method.BACKUP,
        {"path": "/x/one.db", "version": 3, "bytes": 10},
        results.BackupResult,
    ),
    (
        ("purge", "core/ConfigMap/prod/settings", "--yes", *REASON),
        Method.PURGE,
        {"resource": "core/ConfigMap/prod/settings", "versions": [1, 2]},
        results.PurgeResult,
    ),
    (("resend",), None, None, results.ResendResult),
    (("reload",), None, None, results.ReloadResult),
    (("check",), Method.CHECK, CHECKS, results.ChecksResult),
]


@pytest.mark.parametrize(
    ("command", "method", "answer", "model"), COMMANDS, ids=[each[0][0] for each in COMMANDS]
)
def test_the_output_is_the_model(  # noqa: PLR0917  # fixtures and a table
    served: Any,
    galley: Any,
    backend: Any,
    tmp_path: Any,
    command: tuple[str, ...],
    method: Method | None,
    answer: Any,
    model: Any,
) -> None:
    """No key is missing, none is unknown, and all of it is one JSON value."""
    if method:
        backend.answers[method] = answer
    with served(data_dir=str(tmp_path)):
        result = galley(*command, "-o", "json")
    printed = json.loads(result.out)
    adapter = TypeAdapter[Any](model)

    assert adapter.dump_python(adapter.validate_python(printed), mode="json") == printed


def test_history_diff_and_rollback_print_theirs(
    served: Any, galley: Any, backend: Any, version: Any, published: Any
) -> None:
    history = {"channel": "default", "lineage": "l", "versions": [version(3)]}
    backend.answers[Method.HISTORY] = history
    backend.answers[Method.DIFF] = published(3)["diff"]
    backend.answers[Method.ROLLBACK] = published(3, dry_run=True)
    models: list[tuple[tuple[str, ...], type[BaseModel]]] = [
        (("history",), results.HistoryResult),
        (("diff",), results.DiffResult),
        (("rollback", "--dry-run", *REASON), results.PublishResult),
    ]
    with served():
        for command, model in models:
            printed = json.loads(galley(*command, "-o", "json").out)
            assert model.model_validate(printed).model_dump(mode="json") == printed


def test_an_error_is_a_document_on_standard_error(served: Any, galley: Any, backend: Any) -> None:
    backend.answers[Method.HOLD] = problem("conflict", "Somebody was faster.", remedy="Look.")
    with served():
        result = galley("hold", *REASON, "-o", "json")
    found = json.loads(result.err)

    assert (result.code, result.out) == (5, "")
    assert (found["code"], found["detail"], found["remedy"]) == (
        "conflict",
        "Somebody was faster.",
        "Look.",
    )
