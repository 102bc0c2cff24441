"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer

from folder_scheduling import FolderScheduling

# First calls compile, so no example has a deadline. A landing must not hang on the luck of a draw:
# where CI is set the examples are the same every time; at a desk they are new ones.
settings.register_profile("moonstead", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("moonstead")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FolderScheduling | None:
    """Where files are kept together, keep folders together too."""
    return FolderScheduling(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of reference data beside the checkout, or skip."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the reference data (../shared/data) is not beside this checkout")
    return folder
