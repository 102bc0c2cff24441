"""The order in which coupled thermal nodes are eliminated, worked out once per station.

The linear system of a time step has the pattern of the couplings. Eliminating nodes with the
fewest neighbours first (minimum degree) gives no fill at all for trees, which stations mostly are.
Among those the one that waits for the fewest others goes first, so that a chain is eliminated from
both ends at once and a processor can do both sides together.
No pivoting is needed: every column is diagonally dominant, as heat that leaves one node arrives at
another and each node stores some.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Elimination:
    """Lists for the kernel; see the fields of `moonstead.simulation.network.Network`."""

    entry: dict[tuple[int, int], int]
    """Place of each off-diagonal entry (row, column), fill included."""
    pivots: list[int]
    neighbours: list[list[int]]
    """For each pivot."""
    n_leaves: int
    """How many of the first pivots have a single neighbour."""
    updates: list[list[list[tuple[int, int]]]]
    """For each pivot and neighbour: (entry updated or -1 for the diagonal, pivot row's entry)."""


def eliminate(couplings: list[tuple[int, int]]) -> Elimination:
    """Work out the elimination of a symmetric pattern of (node, node) pairs."""
    around: dict[int, set[int]] = {}
    for a, b in couplings:
        around.setdefault(a, set()).add(b)
        around.setdefault(b, set()).add(a)
    entry: dict[tuple[int, int], int] = {}
    for a in sorted(around):
        for b in sorted(around[a]):
            entry[a, b] = len(entry)
    pivots: list[int] = []
    neighbours: list[list[int]] = []
    n_nodes = len(around)
    waits = dict.fromkeys(around, 0)
    while around:
        pivot = min(around, key=lambda node: (len(around[node]) or n_nodes, waits[node], node))
        near = sorted(around.pop(pivot))
        for i in near:
            waits[i] = max(waits[i], waits[pivot] + 1)
            around[i].discard(pivot)
            for j in near:
                if i != j and j not in around[i]:
                    around[i].add(j)
                    entry.setdefault((i, j), len(entry))
        pivots.append(pivot)
        neighbours.append(near)
    updates = [
        [[(-1 if i == j else entry[i, j], entry[pivot, j]) for j in near] for i in near]
        for pivot, near in zip(pivots, neighbours, strict=True)
    ]
    n_leaves = next((k for k, near in enumerate(neighbours) if len(near) != 1), len(pivots))
    return Elimination(entry, pivots, neighbours, n_leaves, updates)
