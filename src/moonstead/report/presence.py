"""When a part of the station is there, as the events of its element tell."""

import numpy as np
from numpy.typing import NDArray

from moonstead.report.story import Story


def presence(story: Story, component: str) -> NDArray[np.bool_]:
    """Return at which steps a component is there to be used: commissioned, and not yet retired.

    Parameters
    ----------
    story
        The run.
    component
        Name of a load, store or other part, ``element`` or ``element.part``.
    """
    element = component.partition(".")[0]
    there = np.ones(story.n_steps, dtype=np.bool_)
    for event in story.events:
        if event["subject"] != element:
            continue
        step = story.step_of(event["t_s"])
        if event["kind"] == "commissioned":
            there[:step] = False
        elif event["kind"] == "retired":
            there[step:] = False
    return there
