"""Taking over changed settings without a restart: subscribers notice nothing of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from galley.settings import ChannelSettings
from galley.worker.channel import Channel
from galley.worker.checks.checking import Checking
from galley.worker.environment_files import EnvironmentFiles
from galley.worker.environments import Environments
from galley.worker.findings import Findings
from galley.worker.intake import Intake
from galley.worker.keeper import Keeper
from galley.worker.problems import RefusedError, conflict
from pipeline.engine.inputs import SourceInputs, UnitOf
from pipeline.environment import InvalidEnvironmentError


class Reconfiguring:
    """Replaces a running channel's settings."""

    def __init__(
        self,
        channel: Channel,
        environments: Environments,
        intake: Intake,
        keeper: Keeper,
        findings: Findings,
        checking: Checking,
        followers: Sequence[Callable[[], Awaitable[None]]],
    ) -> None:
        """`followers`: who else looks at the settings, and at the environment, once they change."""
        self._channel = channel
        self._environments = environments
        self._intake = intake
        self._keeper = keeper
        self._findings = findings
        self._checking = checking
        self._followers = followers

    async def answer(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Take over `{settings, max_message}`, or with `dry_run` say what they would newly refuse:
        `{warnings, refused: [DiagnosticResult], changed}`."""
        settings = ChannelSettings.model_validate(params["settings"])
        files = EnvironmentFiles(settings, self._channel.files.folder)
        try:
            outlook = await self._outlook(files)
        except InvalidEnvironmentError as error:
            shown = await self._findings.shown(error.diagnostics)
            raise RefusedError(
                "refused", "The environment of these settings is invalid.", diagnostics=shown
            ) from error
        if not params.get("dry_run"):
            await self._take_over(settings, files)
            for forms in self._channel.forms:
                forms.limit = params.get("max_message") or forms.limit
        return outlook

    async def _outlook(self, files: EnvironmentFiles) -> dict[str, Any]:
        channel = self._channel
        wanted = self._environments.build_of_known(files)
        unknown = self._environments.schemas.unknown(files.settings)
        warnings = [f"{each.message} What they refuse is seen when they are." for each in unknown]
        if wanted.digest == channel.environment.digest:
            return {"warnings": warnings, "refused": [], "changed": 0}
        async with channel.lock:
            prospect = await self._environments.evaluate(wanted)
            placed = [channel.gate.place(finding) for finding in prospect.refused]
        refused = await self._findings.shown(placed)
        if refused:
            warnings.append(f"{len(refused)} resources that are live break the new checks.")
        return {"warnings": warnings, "refused": refused, "changed": len(prospect.outputs)}

    async def _take_over(self, settings: ChannelSettings, files: EnvironmentFiles) -> None:
        channel = self._channel
        sources_changed = settings.sources != channel.settings.sources
        limits_changed = settings.limits != channel.settings.limits
        schemas_changed = settings.schema_sources != channel.settings.schema_sources
        async with channel.lock:
            ranks_changed = self._ranks_change(settings)
            if ranks_changed and channel.holds:
                raise conflict("The channel is held; ranks cannot change now.", "`galley resume`")
            channel.settings, channel.files = settings, files
            channel.install(channel.environment, channel.engine)
            self._checking.take_over()
            self._keep_sources(settings)
            if ranks_changed:  # other inputs may supply their keys now
                prospect = await self._environments.evaluate(channel.environment)
                await self._environments.take_over(prospect)
        if sources_changed or limits_changed:
            await self._intake.restart()
        if schemas_changed or limits_changed:
            await self._environments.schemas.restart()
        for follow in self._followers:
            await follow()
        await self._keeper.look()

    def _ranks_change(self, settings: ChannelSettings) -> bool:
        sources = self._channel.ledger.sources
        known = (source for source in settings.sources if source.name in sources)
        return any(source.rank != sources[source.name].rank for source in known)

    def _keep_sources(self, settings: ChannelSettings) -> None:
        ledger = self._channel.ledger
        for source in settings.sources:
            inputs = ledger.sources.setdefault(source.name, SourceInputs(source.name))
            inputs.required = source.required
            inputs.unit = UnitOf(source.unit)
        ledger.rerank({source.name: source.rank for source in settings.sources})
        self._intake.forget()
