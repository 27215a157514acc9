from django.db import migrations, models


def note_how_long(apps, schema_editor):
    """Of imports whose times no undo has overwritten yet."""
    imports = apps.get_model("customers", "DataImport").objects
    loaded = imports.filter(status="completed", task="load", started_at__isnull=False)
    for one in loaded.filter(loaded_at__isnull=False).only("started_at", "loaded_at"):
        seconds = (one.loaded_at - one.started_at).total_seconds()
        if seconds >= 0:
            imports.filter(pk=one.pk).update(load_seconds=seconds)


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0004_imports_loaded_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='dataimport',
            name='load_seconds',
            field=models.FloatField(editable=False, help_text='How long the worker had it until it was loaded.', null=True),
        ),
        migrations.RunPython(note_how_long, migrations.RunPython.noop),
    ]
