"""The transforms that Galley ships, listed by hand, and how more are added."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pipeline.model import Kinds
from pipeline.stage import Stage
from pipeline.transform import settings, stages
from pipeline.transform.authentication import Authentication, AuthenticationSettings
from pipeline.transform.defaults import Defaults, DefaultsSettings
from pipeline.transform.ingress import Ingresses, IngressSettings
from pipeline.transform.overlay import Overlay, OverlaySettings
from pipeline.transform.service_entries import ServiceEntries, ServiceEntriesSettings
from pipeline.transform.substitute import Substitute, SubstituteSettings
from pipeline.transform.template import Template, TemplateSettings
from pipeline.transform.visibility import Visibility, VisibilitySettings


@dataclass(frozen=True, slots=True)
class TransformType:
    """One kind of transform: the settings it takes, and the stage that they make."""

    name: str
    """What `type:` says."""
    settings: type[settings.TransformSettings]
    build: Callable[[Any, Kinds | None], Stage]
    """From validated settings, and the kinds that their names are resolved with."""
    version: str = "1"
    """Raised when it does something else with the same settings; recorded of a plugin."""


BUILTIN_TRANSFORMS: tuple[TransformType, ...] = (
    TransformType("annotations", settings.AnnotationsSettings, stages.Annotations),
    TransformType("authentication", AuthenticationSettings, Authentication),
    TransformType("defaults", DefaultsSettings, Defaults),
    TransformType("drop", settings.DropSettings, stages.Drop),
    TransformType("ingress", IngressSettings, Ingresses),
    TransformType("labels", settings.LabelsSettings, stages.Labels),
    TransformType("merge", settings.MergeSettings, stages.Merge),
    TransformType("namespace", settings.NamespaceSettings, stages.Namespace),
    TransformType("overlay", OverlaySettings, Overlay),
    TransformType("patch", settings.PatchSettings, stages.Patch),
    TransformType("select", settings.SelectSettings, stages.Select),
    TransformType("service-entries", ServiceEntriesSettings, ServiceEntries),
    TransformType("substitute", SubstituteSettings, Substitute),
    TransformType("template", TemplateSettings, Template),
    TransformType("visibility", VisibilitySettings, Visibility),
)
"""Every built-in transform, by name."""
