from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0002_imports_reviewed_and_undone'),
    ]

    operations = [
        migrations.AddField(
            model_name='factsversion',
            name='months_rewritten',
            field=models.PositiveIntegerField(default=0, help_text='Months of claims that were not taken over from the one before.'),
        ),
        migrations.AddField(
            model_name='factschange',
            name='customers',
            field=models.BooleanField(default=True, help_text='Whether customers themselves changed.'),
        ),
    ]
