from django.db import migrations, models
from django.db.models import F


def note_when(apps, schema_editor):
    imports = apps.get_model("customers", "DataImport").objects
    imports.filter(status="completed", dry_run=False).update(loaded_at=F("finished_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_facts_what_changed'),
    ]

    operations = [
        migrations.AddField(
            model_name='dataimport',
            name='loaded_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(note_when, migrations.RunPython.noop),
    ]
