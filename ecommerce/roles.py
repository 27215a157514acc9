"""Who may do what over the API: the model permissions of the groups, for reading too."""

from typing import Any

from rest_framework.permissions import DjangoModelPermissions
from rest_framework.request import Request


class ModelPermissions(DjangoModelPermissions):
    """As Django REST framework's, but reading needs the view permission as well.

    A view says by `also_needs` which actions need permissions of other models too.
    """

    perms_map = DjangoModelPermissions.perms_map | {
        "GET": ["%(app_label)s.view_%(model_name)s"],
        "HEAD": ["%(app_label)s.view_%(model_name)s"],
    }

    def has_permission(self, request: Request, view: Any) -> bool:
        """A POST to a row's own address is a step, such as cancel: it changes the row."""
        more = getattr(view, "also_needs", {}).get(getattr(view, "action", None), ())
        if not request.user.has_perms(more):
            return False
        allowed = super().has_permission(request, view)
        if request.method != "POST" or not getattr(view, "detail", False):
            return allowed
        needed = self.get_required_permissions("PATCH", self._queryset(view).model)
        return request.user.is_authenticated and request.user.has_perms(needed)
