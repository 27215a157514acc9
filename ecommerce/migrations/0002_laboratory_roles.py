"""What the groups may do with schedules, with segments that stay, and with runs nobody needs."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

NEW = ("historicalsegmentidentity", "runschedule", "segmentidentity")
LOOK = ["view_historicalsegmentidentity", "view_runschedule", "view_segmentidentity"]
PERMISSIONS = {
    "Viewer": LOOK,
    "Integration": LOOK,
    "Marketer": [
        *LOOK,
        "add_runschedule",
        "change_runschedule",
        "delete_runschedule",
        "change_segmentidentity",
        "delete_segmentationrun",
    ],
}


def extend_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    # Django makes permissions after all migrations; the groups need them now.
    create_permissions(installed.get_app_config("segmentation"), apps=apps, verbosity=0)
    known = Permission.objects.filter(content_type__app_label="segmentation")
    for role, names in PERMISSIONS.items():
        # A group that an admin has taken away stays away.
        for group in Group.objects.filter(name=role):
            group.permissions.add(*known.filter(codename__in=names))
    for group in Group.objects.filter(name="Admin"):
        group.permissions.add(*known.filter(content_type__model__in=NEW))


class Migration(migrations.Migration):
    dependencies = [
        ("ecommerce", "0001_roles"),
        ("segmentation", "0004_identities_of_adopted_segments"),
    ]
    operations = [migrations.RunPython(extend_roles, migrations.RunPython.noop)]
