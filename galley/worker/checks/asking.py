"""One check, asked about one content: in time, or not at all."""

import asyncio
import logging
import time
from dataclasses import dataclass

from galley.settings import CheckSettings
from galley.worker.checks import answering, command
from galley.worker.checks.question import Question
from galley.worker.checks.secrets import revealed
from galley.worker.checks.trouble import CheckError
from pipeline.engine.opinions import Opinion
from pipeline.model import Level

log = logging.getLogger("galley.checks")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking a check."""

    opinions: tuple[Opinion, ...]
    problem: str = ""
    """Why it could not be asked; empty if it has answered."""
    seconds: float = 0.0

    @property
    def blocking(self) -> bool:
        return any(opinion.diagnostic.blocking for opinion in self.opinions)


async def ask(check: CheckSettings, question: Question) -> Outcome:
    """Ask a check; what goes wrong is an opinion of the level that its settings say."""
    begun = time.monotonic()
    try:
        async with asyncio.timeout(check.timeout):
            opinions = await _asked(check, question)
        return Outcome(opinions, seconds=time.monotonic() - begun)
    except TimeoutError:
        problem = f"it has not answered within {check.timeout:g} s"
    except CheckError as error:
        problem = str(error)
    except Exception as error:  # a defect here must not stop the channel
        log.exception("Check %s cannot be asked.", check.name)
        problem = f"of a defect in Galley: {type(error).__name__}"
    level = Level.ERROR if check.on_failure == "refuse" else Level.WARNING
    failure = answering.of_failure(check.name, problem, level)
    return Outcome((failure,), problem, time.monotonic() - begun)


async def _asked(check: CheckSettings, question: Question) -> tuple[Opinion, ...]:
    document = question.document(check)
    if check.command:
        variables = await revealed(check.environment)
        ran = await command.run(check.command, check.folder, variables, document)
        return answering.of_command(check.name, ran)
    # Who calls no service need not load the library for it: some 15 MB in each worker.
    from galley.worker.checks.calling import call  # noqa: PLC0415  # see above

    headers = await revealed(check.headers)
    return answering.of_service(check.name, await call(check.url, headers, document))
