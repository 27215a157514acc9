import pytest
from tests import factories as f
from django.contrib.staticfiles.storage import staticfiles_storage
pytestmark = pytest.mark.django_db
def test_all(client):
    for n in ("city","merchant","branch","customer","transaction","run","candidate","segment","offer","campaign"):
        getattr(f, "make_"+n)().full_clean()
    for r in ("Viewer","Marketer","Admin","Integration"):
        u = f.make_user(r); print(r, sorted(u.get_all_permissions()))
        client.force_login(u)
        print(client.get("/health/"))
    f.make_segment(customers=[f.make_customer()])
    print(staticfiles_storage.url("css/app.css"))
