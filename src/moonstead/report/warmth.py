"""Temperatures of the elements against what they survive."""

from dataclasses import dataclass

from moonstead.report.story import Story


@dataclass(frozen=True, slots=True)
class Warmth:
    """The temperatures of one element over the run."""

    name: str
    min_k: float
    mean_k: float
    max_k: float
    survival_min_k: float
    lost: bool

    @property
    def spare_k(self) -> float:
        """How far its coldest moment stayed above what it survives; negative below it."""
        return self.min_k - self.survival_min_k

    @property
    def has_limit(self) -> bool:
        """Whether cold can kill it at all."""
        return self.survival_min_k > 0.0


def warmths(story: Story) -> tuple[Warmth, ...]:
    """Return the temperatures of every element, the one nearest to its limit first."""
    found = [
        Warmth(
            name=name,
            min_k=node["min_k"],
            mean_k=node["mean_k"],
            max_k=node["max_k"],
            survival_min_k=node["survival_min_k"],
            lost=node["lost"],
        )
        for name, node in story.summary["nodes"].items()
    ]
    return tuple(sorted(found, key=lambda w: (not w.has_limit, w.spare_k, w.name)))
