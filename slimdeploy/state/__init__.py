"""What stays on this machine between two runs: locks, work folders, kept images (XDG cache folder)."""
