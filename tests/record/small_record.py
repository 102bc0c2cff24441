"""A small record with values that a test knows: written as a run writes it."""

from pathlib import Path

import numpy as np

from moonstead.record.directory import RunDirectory
from moonstead.record.layout import Layout
from moonstead.record.rounding import rounded

START_T_S = 1_104_537_669.184
STEP_S = 60.0
CHANNELS = {
    "load_power_w": ("hub.computer", "hub.heater", "plant.reactor"),
    "store_energy_j": ("battery",),
    "tank_kg": (),
    "mode": (),
}


def layout_of(n_steps: int, block_steps: int) -> Layout:
    return Layout(
        channels=CHANNELS,
        start_utc="2035-01-01T00:00:00Z",
        start_t_s=START_T_S,
        step_s=STEP_S,
        n_steps=n_steps,
        block_steps=block_steps,
    )


def truth_of(layout: Layout, seed: int = 0) -> dict[str, np.ndarray]:
    """Return what is recorded, by name of the series, of all sizes and both signs."""
    dice = np.random.default_rng(seed)
    t = np.arange(layout.n_steps)
    return {
        "load_power_w/hub.computer": rounded(np.full(layout.n_steps, 400.0)),
        "load_power_w/hub.heater": rounded(np.cumsum(dice.standard_normal(layout.n_steps))),
        "load_power_w/plant.reactor": rounded(1e4 * np.sin(t / 37.0) * (t % 11 < 4)),
        "store_energy_j/battery": rounded(10.0 ** dice.uniform(-20.0, 20.0, layout.n_steps)),
        "mode": rounded(dice.integers(0, 4, layout.n_steps)),
    }


def write_record(
    folder: Path, n_steps: int = 700, block_steps: int = 200, blocks: int | None = None
) -> tuple[Layout, dict[str, np.ndarray]]:
    """Write a record, or its first blocks; return what it is and what it holds."""
    layout = layout_of(n_steps, block_steps)
    truth = truth_of(layout)
    directory = RunDirectory(folder)
    directory.begin({})
    writer = directory.writer(layout)
    directory.create_series(writer)
    for block in range(layout.n_blocks if blocks is None else blocks):
        first, end = layout.bounds(block)
        quantities = {
            name: np.array([truth[f"{name}/{c}"][first:end] for c in channels])
            if channels
            else np.zeros((0, end - first))
            for name, channels in CHANNELS.items()
        }
        writer.write(first, quantities | {"mode": truth["mode"][first:end]})
    return layout, truth
