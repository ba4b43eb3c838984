"""slimdeploy build: source -> image on disk."""

from __future__ import annotations

from dataclasses import asdict

from slimdeploy.cli.options import PROJECT, Flags, request, verb
from slimdeploy.cli.output import Output


@verb("build", PROJECT)
def command(output: Output, flags: Flags) -> None:
    """Compile, prove that the binary is static, and make the image. Prints REPOSITORY@DIGEST."""
    from slimdeploy.pipeline import build

    built = build(request(flags, output), output.terminal)
    output.result(
        built.reference,
        {
            "image": built.reference,
            "digest": built.image.digest,
            "platform": str(built.image.platform),
            "size": built.image.size,
            "compressed_size": built.image.compressed_size,
            "files": [asdict(file) for file in built.image.files],
            "layout": str(built.image.layout),
        },
    )
