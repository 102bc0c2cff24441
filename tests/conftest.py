"""Settings of all tests."""

from hypothesis import settings

# Imports and first compilations would fail a deadline now and then on a busy machine.
settings.register_profile("moonstead", deadline=None)
settings.load_profile("moonstead")
