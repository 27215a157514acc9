"""What the workers do by the clock."""

from django_q.models import Schedule

# (function, minutes between two calls)
SCHEDULES = (
    ("customers.tasks.refresh_stale_facts", 5),
    ("customers.tasks.recover_lost_imports", 1),
    ("segmentation.tasks.recover_lost_runs", 1),
    ("segmentation.tasks.start_due_runs", 10),
    ("segmentation.tasks.look_after_segments", 5),
    ("campaigns.tasks.advance", 5),
)


def ensure_schedules() -> None:
    """Make each schedule that is missing; what an admin changed in one stays."""
    for function, minutes in SCHEDULES:
        Schedule.objects.get_or_create(
            name=function,
            defaults={"func": function, "schedule_type": Schedule.MINUTES, "minutes": minutes},
        )
