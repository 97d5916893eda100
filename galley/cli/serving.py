"""`galley serve`: run the service."""

import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from galley import __version__, logs, service
from galley.cli import output, words
from galley.cli.command import local
from galley.cli.failure import Failure
from galley.cli.loading import settings_of
from galley.listening import ListenError, check_address
from galley.server.access import AccessError, check_exposure
from galley.settings import ServiceSettings
from galley.settings_file import SettingsError, of_sources
from galley.workers import FatalWorkerError

app = typer.Typer(rich_markup_mode=None)
log = logging.getLogger("galley.service")


@app.command()
@local
def serve(
    *,
    config: Annotated[
        Path | None, typer.Option("-c", "--config", help="The settings file.", metavar="FILE")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="A folder, a file, a git repository or a cluster to read besides; repeatable. "
            "`git+PATH` follows the repository of a work tree.",
            metavar="PATH-OR-URL",
        ),
    ] = None,
    listen: Annotated[
        str, typer.Option(help="Address and port; 127.0.0.1:8340 if nothing says otherwise.")
    ] = "",
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the store.", metavar="DIR")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Serve other than loopback without TLS and tokens.")
    ] = False,
) -> None:
    """Run the service until SIGTERM or ctrl-c; SIGHUP reads the settings file again.

    \b
    Examples:
      galley serve --source ./config
      galley serve --source https://git.example.com/team/mesh.git
      galley serve --source kube://CONTEXT
      galley serve -c galley.yaml
      galley serve --source ./config --listen 127.0.0.1:9000 --data-dir /var/lib/galley
    """
    settings = _settings(config, source or [], listen, data_dir, insecure=insecure)
    logs.configure(settings.log)
    # With sources from the command line a reload of the file alone would delete what they hold.
    path = None if source else config
    try:
        check_exposure(settings)
        check_address(settings)
        _check_data_dir(settings.data_dir)
        service.run(settings, path, _announce)
    except (AccessError, ListenError, FatalWorkerError) as error:
        raise Failure(f"The service cannot start: {error}.", code="unavailable") from None


def _settings(
    config: Path | None,
    sources: list[str],
    listen: str,
    data_dir: Path | None,
    *,
    insecure: bool,
) -> ServiceSettings:
    settings, _ = settings_of(config)
    update: dict[str, Any] = {
        **({"listen": listen} if listen else {}),
        **({"data_dir": data_dir.absolute()} if data_dir else {}),
        **({"insecure": True} if insecure else {}),
    }
    try:
        settings = of_sources(sources, settings.model_copy(update=update))
    except SettingsError as error:
        raise Failure(" ".join(error.problems)) from None
    if not any(channel.sources for channel in settings.channels):
        raise Failure(
            "There is nothing to serve.", remedy="Name a folder with --source, or settings with -c."
        )
    return settings


def _check_data_dir(folder: Path) -> None:
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not there.is_dir():
        raise Failure(
            f"The data folder {str(folder)!r} is of no use: {str(there)!r} is no folder.",
            remedy="Name another with --data-dir, or data_dir in the settings.",
        )


def _announce(running: service.Service) -> None:
    """Say where it is and what is live: to people on a terminal, to the log elsewhere."""
    if not sys.stdout.isatty():
        where = {"address": running.listener.address}
        if running.mesh_address:
            where["mesh_address"] = running.mesh_address
        log.info("Serving.", extra=where)
        return
    address = running.listener.address
    output.line(f"Galley {__version__} at {address}", mood="good")
    for each in running.health():
        live = f"version {each.version}" if each.version else "nothing published yet"
        resources = words.plural(each.resources, "resource")
        output.line(f"  channel {each.channel}: {each.state}, {live}, {resources}")
    if running.mesh_address:
        output.line(f"  gRPC for meshes at {running.mesh_address}")
    server = "" if address.endswith(":8340") else f" --server {address}"
    output.line(f"Try `galley get{server}`, `galley history{server}`; ctrl-c stops it.", mood="dim")
