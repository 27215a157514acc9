"""The four groups that come with the product. What an admin changes in them later stays."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

APPS = ("customers", "segmentation", "campaigns")
LOOK = [
    "customers.view_branch",
    "customers.view_city",
    "customers.view_customer",
    "customers.view_dataimport",
    "customers.view_factsversion",
    "customers.view_merchant",
    "customers.view_transaction",
    "segmentation.view_candidate",
    "segmentation.view_membership",
    "segmentation.view_segment",
    "segmentation.view_segmentationrun",
    "campaigns.view_campaign",
    "campaigns.view_offer",
]
PERMISSIONS = {
    "Viewer": LOOK,
    "Marketer": [
        *LOOK,
        "customers.add_dataimport",
        "customers.change_dataimport",
        "segmentation.add_segmentationrun",
        "segmentation.change_segmentationrun",
        "segmentation.change_segment",
        "campaigns.add_campaign",
        "campaigns.change_campaign",
        "campaigns.delete_campaign",
        "campaigns.add_offer",
        "campaigns.change_offer",
        "campaigns.delete_offer",
    ],
    "Integration": [
        *LOOK,
        "customers.add_dataimport",
        "customers.add_customer",
        "customers.change_customer",
        "customers.add_transaction",
        "customers.change_transaction",
    ],
}
# Admins put people into groups and revoke tokens. They neither change what a group may do nor
# make tokens for others, because both would make them more than admins.
ADMIN_ALSO = [
    "auth.add_user",
    "auth.change_user",
    "auth.delete_user",
    "auth.view_group",
    "auth.view_user",
    "knox.delete_authtoken",
    "knox.view_authtoken",
]


def make_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    # Django makes permissions after all migrations; the groups need them now.
    for label in (*APPS, "auth", "knox"):
        create_permissions(installed.get_app_config(label), apps=apps, verbosity=0)
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, names in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*(known[name] for name in names))
    group, _ = Group.objects.get_or_create(name="Admin")
    everything = [name for name in known if name.split(".")[0] in APPS]
    group.permissions.add(*(known[name] for name in [*everything, *ADMIN_ALSO]))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("campaigns", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("customers", "0001_initial"),
        ("knox", "0009_extend_authtoken_field"),
        ("segmentation", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
