"""Segments found before get their colour, and the adopted ones what stays of them."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def identify(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    segments = apps.get_model("segmentation", "Segment")
    identities = apps.get_model("segmentation", "SegmentIdentity")
    segments.objects.update(color=F("position"))
    for segment in segments.objects.filter(run__is_current=True).order_by("position"):
        segment.identity = identities.objects.create(
            key=segment.key, name=segment.name, color=segment.color
        )
        segment.save(update_fields=["identity"])


class Migration(migrations.Migration):
    dependencies = [("segmentation", "0003_laboratory")]
    operations = [migrations.RunPython(identify, migrations.RunPython.noop)]
