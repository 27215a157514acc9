"""A shallow decision tree whose thresholds people can read."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, log10
from typing import NamedTuple

import numpy as np
from sklearn.tree import DecisionTreeClassifier

DEPTH = 4  # conditions on the way to a leaf; people do not follow longer ones
SMALLEST_LEAF = 0.005  # share of all weight
# Share of the smaller side of a split that may land in a wrong leaf for a rounder threshold.
ROUNDING_COST = 0.02
STEPS = (1.0, 0.5, 0.1, 0.05, 0.01)  # of the threshold's power of ten, roundest first


class Bound(NamedTuple):
    """One side of a split: values above the threshold, or at most as large."""

    column: int
    above: bool
    threshold: float
    whole: bool  # the column counts in whole numbers


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes as arrays; node 0 is the root, and each child stands after its parent."""

    whole: np.ndarray  # (p,) which columns count in whole numbers
    columns: np.ndarray  # (nodes,) which column is split
    thresholds: np.ndarray  # (nodes,) values up to it go to `lows`, larger ones to `highs`
    lows: np.ndarray  # (nodes,) number of the child, -1 at a leaf
    highs: np.ndarray  # (nodes,)
    labels: np.ndarray  # (nodes,) what most rows of the node are

    def predict(self, values: np.ndarray, start: int = 0) -> np.ndarray:
        """Labels (m,) of (m, p) values, followed down from one node."""
        nodes, rows = np.full(len(values), start), np.arange(len(values))
        for _ in range(DEPTH):
            low = values[rows, self.columns[nodes]] <= self.thresholds[nodes]
            children = np.where(low, self.lows[nodes], self.highs[nodes])
            nodes = np.where(children >= 0, children, nodes)
        labels: np.ndarray = self.labels[nodes]
        return labels

    def leaves(self, node: int = 0) -> Iterator[tuple[int, tuple[Bound, ...]]]:
        """Each leaf below a node: its label and the bounds on the way to it, first one first."""
        if self.lows[node] < 0:
            yield int(self.labels[node]), ()
            return
        column, threshold = int(self.columns[node]), float(self.thresholds[node])
        for child, above in ((self.lows[node], False), (self.highs[node], True)):
            bound = Bound(column, above, threshold, bool(self.whole[column]))
            for label, bounds in self.leaves(child):
                yield label, (bound, *bounds)


def grow(values: np.ndarray, labels: np.ndarray, *, seed: int, balanced: bool = False) -> Tree:
    """Fit (m, p) values to (m,) labels by CART (Breiman et al. 1984), then round its thresholds.

    A threshold is rounded as far as hardly any row lands in a wrong leaf for it, and splits whose
    two sides have the same label are folded away. A balanced tree gives each label the same
    weight, however few its rows.
    """
    weights = _weights(labels) if balanced else np.ones(len(labels))
    model = DecisionTreeClassifier(
        max_depth=DEPTH, min_weight_fraction_leaf=SMALLEST_LEAF, random_state=seed
    ).fit(values, labels, sample_weight=weights)
    nodes = model.tree_
    tree = Tree(
        whole=(values == np.floor(values)).all(axis=0),
        columns=nodes.feature.clip(0),  # -2 at a leaf
        thresholds=nodes.threshold.copy(),
        lows=nodes.children_left.copy(),
        highs=nodes.children_right.copy(),
        labels=model.classes_[nodes.value[:, 0].argmax(axis=1)],
    )
    _round(tree, 0, values, labels, weights)
    _fold(tree)
    return tree


def _weights(labels: np.ndarray) -> np.ndarray:
    """Weight (m,) of each row, so that the rows of each label weigh 1 together."""
    _, numbers, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    weights: np.ndarray = 1.0 / sizes[numbers]
    return weights


def _round(
    tree: Tree, node: int, values: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> None:
    """Round the thresholds of a node and of those below it; the rows are those of the node."""
    if tree.lows[node] < 0:
        return
    column = values[:, tree.columns[node]]
    low = column <= tree.thresholds[node]
    smaller_side = min(weights[low].sum(), weights[~low].sum())
    needed = _placed(tree, node, values, labels, weights) - ROUNDING_COST * smaller_side
    whole = tree.whole[tree.columns[node]]
    for threshold in _readable(float(tree.thresholds[node]), whole=whole):
        tree.thresholds[node] = threshold
        if _placed(tree, node, values, labels, weights) >= needed:
            break
    low = column <= tree.thresholds[node]
    _round(tree, tree.lows[node], values[low], labels[low], weights[low])
    _round(tree, tree.highs[node], values[~low], labels[~low], weights[~low])


def _placed(
    tree: Tree, node: int, values: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> float:
    """Weight of the rows that reach a leaf of their own label."""
    return float(weights[tree.predict(values, node) == labels].sum())


def _readable(threshold: float, *, whole: bool) -> list[float]:
    """The threshold, roundest first and exact last; between whole numbers a whole one is exact."""
    exact = float(floor(threshold)) if whole else threshold
    if exact == 0:
        return [exact]
    power = 10.0 ** floor(log10(abs(exact)))
    steps = [power * step for step in STEPS if not whole or power * step >= 1]
    # 3 x 0.1 is 0.30000000000000004.
    return [float(f"{round(exact / step) * step:.10g}") for step in steps] + [exact]


def _fold(tree: Tree) -> None:
    """Make a leaf of each node whose two children are leaves of one label, from below."""
    for node in range(len(tree.lows) - 1, -1, -1):
        low, high = tree.lows[node], tree.highs[node]
        both_leaves = low >= 0 and tree.lows[low] < 0 and tree.lows[high] < 0
        if both_leaves and tree.labels[low] == tree.labels[high]:
            tree.labels[node] = tree.labels[low]
            tree.lows[node] = tree.highs[node] = -1
