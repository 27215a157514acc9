"""What the queue calls; each only hands an id or the day to an operation."""

from django.utils import timezone

from segmentation.operations import runs, schedules, settling, upkeep


def execute_run(run_id: int) -> None:
    runs.execute_run(run_id)
    settling.settle_scheduled_run(run_id)


def recover_lost_runs() -> None:
    runs.recover_lost_runs()


def look_after_segments() -> None:
    upkeep.look_after_segments()


def start_due_runs() -> None:
    schedules.start_due_runs(today=timezone.localdate())
    settling.settle_left_over()
