"""[image]: what goes into the image besides the binary, how it is packed, and where it is kept."""

from __future__ import annotations

from typing import Annotated, Literal

from slimdeploy.config import fields
from slimdeploy.config.table import Table, key


class ImageFile(Table):
    """Files of the project that go into the image."""

    source: fields.Source = key("A folder, a file or a glob in the project.", alias="from", example="views")
    target: fields.Target = key("Where they are in the image.", alias="to", example="/views")
    exclude: fields.Patterns = key("Globs of what is left out.", default=(), example=["*.tmp"])
    allow: fields.Patterns = key("Globs of what looks like a secret and is none.", default=(), example=["demo.pem"])


class Image(Table):
    """What is made of the binary, and where it is kept."""

    repository: fields.Repository | None = key(
        "Where the image is pushed. Default: nowhere, it is called localhost/<app.name>.",
        default=None,
        example="registry.example.com/team/hello",
    )
    tag: fields.Tag | None = key(
        "A name for people, {version} is filled in. What runs is always named by digest.",
        default=None,
        example="{version}",
    )
    insecure: bool = key(
        "Allow a registry without valid TLS; on this machine it is always allowed.", default=False, example=False
    )
    ca: fields.Authorities = key(
        "Root certificates: auto adds this machine's if the binary reads them; a list of files adds those, too.",
        default="auto",
        example="auto",
    )
    timezones: Literal["auto", "embed", "none"] = key(
        "Time zones: auto adds this machine's if the binary loads them, embed compiles Go's into the binary.",
        default="auto",
        example="auto",
    )
    files: Annotated[tuple[ImageFile, ...], fields.AS_TUPLE, fields.FEW] = key(
        "Files of the project that go into the image.", default=(), example=[{"from": "views", "to": "/views"}]
    )
    workdir: fields.Folder | None = key(
        "The folder that the program starts in, where relative paths begin. Default: /.", default=None, example="/data"
    )
    user: fields.UserId = key("The user and group id that the app runs as.", default=65532, example=65532)
    labels: fields.Labels = key(
        "Labels of the image, as the OCI image specification names them.",
        default={},
        example={"org.opencontainers.image.licenses": "MIT"},
    )
    compression: Literal["gzip", "zstd"] = key("How the layers are compressed.", default="gzip", example="gzip")
    max_size: fields.MaxSize | None = key(
        "The build fails with what grew when the files of the image, not compressed, are larger. Default: no limit.",
        default=None,
        example="15MB",
    )
