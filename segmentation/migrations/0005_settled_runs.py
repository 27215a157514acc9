from django.db import migrations, models
from django.db.models import F


def count_from_the_next_time(apps, schema_editor):
    apps.get_model("segmentation", "RunSchedule").objects.update(counted_from=F("next_on"))


def leave_ended_runs(apps, schema_editor):
    runs = apps.get_model("segmentation", "SegmentationRun").objects
    runs.exclude(status__in=["queued", "running"]).update(settled_at=F("finished_at"))


class Migration(migrations.Migration):
    dependencies = [("segmentation", "0004_identities_of_adopted_segments")]

    operations = [
        migrations.AddField(
            model_name="candidate",
            name="silhouette_own_high",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="candidate",
            name="silhouette_own_low",
            field=models.FloatField(
                help_text="95 % interval of that where it is an estimate.", null=True
            ),
        ),
        migrations.AddField(
            model_name="runschedule",
            name="counted_from",
            field=models.DateField(
                editable=False,
                help_text="The day whose number the months keep, as the 31st.",
                null=True,
            ),
        ),
        migrations.RunPython(count_from_the_next_time, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="runschedule",
            name="counted_from",
            field=models.DateField(
                editable=False, help_text="The day whose number the months keep, as the 31st."
            ),
        ),
        migrations.AddField(
            model_name="segmentationrun",
            name="settled_at",
            field=models.DateTimeField(
                editable=False,
                help_text="When its schedule decided what becomes of it.",
                null=True,
            ),
        ),
        migrations.RunPython(leave_ended_runs, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="segment",
            name="share",
            field=models.FloatField(help_text="Of all customers of the run, 0 to 1."),
        ),
        migrations.AlterField(
            model_name="segment",
            name="size",
            field=models.PositiveIntegerField(
                help_text="Customers in it, with those who came since."
            ),
        ),
    ]
