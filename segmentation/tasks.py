"""What the queue calls; each only hands an id to an operation."""

from segmentation.operations import runs


def execute_run(run_id: int) -> None:
    runs.execute_run(run_id)


def recover_lost_runs() -> None:
    runs.recover_lost_runs()
