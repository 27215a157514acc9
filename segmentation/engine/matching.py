"""Which new segment is which old one, and who moved between them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

NO_SEGMENT = -1

# Below a quarter of shared members two segments have more apart than in common.
LEAST_SHARED = 0.25


class InvalidMembers(ValueError):
    """The customers and their segments cannot be compared as they are."""


@dataclass(frozen=True, eq=False)
class Members:
    """Who was in which segment at one time.

    Raises InvalidMembers when the parts have different lengths or the customers are not in
    ascending order, each once.
    """

    customer_ids: np.ndarray  # (n,) int64, ascending
    labels: np.ndarray  # (n,) int64, a number for each segment; -1 = in no segment

    def __post_init__(self) -> None:
        if self.customer_ids.shape != self.labels.shape:
            raise InvalidMembers(
                f"{len(self.customer_ids)} customers need one segment each, but there are "
                f"{len(self.labels)}."
            )
        if (np.diff(self.customer_ids) <= 0).any():
            raise InvalidMembers("Customers must come in ascending order of their id, each once.")


@dataclass(frozen=True, eq=False)
class Movement:
    """How many customers went from where to where: the migration matrix."""

    old_labels: tuple[int, ...]  # ascending; begins with -1 where somebody was in no segment
    new_labels: tuple[int, ...]
    # (old + 1, new + 1): one row for each old label and a last one for new customers, one column
    # for each new label and a last one for customers who left.
    counts: np.ndarray

    @property
    def stayed(self) -> np.ndarray:
        """(old, new) counts of the customers known at both times."""
        counts: np.ndarray = self.counts[:-1, :-1]
        return counts

    def share_moved(self, pairs: Mapping[int, int]) -> float | None:
        """The share (0 to 1) of customers known at both times who changed segment.

        `pairs` names the old label of each new one, as match_segments() does; who was in no
        segment and still is has not moved. None when nobody is known at both times.
        """
        total = int(self.stayed.sum())
        same = {**pairs, NO_SEGMENT: NO_SEGMENT}
        at_home = sum(
            int(self.stayed[row, column])
            for column, new in enumerate(self.new_labels)
            for row, old in enumerate(self.old_labels)
            if same.get(new) == old
        )
        return 1 - at_home / total if total else None


@dataclass(frozen=True)
class Matching:
    """Which new segments go on as old ones."""

    pairs: dict[int, int]  # {new label: old label}
    shares: dict[int, float]  # {new label: Jaccard index of its pair}, 0.25 to 1
    new: tuple[int, ...]  # new labels that go on as none of the old ones
    vanished: tuple[int, ...]  # old labels that no new one goes on as


def match_segments(
    old: Members,
    new: Members,
    *,
    only_old: Collection[int] | None = None,
    only_new: Collection[int] | None = None,
) -> Matching:
    """Pair new segments with old ones by the members they share; only some of them where given.

    Segments are compared by the Jaccard index (Jaccard 1912) of their members among the customers
    known at both times: shared members over members of either. The pairs are the one-to-one
    assignment with the largest sum of indices (Kuhn 1955) among pairs of at least 0.25; a customer
    who joined or left changes nothing, and customers in no segment (-1) are no segment.
    """
    moved = movement(old, new)
    olds, news = _places(moved.old_labels, only_old), _places(moved.new_labels, only_new)
    jaccard = _jaccard(moved.stayed)[np.ix_(olds, news)]
    # A pair that doesn't count must not keep one that does from being chosen.
    jaccard[jaccard < LEAST_SHARED] = 0
    found = [
        (moved.new_labels[news[column]], moved.old_labels[olds[row]], float(jaccard[row, column]))
        for row, column in zip(*linear_sum_assignment(jaccard, maximize=True), strict=True)
        if jaccard[row, column] > 0
    ]
    pairs = {label: before for label, before, _ in sorted(found)}
    continued = {NO_SEGMENT, *pairs.values()}
    return Matching(
        pairs,
        {label: share for label, _, share in sorted(found)},
        tuple(label for label in moved.new_labels if label not in {NO_SEGMENT, *pairs}),
        tuple(label for label in moved.old_labels if label not in continued),
    )


def _places(labels: Sequence[int], only: Collection[int] | None) -> list[int]:
    """Where the labels stand that are those of segments, and among the given ones."""
    return [
        place
        for place, label in enumerate(labels)
        if label != NO_SEGMENT and (only is None or label in only)
    ]


def movement(old: Members, new: Members) -> Movement:
    """Count the customers by where they were and where they are."""
    old_labels, was = np.unique(old.labels, return_inverse=True)
    new_labels, now = np.unique(new.labels, return_inverse=True)
    rows, columns = len(old_labels) + 1, len(new_labels) + 1
    place, known = _find(old.customer_ids, new.customer_ids)
    came_from = np.full(len(now), rows - 1)
    came_from[known] = was[place[known]]
    counts = np.bincount(came_from * columns + now, minlength=rows * columns)
    counts = counts.reshape(rows, columns)
    counts[:-1, -1] = np.bincount(was, minlength=rows - 1) - counts[:-1].sum(axis=1)
    return Movement(tuple(old_labels.tolist()), tuple(new_labels.tolist()), counts)


def _find(ids: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(m,) rows at which the wanted ids stand among the sorted ids, and whether they do."""
    if not len(ids):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return place, ids[place] == wanted


def _jaccard(shared: np.ndarray) -> np.ndarray:
    """(old, new): shared members over members of either; 0 for two that have none."""
    either = shared.sum(axis=1)[:, None] + shared.sum(axis=0) - shared
    index: np.ndarray = np.divide(shared, either, out=np.zeros(shared.shape), where=either > 0)
    return index
