"""Commands that check: what they get, what goes wrong with them, and that nothing of them stays."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from galley.protocol.checking import Base, Content
from galley.settings import CheckSettings
from galley.worker.checks.asking import Outcome, ask
from galley.worker.checks.question import Changed, Question
from pipeline.model import Key, Level, Resource

DEADLINE = 20.0


def question(count: int = 1, *, data: str = "1") -> Question:
    keys = [Key("core/ConfigMap", "default", f"a{number:06}") for number in range(count)]
    held = {key: Resource.build(key, "v1", body={"data": {"x": data}}) for key in keys}
    content = Content(
        digest="00", environment="11", added=count, changed=0, deleted=0, resources=count
    )
    changes = tuple(Changed(key, None, held[key], None) for key in keys)
    return Question("mesh", Base(version=0, digest=""), content, changes, held)


async def outcome(folder: Path, asked: Question | None = None, /, **settings: Any) -> Outcome:
    check = CheckSettings.model_validate({"name": "guard", "folder": folder, **settings})
    async with asyncio.timeout(DEADLINE):
        return await ask(check, asked or question())


def shell(text: str) -> list[str]:
    return ["sh", "-c", text]


def messages(found: Outcome) -> list[str]:
    return [each.diagnostic.message for each in found.opinions]


@pytest.mark.parametrize(
    ("answer", "blocking"),
    [
        ("", False),
        ("{}", False),
        ('{"ok": true}', False),
        ("[]", False),
        ('{"ok": false, "message": "no"}', True),
        ('{"ok": false}', True),
        ('[{"message": "no"}]', True),
        ('{"message": "no"}', True),
        ('{"message": "hm", "level": "info"}', False),
        ('{"message": "no"}\n{"message": "hm", "level": "warning"}\n', True),
        ('{"diagnostics": [{"message": "no", "resource": "core/ConfigMap/default/a"}]}', True),
    ],
)
async def test_it_answers_in_one_of_these_forms(
    tmp_path: Path, answer: str, *, blocking: bool
) -> None:
    (tmp_path / "answer").write_text(answer)

    found = await outcome(tmp_path, command=shell("cat answer; cat >/dev/null"))

    assert (found.problem, found.blocking) == ("", blocking)


async def test_exit_code_1_is_no_and_the_errors_say_why(tmp_path: Path) -> None:
    found = await outcome(tmp_path, command=shell("echo too many replicas >&2; exit 1"))

    assert messages(found) == ["Check guard: too many replicas."]
    assert (found.problem, found.blocking) == ("", True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("exit 2", "it ended with exit code 2"),
        ("echo Traceback >&2; exit 7", "it ended with exit code 7: Traceback"),
        ("kill -SEGV $$", "it ended with signal 11"),
        ("echo hello", "line 1 of its answer is not JSON"),
        ("echo 17", "its answer is wrong at 0"),
        ("echo '[{}]'", "its answer is wrong at 0.message"),
        ("""echo '[{"message": "no", "what": 1}]'""", "its answer is wrong at 0.what"),
        ("""echo '{"message": "no", "resource": "x"}'""", "its answer is wrong: "),
        ("""echo '{"message": "no", "level": "fatal"}'""", "its answer is wrong at 0.level"),
        ("head -c 2000000 /dev/zero", "it answers more than 1,048,576 bytes"),
        ("cat /dev/zero", "it answers more than 1,048,576 bytes"),
    ],
)
async def test_anything_else_is_its_failure(tmp_path: Path, text: str, problem: str) -> None:
    refusing = await outcome(tmp_path, command=shell(text))
    warning = await outcome(tmp_path, command=shell(text), on_failure="warn")

    assert refusing.problem.startswith(problem)
    assert [each.diagnostic.level for each in refusing.opinions] == [Level.ERROR]
    assert [each.diagnostic.level for each in warning.opinions] == [Level.WARNING]
    assert messages(refusing)[0].startswith(f"Check guard could not be asked: {problem}")


async def test_what_is_not_there_cannot_be_started(tmp_path: Path) -> None:
    found = await outcome(tmp_path, command=["./nowhere"])

    assert found.problem == "./nowhere cannot be started: No such file or directory"


async def test_many_words_on_its_errors_do_not_stop_it(tmp_path: Path) -> None:
    found = await outcome(tmp_path, command=shell("head -c 3000000 /dev/zero >&2; echo '{}'"))

    assert (found.problem, found.blocking) == ("", False)


async def test_it_need_not_read(tmp_path: Path) -> None:
    """A document larger than any pipe, and a check that has seen enough."""
    found = await outcome(tmp_path, question(2000, data="x" * 2000), command=["true"])

    assert found.problem == ""


async def test_a_large_question_arrives_whole(tmp_path: Path) -> None:
    text = (
        "import json, sys\n"
        "asked = json.load(sys.stdin)\n"
        "both = len(asked['changes']), len(asked['resources'])\n"
        "print(json.dumps({'message': str(both), 'level': 'info'}))"
    )
    (tmp_path / "count.py").write_text(text)
    command = ["python3", "-S", "count.py"]

    found = await outcome(tmp_path, question(20_000), command=command, give="all", timeout=20)

    assert messages(found) == ["Check guard: (20000, 20000)."]


async def test_at_the_deadline_everything_it_has_started_is_killed(tmp_path: Path) -> None:
    text = "sleep 60 & echo $! > child; trap '' TERM; echo $$ > self; wait"
    begun = time.monotonic()

    found = await outcome(tmp_path, command=shell(text), timeout=0.5)

    assert time.monotonic() - begun < DEADLINE / 2
    assert found.problem == "it has not answered within 0.5 s"
    pids = [int((tmp_path / name).read_text()) for name in ("child", "self")]
    await gone(*pids)


async def test_what_it_leaves_behind_is_killed(tmp_path: Path) -> None:
    """A child that holds the output open does not hold up the answer."""
    text = "sleep 60 & echo $! > child; echo '{}'"

    found = await outcome(tmp_path, command=shell(text))

    assert (found.problem, found.blocking) == ("", False)
    await gone(int((tmp_path / "child").read_text()))


async def test_it_sees_only_the_variables_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMEBODYS_SECRET", "s3")
    monkeypatch.setenv("MINE", "m1")
    (tmp_path / "token").write_text("t2\n")
    variables = {"A": "text", "B": {"env": "MINE"}, "C": {"file": str(tmp_path / "token")}}

    await outcome(tmp_path, command=shell("env > seen"), environment=variables)

    seen = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines())
    assert (seen["A"], seen["B"], seen["C"]) == ("text", "m1", "t2")
    assert "SOMEBODYS_SECRET" not in seen
    assert seen["PATH"] == os.environ["PATH"]


async def test_a_secret_that_is_not_there_is_its_failure(tmp_path: Path) -> None:
    unset = await outcome(tmp_path, command=["true"], environment={"A": {"env": "NOT_SET_AT_ALL"}})
    absent = await outcome(tmp_path, command=["true"], environment={"A": {"file": "/nowhere/x"}})

    assert unset.problem == "environment variable 'NOT_SET_AT_ALL' is empty or not set"
    assert absent.problem == "file '/nowhere/x' cannot be read: No such file or directory"


async def test_a_late_check_waits_and_is_tried_again(
    new_rig: Any, make: Any, script: Callable[..., Any]
) -> None:
    """`refuse`: the candidate waits, says why, and is published as soon as the check answers."""
    check = script("")
    rig = await new_rig(checks=(check.settings(timeout=0.5),))
    await rig.until(lambda: rig.version == 1)
    check.says("signal.pause()")
    rig.put("a", make("a", x="1"))

    async def failed() -> bool:
        found = await rig.ask("diagnostics")
        return [each["code"] for each in found] == ["GAL0712"]

    await rig.eventually(failed)
    assert (rig.version, rig.names()) == (1, {})
    check.says("")
    await rig.until(lambda: "a" in rig.names())

    def told() -> dict[str, Any]:
        (one,) = rig.health["health"]["checks"]
        return dict(one)

    await rig.until(lambda: told()["failed"] and told()["passed"])
    assert told()["name"] == "guard"
    assert told()["seconds"] >= 0.5


async def test_warn_publishes_all_the_same(
    new_rig: Any, make: Any, script: Callable[..., Any]
) -> None:
    check = script("sys.exit(3)")
    rig = await new_rig(checks=(check.settings(on_failure="warn"),))
    rig.put("a", make("a", x="1"))

    await rig.until(lambda: "a" in rig.names())

    found = await rig.ask("diagnostics")
    assert [(each["code"], each["level"]) for each in found] == [("GAL0712", "warning")]


async def test_a_worker_that_stops_leaves_no_check_behind(
    new_rig: Any, make: Any, script: Callable[..., Any]
) -> None:
    check = script("")
    rig = await new_rig(checks=(check.settings(timeout=60),))
    await rig.until(lambda: rig.version == 1)
    check.says("(here / 'pid').write_text(str(os.getpid())); signal.pause()")
    rig.put("a", make("a", x="1"))
    pid = check.folder / "pid"

    async def runs() -> bool:
        return pid.exists() and bool(pid.read_text())

    await rig.eventually(runs)
    begun = time.monotonic()
    await rig.restart(replay=False)

    assert time.monotonic() - begun < DEADLINE / 2
    await gone(int(pid.read_text()))


async def gone(*pids: int) -> None:
    async with asyncio.timeout(DEADLINE):
        while any(map(alive, pids)):  # noqa: ASYNC110  # the kernel tells nobody
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
