from typing import Any

from django.apps import AppConfig, apps
from django.db import connection
from django.db.models.signals import post_migrate


class EcommerceConfig(AppConfig):
    name = "ecommerce"
    verbose_name = "Coterie"

    def ready(self) -> None:
        # Django sends the signal only for apps with models, and this one has none.
        post_migrate.connect(_make_schedules, sender=apps.get_app_config("django_q"))


def _make_schedules(**_: Any) -> None:
    """However the workers are started, the clock's work is there after `migrate`."""
    from django_q.models import Schedule

    from ecommerce.schedules import ensure_schedules

    # `migrate customers` on an empty database leaves the others' tables for later.
    if Schedule._meta.db_table in connection.introspection.table_names():
        ensure_schedules()
