"""What the groups that come with the product allow."""

import pytest
from django.contrib.auth.models import Permission

from tests.factories import make_user

pytestmark = pytest.mark.django_db
EVERYONE = ["Viewer", "Marketer", "Integration", "Admin"]
# Who, besides an admin, may do it.
ALLOWED = {
    "customers.add_dataimport": ["Marketer", "Integration"],
    "customers.change_dataimport": ["Marketer"],
    "customers.add_customer": ["Integration"],
    "customers.change_transaction": ["Integration"],
    "customers.delete_customer": [],
    "customers.change_city": [],
    "segmentation.add_segmentationrun": ["Marketer"],
    "segmentation.change_segmentationrun": ["Marketer"],
    "segmentation.delete_segmentationrun": ["Marketer"],
    "segmentation.change_segmentidentity": ["Marketer"],
    "segmentation.delete_segmentidentity": [],
    "segmentation.view_runschedule": ["Viewer", "Marketer", "Integration"],
    "segmentation.add_runschedule": ["Marketer"],
    "segmentation.delete_runschedule": ["Marketer"],
    "campaigns.add_campaign": ["Marketer"],
    "campaigns.delete_offer": ["Marketer"],
    "auth.add_user": [],
    "knox.delete_authtoken": [],
}


@pytest.mark.parametrize("permission", ALLOWED)
def test_a_role_may_do_what_it_is_for_and_no_more(permission: str) -> None:
    allowed = [role for role in EVERYONE if make_user(role).has_perm(permission)]
    assert allowed == [*ALLOWED[permission], "Admin"]


@pytest.mark.parametrize("role", EVERYONE)
def test_no_role_lifts_itself(role: str) -> None:
    permissions = make_user(role).get_all_permissions()
    forbidden = {f"auth.{step}_group" for step in ("add", "change", "delete")}
    assert not permissions & (forbidden | {"knox.add_authtoken", "knox.change_authtoken"})
    assert not [name for name in permissions if name.startswith("django_q.")]


@pytest.mark.parametrize("role", EVERYONE)
def test_every_role_sees_all_records(role: str) -> None:
    user = make_user(role)
    assert user.has_perms(["customers.view_transaction", "segmentation.view_segment"])
    assert user.has_perms(["campaigns.view_campaign", "customers.view_dataimport"])


def test_a_viewer_only_views() -> None:
    names = Permission.objects.filter(group__name="Viewer").values_list("codename", flat=True)
    assert names
    assert all(name.startswith("view_") for name in names)


def test_nobody_is_staff_by_role() -> None:
    assert not any(make_user(role).is_staff for role in EVERYONE)
