"""What every test may ask for is in tests/cluster/fixtures.py: `registry`, `cluster`, `namespace`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # `tests.cluster` can be imported however pytest was started

pytest_plugins = ["tests.cluster.fixtures"]
