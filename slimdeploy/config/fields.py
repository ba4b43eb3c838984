"""The types of single values in slim.toml: each is a plain type with its rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from slimdeploy.config import (
    assets,
    capacity,
    cron,
    environment,
    flags,
    names,
    objects,
    platforms,
    ports,
    pulled,
    references,
    rules,
    stamps,
)
from slimdeploy.config.bounds import Between
from slimdeploy.config.health import http_path

AS_TUPLE = Field(strict=False)  # a TOML array arrives as a list, and our values are tuples
FEW = Field(max_length=100)
MANY = Field(max_length=1000)


def _amount(measure: Callable[[str], float]) -> Callable[[str], str]:
    def check(text: str) -> str:
        measure(text)
        return text

    return check


AppName = Annotated[str, AfterValidator(names.app_name)]
Namespace = Annotated[str, AfterValidator(names.namespace)]
Context = Annotated[str, AfterValidator(names.context_name)]
Fingerprint = Annotated[str, AfterValidator(names.fingerprint)]
PortName = Annotated[str, AfterValidator(names.port_name)]
PortNumber = Annotated[int, Between(1, 65535), AfterValidator(ports.unprivileged)]
Arguments = Annotated[tuple[Annotated[str, AfterValidator(environment.argument)], ...], AS_TUPLE, MANY]
VariableName = Annotated[str, AfterValidator(environment.variable_name)]
Variables = Annotated[
    Mapping[
        Annotated[VariableName, BeforeValidator(environment.no_secret_name)],
        Annotated[str, AfterValidator(environment.variable_value), BeforeValidator(environment.no_secret_value)],
    ],
    MANY,
]
AnyPort = Annotated[int, Between(1, 65535)]
HttpPath = Annotated[str, AfterValidator(http_path)]
SecretKey = Annotated[str, AfterValidator(objects.secret_key)]
ObjectName = Annotated[str, AfterValidator(objects.object_name)]
ProcessName = Annotated[str, AfterValidator(objects.process_name)]
VolumeName = Annotated[str, AfterValidator(objects.volume_name)]
HostName = Annotated[str, AfterValidator(objects.host_name)]
GatewayName = Annotated[str, AfterValidator(objects.gateway)]
NamespaceName = Annotated[str, AfterValidator(names.any_namespace)]
Peer = Annotated[str, AfterValidator(objects.peer)]
Pointer = Annotated[str, AfterValidator(objects.pointer)]
Kind = Annotated[str, AfterValidator(objects.kind)]
LabelKey = Annotated[str, AfterValidator(objects.qualified)]
LabelValue = Annotated[str, AfterValidator(objects.label_value)]
ObjectLabels = Annotated[Mapping[Annotated[str, AfterValidator(objects.label_key)], LabelValue], FEW]
NodeLabels = Annotated[Mapping[LabelKey, LabelValue], FEW]
Annotations = Annotated[
    Mapping[Annotated[str, AfterValidator(objects.annotation_key)], Annotated[str, AfterValidator(objects.text)]],
    FEW,
    AfterValidator(objects.small_enough),
]

Delivery = Literal["auto", "registry", "kind", "k3d", "minikube", "containerd"]

Strategy = Literal["scratch", "builder", "base"]
PulledImage = Annotated[str, AfterValidator(pulled.image)]
MainPackage = Annotated[str, AfterValidator(flags.main_package)]
Platforms = Annotated[str | tuple[str, ...], BeforeValidator(platforms.platforms)]
Jobs = Annotated[int, Between(1, 256)]
BuildTags = Annotated[tuple[Annotated[str, AfterValidator(flags.build_tag)], ...], AS_TUPLE, FEW]
Stamp = Annotated[
    Mapping[Annotated[str, AfterValidator(stamps.variable)], Annotated[str, AfterValidator(stamps.value)]],
    FEW,
]

Cgo = Literal["off", "static"]
ImportPaths = Annotated[tuple[Annotated[str, AfterValidator(flags.import_path)], ...], AS_TUPLE, FEW]
LinkerFlags = Annotated[
    tuple[Annotated[str, AfterValidator(flags.linker_flag)], ...], AS_TUPLE, FEW, BeforeValidator(flags.entries)
]
Suffix = Annotated[str, AfterValidator(flags.suffix)]

Repository = Annotated[str, AfterValidator(references.repository)]
Tag = Annotated[str, AfterValidator(references.tag)]
Authorities = Annotated[str | tuple[str, ...], BeforeValidator(assets.authorities)]
Source = Annotated[str, AfterValidator(assets.source)]
Target = Annotated[str, AfterValidator(assets.target)]
Folder = Annotated[str, AfterValidator(assets.folder)]
Patterns = Annotated[tuple[Annotated[str, AfterValidator(assets.pattern)], ...], AS_TUPLE, FEW]
Labels = Annotated[
    Mapping[Annotated[str, AfterValidator(assets.label_name)], Annotated[str, AfterValidator(assets.label_value)]], FEW
]
MaxSize = Annotated[str, AfterValidator(_amount(capacity.size_bytes))]
UserId = Annotated[int, Between(1, 2**31 - 1)]

Replicas = Annotated[int, Between(0, 1000)]
Cpu = Annotated[str, AfterValidator(_amount(rules.cpu_millis))]
Memory = Annotated[str, AfterValidator(_amount(rules.memory_bytes))]
Duration = Annotated[str, AfterValidator(_amount(rules.parse_duration))]
Seconds = Annotated[str, AfterValidator(_amount(rules.whole_seconds))]
TimeZone = Annotated[str, AfterValidator(cron.time_zone)]
CronLine = Annotated[str, AfterValidator(cron.cron_line)]
