"""What a plan is worth: the one definition of the objective, in plain Python."""

from itertools import pairwise

from moonstead.autonomy.planning.problem import Partner, Placements, Problem


def score(problem: Problem, placements: Placements) -> float:
    """Return the points of a plan.

    The points of each partner weighed by its slopes, the rewards of campaigns, less what moving
    tasks of the plan before costs.
    """
    points = [0.0] * len(problem.partners)
    counts = [0] * len(problem.campaigns)
    moved = 0
    for task, placed in zip(problem.tasks, placements, strict=True):
        if task.planned is not None and (
            placed is None or (placed.option, placed.start) != task.planned
        ):
            moved += 1
        if placed is None:
            continue
        points[task.partner] += float(task.options[placed.option].worth[placed.start])
        if task.campaign >= 0:
            counts[task.campaign] += 1
    total = sum(
        weighed(partner, more) for partner, more in zip(problem.partners, points, strict=True)
    )
    for campaign, count in zip(problem.campaigns, counts, strict=True):
        total += sum(campaign.rewards[:count])
    return total - problem.moving_cost * moved


def weighed(partner: Partner, points: float) -> float:
    """Return what more points are worth to the plan, given those that count already."""
    edges = (float("-inf"), *partner.knees, float("inf"))
    first, last = partner.counted, partner.counted + points
    return sum(
        slope * max(min(last, high) - max(first, low), 0.0)
        for slope, (low, high) in zip(partner.slopes, pairwise(edges), strict=True)
    )
