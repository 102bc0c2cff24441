"""Recorders against what is written to them and what the paths to Earth should carry."""

import numpy as np

from moonstead.autonomy.protection.belief import Plant
from moonstead.autonomy.protection.lumped_tables import Estimate, Expected, Readings
from moonstead.compiled import compiled_without_counting

LEAST_DUTY = 0.02
"""A radio that draws less than this share of its power sends nothing."""
SURE = 0.05
"""What was sent is known where one standard deviation of what was written is below this share."""
CARRIES = 0.97


@compiled_without_counting
def follow_recorders(
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected, dt_s: float
) -> None:
    """Follow each recorder and path: exact, for a memory counts its own bits."""
    _write(plant, readings, out, dt_s)
    _offer_paths(plant, readings, estimate, out, dt_s)
    _judge_paths(plant, readings, estimate, out, dt_s)
    for path in range(readings.path_open.shape[0]):
        estimate.was_open[path] = 1.0 if readings.path_open[path] else 0.0
        estimate.was_bit_per_s[path] = readings.path_bit_per_s[path]
    for r in range(plant.recorder_element.shape[0]):
        made_bit, sigma_bit = out.recorder_bit[r], out.recorder_z[r]
        before_bit = estimate.recorder_bit[r]
        estimate.recorder_bit[r] = readings.recorder_bit[r]
        out.recorder_bit[r] = np.nan
        out.recorder_z[r] = np.nan
        known = np.isfinite(before_bit) and np.isfinite(sigma_bit) and out.recorder_ways[r] < 0.5
        known &= before_bit < 0.9 * plant.recorder_capacity_bit[r]
        if not known or not readings.there[plant.recorder_element[r]]:
            continue
        out.recorder_bit[r] = before_bit + made_bit
        off_bit = readings.recorder_bit[r] - before_bit - made_bit
        # The record of telemetry rounds to about 24 bits.
        sigma_bit += 2e-7 * readings.recorder_bit[r] + 1.0
        out.recorder_z[r] = off_bit / sigma_bit


@compiled_without_counting
def _write(plant: Plant, readings: Readings, out: Expected, dt_s: float) -> None:
    """Put what was written into ``recorder_bit``, one standard deviation into ``recorder_z``."""
    for r in range(plant.recorder_element.shape[0]):
        out.recorder_bit[r] = 0.0
        out.recorder_z[r] = 0.0
    for k in range(plant.data_load.shape[0]):
        i = plant.data_load[k]
        if not readings.there[plant.load_element[i]]:
            continue
        duty = readings.load_level[i]
        if plant.load_power_w[i] > 0.0:
            # One that draws more than designed makes no more.
            duty = min(out.used_load_w[i] / plant.load_power_w[i], duty)
        made_bit = plant.data_rate_bit_per_s[k] * duty * dt_s
        r = plant.data_recorder[k]
        out.recorder_bit[r] += made_bit
        out.recorder_z[r] += 3.0 * plant.noise[0] * made_bit
        if plant.data_reads[k] >= 0 and duty > 0.0:
            out.recorder_z[r] = np.inf
            out.recorder_z[plant.data_reads[k]] = np.inf


@compiled_without_counting
def _offer_paths(
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected, dt_s: float
) -> None:
    """Count the radios that empty each recorder, and add up what they could send."""
    for r in range(plant.recorder_element.shape[0]):
        out.recorder_ways[r] = 0.0
    for path in range(readings.path_open.shape[0]):
        out.path_could_bit[path] = 0.0
        out.path_sent_bit[path] = 0.0
    for k in range(plant.transmitter_load.shape[0]):
        i, path = plant.transmitter_load[k], plant.transmitter_path[k]
        duty = out.used_load_w[i] / max(plant.load_power_w[i], 1e-9)
        was_open = estimate.was_open[path] > 0.5
        if duty < LEAST_DUTY or not (readings.path_open[path] or was_open):
            continue
        out.recorder_ways[plant.transmitter_recorder[k]] += 1.0
        rate_bit_per_s = min(readings.path_bit_per_s[path], estimate.was_bit_per_s[path])
        limit_bit_per_s = min(rate_bit_per_s, plant.transmitter_limit_bit_per_s[k])
        out.path_could_bit[path] += min(duty, 1.0) * limit_bit_per_s * dt_s
        if not (readings.path_open[path] and was_open):
            # It opened or closed in this tick: nobody knows when.
            out.path_could_bit[path] = -np.inf


@compiled_without_counting
def _judge_paths(
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected, dt_s: float
) -> None:
    """Add up what each path has carried; where that cannot be told it could have carried nothing.

    It can be told where all recorders that it empties have no other way, and either hold more at
    the end than what was written, or gave as much as the path can carry.
    """
    for k in range(plant.transmitter_load.shape[0]):
        i, path = plant.transmitter_load[k], plant.transmitter_path[k]
        if out.used_load_w[i] < LEAST_DUTY * max(plant.load_power_w[i], 1e-9):
            continue
        r = plant.transmitter_recorder[k]
        made_bit, left_bit = out.recorder_bit[r], readings.recorder_bit[r]
        before_bit, could_bit = estimate.recorder_bit[r], out.path_could_bit[path]
        sent_bit = before_bit + made_bit - left_bit
        has_room = before_bit + made_bit < 0.9 * plant.recorder_capacity_bit[r]
        is_sure = out.recorder_ways[r] < 1.5 and out.recorder_z[r] < SURE * could_bit
        is_sure &= has_room or made_bit < SURE * could_bit
        is_sure &= left_bit > made_bit or sent_bit > CARRIES * could_bit
        is_sure &= np.isfinite(sent_bit) and readings.there[plant.recorder_element[r]]
        if not is_sure:
            out.path_could_bit[path] = -np.inf
        else:
            out.path_sent_bit[path] += max(sent_bit, 0.0)
    for path in range(readings.path_open.shape[0]):
        rate_bit_per_s = min(readings.path_bit_per_s[path], estimate.was_bit_per_s[path])
        could_bit = min(out.path_could_bit[path], rate_bit_per_s * dt_s)
        could_bit = max(could_bit, 0.0)
        out.path_could_bit[path] = could_bit
        # Where the rate changes within the tick it is taken low: more than all is all.
        out.path_sent_bit[path] = min(out.path_sent_bit[path], could_bit)
