"""A person's own page: name and role, password, API tokens."""

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST, require_safe
from knox.models import AuthToken

from customers.requests import PersonRequest


@require_safe
def account_page(request: PersonRequest) -> HttpResponse:
    return _account(request)


def _account(request: PersonRequest, new_token: str | None = None) -> HttpResponse:
    context = {
        "roles": request.user.groups.values_list("name", flat=True),
        "tokens": AuthToken.objects.filter(user=request.user).order_by("-created"),
        "new_token": new_token,
    }
    return render(request, "account/account.html", context)


@require_POST
def create_token(request: PersonRequest) -> HttpResponse:
    """Make a token and show it this once: only its digest is stored."""
    _, token = AuthToken.objects.create(user=request.user)
    return _account(request, new_token=token)


@require_POST
def revoke_token(request: PersonRequest, digest: str) -> HttpResponse:
    get_object_or_404(AuthToken, user=request.user, digest=digest).delete()
    messages.success(request, "The token no longer opens anything.")
    return redirect("account")


class ChangePassword(PasswordChangeView):
    template_name = "account/password.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)
