"""Templates as people write them."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from pipeline.expression import Makes
from pipeline.transform.settings import TransformSettings
from pipeline.transform.template.errors import TemplateSyntaxError
from pipeline.transform.template.expression import alone
from pipeline.transform.template.tree import Manifests


class TemplateSettings(TransformSettings):
    """Derive resources from a resource by manifests with CEL in them: `${object.metadata.name}`."""

    type: Literal["template"] = "template"
    """Which transform this is."""
    where: str = ""
    """CEL over `object`, the manifest: whether anything is derived from it; by default always."""
    each: str = ""
    """CEL over `object` that makes a list: the resources are made for each element, which is
    `item`."""
    resources: tuple[dict[str, Any], ...] = Field(min_length=1)
    """Manifests. A value that is `${CEL}` and nothing else keeps its type, and is left out if it is
    null; within a text it becomes text; `$$` is a dollar sign. apiVersion and kind are plain
    texts. Without `metadata.namespace` it is that of the object."""
    keep: bool = True
    """Whether the resource itself goes on."""

    @model_validator(mode="after")
    def _compiles(self) -> "TemplateSettings":
        for at, held in enumerate(self.resources):
            _check_type(at, held)
        _check("where", self.where, "bool")
        _check("each", self.each, "value")
        Manifests(self.resources, item=bool(self.each))
        return self


def _check(field: str, text: str, makes: Makes) -> None:
    try:
        alone(text or "true", makes)
    except TemplateSyntaxError as error:
        raise ValueError(f"{field}: {error}") from None


def _check_type(at: int, held: Mapping[str, Any]) -> None:
    """What kind of resource is made must be known beforehand, and that it gets a name."""
    for field in ("apiVersion", "kind"):
        text = held.get(field)
        if not (isinstance(text, str) and text) or "$" in text:
            raise ValueError(f"resources[{at}].{field} must be a text without expressions")
    metadata = held.get("metadata")
    if not (isinstance(metadata, Mapping) and metadata.get("name")):
        raise ValueError(f"resources[{at}].metadata.name must be there")
