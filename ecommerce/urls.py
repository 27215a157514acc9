"""Where each page lives."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from campaigns.views import segment_page
from ecommerce import account, health

handler500 = "ecommerce.errors.unexpected"

urlpatterns = [
    path("", include("customers.urls")),
    path("segments/", include("segmentation.urls")),
    path("segments/<int:pk>/", segment_page, name="segment"),
    path("campaigns/", include("campaigns.urls")),
    path("api/", include("ecommerce.api")),
    path("admin/", admin.site.urls),
    path("login/", auth_views.LoginView.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("account/", account.account_page, name="account"),
    path("account/password/", account.ChangePassword.as_view(), name="change-password"),
    path("account/tokens/", account.create_token, name="create-token"),
    path("account/tokens/<str:digest>/revoke/", account.revoke_token, name="revoke-token"),
    path("health/", health.health, name="health"),
    path("favicon.ico", health.favicon, name="favicon"),
]
