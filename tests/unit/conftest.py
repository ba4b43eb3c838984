"""Property tests run the same examples each time, keep no database, and do not fail on a busy machine."""

from hypothesis import settings

settings.register_profile("slimdeploy", derandomize=True, database=None, deadline=None)
settings.load_profile("slimdeploy")
