from django.urls import path, register_converter

from campaigns import views


class StepConverter:
    """One of the steps a campaign can be asked to take."""

    regex = "|".join(views.STEPS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(StepConverter, "step")

urlpatterns = [
    path("", views.campaigns_page, name="campaigns"),
    path("new/", views.new_campaign, name="new-campaign"),
    path("<int:pk>/", views.campaign_page, name="campaign"),
    path("<int:pk>/edit/", views.edit_campaign, name="edit-campaign"),
    path("<int:pk>/delete/", views.delete_campaign, name="delete-campaign"),
    path("<int:pk>/<step:step>/", views.move_campaign, name="move-campaign"),
    path("offers/new/", views.new_offer, name="new-offer"),
    path("offers/<int:pk>/", views.offer_page, name="offer"),
    path("offers/<int:pk>/edit/", views.edit_offer, name="edit-offer"),
]
