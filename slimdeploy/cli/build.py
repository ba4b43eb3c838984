"""slimdeploy build: source -> image on disk."""

from __future__ import annotations

from dataclasses import asdict

from slimdeploy.artifacts.build import Image
from slimdeploy.cli.options import BUILD, LOCK, PROJECT, VERIFY, Flags, option, request, verb
from slimdeploy.cli.output import Output

COPY = (option("--output-image", metavar="TYPE:PATH", help="Also write it: oci:FOLDER or docker-archive:FILE."),)


@verb("build", PROJECT, BUILD, VERIFY, LOCK, COPY)
def command(output: Output, flags: Flags, output_image: str | None) -> None:
    """Compile, prove that the binary is static, and make the image. Prints REPOSITORY@DIGEST."""
    from slimdeploy.deliver.file import OutputImage
    from slimdeploy.pipeline import build

    copy = OutputImage.parse(output_image) if output_image else None
    built = build(request(flags, output), output.terminal, copy)
    output.result(
        built.reference,
        {
            "image": built.reference,
            "digest": built.image.digest,
            "layout": str(built.image.layout),
            **of_platform(built.image),
            "compressed_size": built.image.compressed_size,
            "platforms": [{"digest": each.digest} | of_platform(each) for each in built.image.each],
        },
    )


def of_platform(image: Image) -> dict[str, object]:
    """What is different on each platform."""
    return {
        "platform": str(image.platform),
        "base": image.base or None,
        "size": image.size,
        "compressed_size": image.compressed_size,
        "files": [asdict(file) for file in image.files],
    }
