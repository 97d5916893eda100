"""What is logged, and how: text on a terminal, one JSON object a line elsewhere.

Modules log through the standard library (`logging.getLogger("galley...")` with `%s` arguments and
an `extra` mapping); structlog renders. Whatever is called like a secret is masked before it is
rendered, wherever it comes from.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from galley.settings import LogSettings

SECRET = re.compile(
    r"token|password|secret|authorization|private_key|credential_value", re.IGNORECASE
)
BEARER = re.compile(r"(?i)\b(bearer\s+)\S+")
URL_PASSWORD = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s:/@]+:)[^\s@]+@")
MASK = "***"


def configure(settings: LogSettings, *, stream: TextIO | None = None, **about: Any) -> None:
    """Put the settings in force for the whole process; `about` stands in every line."""
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    as_text = settings.format == "text" or (settings.format == "auto" and target.isatty())
    handler.setFormatter(_formatter(target, about, as_text=as_text))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


def _formatter(
    target: TextIO, about: dict[str, Any], *, as_text: bool
) -> structlog.stdlib.ProcessorFormatter:
    def add_facts(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {**about, **event}

    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_facts,
    ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *([] if as_text else [structlog.processors.format_exc_info]),
            mask,
            _renderer(target, as_text=as_text),
        ],
    )


def _renderer(target: TextIO, *, as_text: bool) -> Processor:
    if as_text:
        return structlog.dev.ConsoleRenderer(
            colors=target.isatty(),
            pad_event_to=0,
            exception_formatter=structlog.dev.plain_traceback,  # a rich one shows local values
        )
    return structlog.processors.JSONRenderer()


def mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace secrets in names, text and nested values of a log line."""
    return {name: _masked(name, value) for name, value in event.items()}


def _masked(name: str, value: Any) -> Any:
    if SECRET.search(name) and value:
        return MASK
    if isinstance(value, str):
        return URL_PASSWORD.sub(rf"\1{MASK}@", BEARER.sub(rf"\1{MASK}", value))
    if isinstance(value, dict):
        return {key: _masked(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked("", item) for item in value]
    return value
