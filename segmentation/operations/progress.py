"""How far a run is, and how long each stage of it took."""

from time import perf_counter

from segmentation.models import SegmentationRun

# What each stage of the work is called while it is done.
STAGES = {
    "facts": "Looking for new records",
    "features": "Describing each customer",
    "scale": "Putting the features on one scale",
    "reduce": "Finding the main directions",
    "cluster": "Grouping customers",
    "score": "Judging the groups",
    "explain": "Putting the segments into words",
    "save": "Saving the segments",
}
# The share of all work that is done when a stage begins; the search lies between.
BEGINNINGS = {"facts": 0.0, "features": 0.03, "explain": 0.88, "save": 0.94}
SEARCH_FROM, SEARCH_TO = 0.08, 0.88


class Stopwatch:
    """Reports each stage to the run and keeps how many seconds it took."""

    def __init__(self, run: SegmentationRun) -> None:
        self.run = run
        self.seconds: dict[str, float] = {}
        self._stage, self._began = "", perf_counter()

    def enter(self, stage: str) -> None:
        """Say that a stage before or after the search begins. Raises as `report` does."""
        self._begin(stage)
        self.run.report(STAGES[stage], BEGINNINGS[stage])

    def search(self, stage: str, done: float, detail: str) -> None:
        """Say what the search is at, and the share of it that is done, 0 to 1."""
        self._begin(stage)
        title = f"{STAGES[stage]}: {detail}" if detail else STAGES[stage]
        self.run.report(title[:100], SEARCH_FROM + done * (SEARCH_TO - SEARCH_FROM))

    def stop(self) -> None:
        """Stop the clock of the present stage; one that comes again goes on."""
        if self._stage:
            took = self.seconds.get(self._stage, 0.0) + perf_counter() - self._began
            self.seconds[self._stage] = round(took, 3)
        self._stage = ""

    def _begin(self, stage: str) -> None:
        if stage != self._stage:
            self.stop()
            self._stage, self._began = stage, perf_counter()
