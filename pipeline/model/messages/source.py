"""Sources that cannot be read."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

SOURCE_UNREADABLE = Message(
    code="GAL0901",
    level=Level.ERROR,
    title="source cannot be read",
    template="The source cannot be read: {problem}.",
    meaning=(
        "A source that cannot be read is not an empty source: everything that it last held stays "
        "as it was, and it is tried again until it can be read."
    ),
    example="The folder of a files source was deleted or is not mounted.",
    remedy="Bring the place back, or take the source out of the settings if it is not wanted.",
)

FILE_UNREADABLE = Message(
    code="GAL0902",
    level=Level.ERROR,
    title="file cannot be read",
    template="The file cannot be read: {problem}.",
    meaning="Everything that it last held stays as it was.",
    example="A file without read permission, or a link to nothing.",
    remedy="Mend its permissions or its link, or leave it out with `.galleyignore`.",
)

FOLDER_UNREADABLE = Message(
    code="GAL0903",
    level=Level.ERROR,
    title="folder cannot be read",
    template="The folder cannot be listed: {problem}.",
    meaning="Everything that was last read below it stays as it was.",
    example="A folder without read permission.",
    remedy="Mend its permissions, or leave it out with `.galleyignore`.",
)

LINK_OUTSIDE = Message(
    code="GAL0904",
    level=Level.ERROR,
    title="link out of the folder",
    template="This link leads out of the source's folder, to {target!r}; it is not followed.",
    meaning=(
        "A source reads only what is below its folder, so that who may write there cannot make it "
        "read anything else. Everything that was last read through it stays as it was."
    ),
    example="mesh/shared.yaml -> /etc/shared.yaml",
    remedy="Move the target into the folder, or add a source for the other place.",
)

LINK_LOOP = Message(
    code="GAL0905",
    level=Level.ERROR,
    title="link that leads back",
    template="This link leads back to a folder around it, {target!r}; it is not followed.",
    meaning="Followed, it would never end.",
    example="mesh/again -> mesh",
    remedy="Delete the link.",
)

RENDER_FIRST = Message(
    code="GAL0906",
    level=Level.ERROR,
    title="folder of templates",
    template="The folder holds {file}: render it first; it is not read.",
    meaning=(
        "Kustomize and Helm make manifests from such a folder; its files are not what they mean "
        "as they stand. Everything that was last read below it stays as it was."
    ),
    example="A folder with kustomization.yaml, or a chart with Chart.yaml.",
    remedy=(
        "Run `kubectl kustomize DIR` or `helm template DIR` and read the output, or leave the "
        "folder out with `.galleyignore`."
    ),
)

NOT_WATCHED = Message(
    code="GAL0907",
    level=Level.WARNING,
    title="changes are not notified",
    template="Changes are found by a look every {seconds:g} s only: {problem}.",
    meaning="The system refuses to watch the folder; everything works, only later.",
    example="fs.inotify.max_user_watches is smaller than the number of folders.",
    remedy="Raise the limit (`sysctl fs.inotify.max_user_watches`), or lower `rescan`.",
)

NEVER_SETTLES = Message(
    code="GAL0908",
    level=Level.ERROR,
    title="file keeps changing",
    template="The file has kept changing for {seconds:g} s and was not read.",
    meaning=(
        "A file is read when it has stopped changing, so that half of it is never used. Everything "
        "that it last held stays as it was."
    ),
    example="A log written into the folder under a name that ends in .yaml.",
    remedy="Write to another file and rename it, or leave the file out with `.galleyignore`.",
)

BAD_FILE_NAME = Message(
    code="GAL0909",
    level=Level.ERROR,
    title="file name is not UTF-8",
    template="The name of this file is not UTF-8; it is not read.",
    meaning="Its name could not be shown, stored or sent.",
    example="A file unpacked from an old archive whose name is Latin-1.",
    remedy="Rename the file.",
)

FORGE_SETTINGS = Message(
    code="GAL0950",
    level=Level.WARNING,
    title="forge cannot be talked to",
    template="The forge cannot be talked to as `{setting}` says: {problem}.",
    meaning=(
        "The source is read all the same, at its own interval. Until it is mended, its webhook "
        "refuses every request (`webhook`), or no commit status is told (`status`); what becomes "
        "of commits meanwhile is told then."
    ),
    example="secret: {env: GALLEY_HOOK_SECRET}, and the service is started without that variable.",
    remedy=(
        "Set what is named. A file is looked at again every few seconds; a variable of the "
        "environment takes a restart, another setting `galley reload`."
    ),
)
