from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EcommerceConfig(AppConfig):
    name = "ecommerce"
    verbose_name = "Coterie"

    def ready(self) -> None:
        post_migrate.connect(_make_schedules, sender=self)


def _make_schedules(**_: Any) -> None:
    """However the workers are started, the clock's work is there after `migrate`."""
    from ecommerce.schedules import ensure_schedules

    ensure_schedules()
