"""For all tests: hypothesis judges by results, not by how busy the machine is."""

from hypothesis import settings

settings.register_profile("copygen", deadline=None)
settings.load_profile("copygen")
