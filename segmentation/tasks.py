"""What the queue calls; each only hands an id or the day to an operation."""

from django.utils import timezone

from segmentation.operations import runs, schedules, upkeep


def execute_run(run_id: int) -> None:
    schedules.settle_scheduled_run(runs.execute_run(run_id))


def recover_lost_runs() -> None:
    runs.recover_lost_runs()


def look_after_segments() -> None:
    upkeep.look_after_segments()


def start_due_runs() -> None:
    schedules.start_due_runs(today=timezone.localdate())
