"""From source to an image: compile, linkage gate, root filesystem, image."""
