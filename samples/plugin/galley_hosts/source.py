"""A source: each row of a CSV table with the columns name, host and port becomes a ServiceEntry.

The table is one locator: it is accepted or refused as a whole, as a file of manifests is.
"""

import asyncio
import csv
import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from pipeline.model import Batch, Broken, Change, Key, Located, Origin, Place, Read, Resource
from pipeline.model import Path as FieldPath
from pipeline.model.diagnostic import Diagnostic, Level
from pipeline.model.messages.message import Message
from sources.settings import PluginSettings, Seconds
from sources.source import Emit, SourceContext, SourceHealth

COLLECTION, API_VERSION = "networking.istio.io/ServiceEntry", "networking.istio.io/v1"

BAD_ROW = Message(
    code="HOSTS01",
    level=Level.ERROR,
    title="bad row",
    template="The row is not usable: {problem}.",
    meaning="The table is not used: everything that it last held stays as it was.",
    example="payments,api.example.net,https",
    remedy="Write name, host and a port number.",
)
UNREADABLE = Message(
    code="HOSTS02",
    level=Level.ERROR,
    title="table cannot be read",
    template="The table cannot be read: {problem}.",
    meaning="Everything that it last held stays as it was.",
    example="The file is not there.",
    remedy="Bring the file back.",
)


class Options(BaseModel):
    """What stands under `options:` in the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every: Seconds = 5.0
    """Seconds between two looks."""


class HostsSource:
    """Reads the table again and again; see `sources.source.Source` for what it promises."""

    def __init__(self, settings: PluginSettings, context: SourceContext) -> None:  # noqa: ARG002  # no limits here
        self.name = settings.name
        self._namespace = settings.default_namespace
        if settings.path is None:
            raise ValueError("give the table as `path`")
        self._table = settings.path
        self._every = Options.model_validate(settings.options).every
        self._health = SourceHealth()
        self._look = asyncio.Event()

    async def run(self, emit: Emit) -> None:
        last: Change | None = None
        while True:
            self._look.clear()
            try:
                text = await asyncio.to_thread(self._table.read_text, encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                problem = UNREADABLE.report(problem=str(error))
                self._health = replace(self._health, problem=problem.at(self.name, self._locator))
            else:
                change = self._read(text)
                if change != last:
                    await emit(Batch(self.name, (change,), complete=True))
                    last = change
                revision = hashlib.sha256(text.encode()).hexdigest()
                self._health = SourceHealth(
                    synced=True, last_read=time.time(), revision=revision, locators=1
                )
            await self._rest()

    def health(self) -> SourceHealth:
        return self._health

    def hint(self) -> None:
        self._look.set()

    def locate(self, origin: Origin, path: FieldPath) -> Place | None:  # noqa: ARG002  # a row is one
        return Place(origin.line, 1)

    def link(self, origin: Origin) -> str:  # noqa: ARG002  # a table is on nobody's web page
        return ""

    @property
    def _locator(self) -> str:
        return self._table.name

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._every):
                await self._look.wait()
        except TimeoutError:
            pass  # time for the next look

    def _read(self, text: str) -> Change:
        """The table as a change: read whole, or broken."""
        errors: list[Diagnostic] = []
        found = tuple(self._rows(text, errors))
        return Broken(self._locator, tuple(errors)) if errors else Read(self._locator, found)

    def _rows(self, text: str, errors: list[Diagnostic]) -> Iterator[Located]:
        seen: dict[str, int] = {}
        rows = csv.DictReader(text.splitlines())
        for row in rows:
            line = rows.line_num
            problem = _problem(row, seen)
            if problem:
                errors.append(BAD_ROW.report(problem=problem).at(self.name, self._locator, line, 1))
                continue
            seen[row["name"]] = line
            origin = Origin(self.name, "", self._locator, line)
            yield Located(_entry(self._namespace, row), origin)


def _problem(row: dict[str, str], seen: dict[str, int]) -> str:
    if not all(row.get(column) for column in ("name", "host", "port")):
        return "name, host and port are needed"
    if not row["port"].isdecimal() or not 0 < int(row["port"]) < 65536:
        return f"{row['port']!r} is no port"
    if row["name"] in seen:
        return f"{row['name']!r} is on line {seen[row['name']]} already"
    return ""


def _entry(namespace: str, row: dict[str, str]) -> Resource:
    port = {"number": int(row["port"]), "name": "tls", "protocol": "TLS"}
    spec = {
        "hosts": [row["host"]],
        "ports": [port],
        "resolution": "DNS",
        "location": "MESH_EXTERNAL",
    }
    return Resource.build(Key(COLLECTION, namespace, row["name"]), API_VERSION, body={"spec": spec})
