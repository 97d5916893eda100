"""What a check says becomes opinions; what is not an answer is its failure."""

from collections.abc import Iterator
from typing import Any

import orjson
from pydantic import ValidationError

from galley.protocol.checking import DIAGNOSTICS, CheckAnswer, CheckDiagnostic
from galley.worker.checks.command import Ran
from galley.worker.checks.trouble import CheckError
from pipeline.engine.opinions import Opinion
from pipeline.model import Diagnostic, Key, Level
from pipeline.model.messages.gate import CHECK_FAILED, CHECK_SAYS

SHOWN = 1000
"""Characters of one message that are kept."""

ANSWERS = frozenset({"ok", "diagnostics"})
"""Fields of an answer that a diagnostic does not have."""

SILENT = "it says no and not why"


def of_command(check: str, ran: Ran) -> tuple[Opinion, ...]:
    """What a command says: exit code 0 yes, 1 no, anything else that it did not work.

    Raises:
        CheckError: it did not work, or its output is no answer.
    """
    errors = " ".join(ran.errors.decode("utf-8", "replace").split())
    if ran.code not in (0, 1):
        ended = f"signal {-ran.code}" if ran.code < 0 else f"exit code {ran.code}"
        raise CheckError(f"it ended with {ended}" + (f": {errors[:SHOWN]}" if errors else ""))
    answer = _parsed(ran.output)
    if ran.code == 1 and answer.ok:
        answer = answer.model_copy(update={"ok": False, "message": answer.message or errors})
    return tuple(_opinions(check, answer))


def of_service(check: str, body: bytes) -> tuple[Opinion, ...]:
    """What a service says.

    Raises:
        CheckError: its body is no answer.
    """
    return tuple(_opinions(check, _parsed(body)))


def of_failure(check: str, problem: str, level: Level) -> Opinion:
    """What is said for a check that could not be asked."""
    found = CHECK_FAILED.report(check=check, problem=problem, level=level)
    return Opinion(check, CHECK_FAILED.code, found)


def _parsed(text: bytes) -> CheckAnswer:
    """An answer, one diagnostic, a list of them, or one a line; nothing is yes."""
    if not text.strip():
        return CheckAnswer()
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = list(_lines(text))
    try:
        if isinstance(found, dict) and ("message" not in found or found.keys() & ANSWERS):
            return CheckAnswer.model_validate(found)
        listed = found if isinstance(found, list) else [found]
        return CheckAnswer(diagnostics=DIAGNOSTICS.validate_python(listed))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise CheckError(f"its answer is wrong at {where or 'the top'}: {first['msg']}") from None


def _lines(text: bytes) -> Iterator[Any]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError:
                raise CheckError(f"line {number} of its answer is not JSON") from None


def _opinions(check: str, answer: CheckAnswer) -> Iterator[Opinion]:
    for one in answer.diagnostics:
        yield _opinion(check, one)
    if not answer.ok and not any(one.level == "error" for one in answer.diagnostics):
        yield _opinion(check, CheckDiagnostic(message=answer.message or SILENT))


def _opinion(check: str, one: CheckDiagnostic) -> Opinion:
    key, related = _key(one.resource), tuple(map(_key, one.related))
    found: Diagnostic = CHECK_SAYS.report(
        key=key,
        path=tuple(one.path),
        related=tuple(each for each in related if each),
        level=Level(one.level),
        check=check,
        code=f" ({one.code})" if one.code else "",
        message=_sentence(one.message),
    )
    return Opinion(check, one.code, found)


def _key(text: str) -> Key | None:
    """The key that a check names.

    Raises:
        CheckError: it is none.
    """
    if not text:
        return None
    try:
        return Key.parse(text)
    except ValueError as error:
        raise CheckError(f"its answer is wrong: {error}") from None


def _sentence(text: str) -> str:
    plain = " ".join(text.split())[:SHOWN]
    return plain if plain.endswith((".", "!", "?")) else f"{plain}."
