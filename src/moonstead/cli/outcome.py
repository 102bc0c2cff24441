"""How a run went, in a few lines for a person."""

from typing import Any


def outcome(summary: dict[str, Any]) -> list[str]:
    """Return the outcome of a run; `summary` is that of its run directory."""
    survival, experiments = summary["survival"], summary["experiments"]
    verdict = "survives" if survival["survives"] else "does NOT survive"
    # From the mildest to the last: a summary that was read back has its keys in another order.
    in_mode = survival["hours_in_mode"]
    rare = [mode for mode in ("hibernate", "safe") if in_mode.get(mode, 0.0) > 0.0]
    modes = ("nominal", "trim", "reduced", "survival", *rare)
    hours = ", ".join(f"{mode} {in_mode[mode]:.0f}" for mode in modes)
    done = sum(experiment["sessions_done"] for experiment in experiments)
    wanted = sum(experiment["sessions_wanted"] for experiment in experiments)
    delivered_gbit = sum(load["delivered_gbit"] for load in summary["data"]["loads"].values())
    worst = max((b["relative_residual"] for b in summary["balances"]), default=0.0)
    reserve = (
        f"worst darkness needs {survival['worst_reserve_kwh']:.1f} kWh in reserve "
        f"({survival['worst_reserve_utc']}), full stores deliver "
        f"{survival['deliverable_capacity_kwh']:.1f} kWh; least margin "
        f"{100.0 * survival['least_margin_fraction']:.1f} %"
    )
    balance = f"every balance closes to {worst:.1e} of what flowed"
    if not summary["balances_close"]:
        balance = f"A BALANCE DOES NOT CLOSE: {worst:.1e} of what flowed is unaccounted for"
    lost = ", ".join(survival["elements_lost"])
    people = summary["people"]["operations"]
    came_up = sum(counted["came_up"] for counted in people["commands"].values())
    refused = sum(counted["refused"] for counted in people["commands"].values())
    worked_h = sum(sum(hours.values()) for hours in people["work_h"].values())
    ground = (
        f"commands from Earth: {came_up} came up, {refused} refused; people worked "
        f"{worked_h:.0f} h on plans, anomalies and live operation"
    )
    planning = summary["planning"]
    trouble = f"planning failed {planning['troubles']} times, mostly: {planning['most_often']}"
    return [
        f"{summary['title']}: {verdict}.",
        f"  {reserve}",
        f"  hours in mode: {hours}",
        *([f"  lost to the cold: {lost}"] if lost else []),
        f"  {done} of {wanted} sessions done, {delivered_gbit:.0f} Gbit delivered",
        *([f"  {trouble}"] if planning["troubles"] else []),
        *([f"  {ground}"] if came_up or worked_h else []),
        f"  {balance}",
    ]
