"""A person's own page: name and role, password, API tokens."""

from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST, require_safe
from knox.models import AuthToken


@require_safe
def account_page(request: HttpRequest) -> HttpResponse:
    return _account(request)


def _account(request: HttpRequest, new_token: str | None = None) -> HttpResponse:
    context = {
        "roles": request.user.groups.values_list("name", flat=True),
        "tokens": AuthToken.objects.filter(user=request.user).order_by("-created"),
        "new_token": new_token,
    }
    return render(request, "account/account.html", context)


@require_POST
def create_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show it this once: only its digest is stored."""
    _, token = AuthToken.objects.create(user=request.user)
    return _account(request, new_token=token)


@require_POST
def revoke_token(request: HttpRequest, digest: str) -> HttpResponse:
    get_object_or_404(AuthToken, user=request.user, digest=digest).delete()
    messages.success(request, "The token no longer opens anything.")
    return redirect("account")


class ChangePassword(PasswordChangeView):
    template_name = "account/password.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form: object) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)
