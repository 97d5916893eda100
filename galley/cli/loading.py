"""Settings for commands that work without a server."""

from pathlib import Path

from galley.cli.failure import Failure
from galley.settings import ChannelSettings, ServiceSettings
from galley.settings_file import SettingsError, load
from galley.suggest import nearest
from sources.settings import FilesSettings, FolderSettings, GitSettings


def settings_of(config: Path | None) -> tuple[ServiceSettings, Path]:
    """The settings of a file, or the defaults; and the folder where relative paths start.

    Raises:
        Failure: the file is not usable.
    """
    if config is None:
        return ServiceSettings(), Path.cwd()
    try:
        return load(config), config.absolute().parent
    except SettingsError as error:
        first, *others = error.problems
        raise Failure(first, remedy="\n".join(others)) from None


def channel_of(settings: ServiceSettings, name: str) -> ChannelSettings:
    """A channel by its name; the first without one.

    Raises:
        Failure: there is none of that name.
    """
    channels = {each.name: each for each in settings.channels}
    if not channels:
        return ChannelSettings()
    if not name:
        return settings.channels[0]
    if name not in channels:
        raise Failure(f"The settings have no channel {name!r}{nearest(name, channels)}")
    return channels[name]


def checked_out(source: GitSettings, path: Path) -> FilesSettings:
    """What stands in for a source that follows git where its folder is checked out."""
    names = FolderSettings.model_fields.keys() - {"unit"}
    options = {name: getattr(source, name) for name in names}
    return FilesSettings(**options, path=path.absolute())


def store_of(config: Path | None, data_dir: Path | None) -> str:
    """Where the stores of all channels are: a folder, or the URL of a database.

    Raises:
        Failure: the settings file is not usable.
    """
    if data_dir is not None:
        return str(data_dir.absolute())
    settings, folder = settings_of(config)
    return settings.store or str(folder / settings.data_dir)
