"""Where each part of the API lives, and its documentation."""

from typing import Any

from csp.decorators import csp_update
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.routers import DefaultRouter
from rest_framework.views import APIView

from campaigns.api import CampaignViewSet, OfferViewSet
from customers.api.imports import ImportViewSet
from customers.api.records import (
    BranchViewSet,
    CityViewSet,
    MerchantViewSet,
    TransactionViewSet,
)
from segmentation.api import (
    RunViewSet,
    ScheduleViewSet,
    SegmentedCustomerViewSet,
    SegmentViewSet,
)

# The three lines of style that drf-spectacular writes into its page.
DOCS_STYLE = "'sha256-MMpT0iDxyjALd9PdfepImGX3DBfJPXZ4IlDWdPAgtn0='"


class NothingHere(APIView):
    """Every other address under /api/ answers like the rest of it."""

    permission_classes = [IsAuthenticated]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address. Addresses of the API end with a slash.")


router = DefaultRouter()
router.include_format_suffixes = False
router.register("customers", SegmentedCustomerViewSet, basename="customer")
router.register("transactions", TransactionViewSet, basename="transaction")
router.register("cities", CityViewSet, basename="city")
router.register("merchants", MerchantViewSet, basename="merchant")
router.register("branches", BranchViewSet, basename="branch")
router.register("imports", ImportViewSet, basename="import")
router.register("runs", RunViewSet, basename="run")
router.register("schedules", ScheduleViewSet, basename="schedule")
router.register("segments", SegmentViewSet, basename="segment")
router.register("offers", OfferViewSet, basename="offer")
router.register("campaigns", CampaignViewSet, basename="campaign")

docs = csp_update({"style-src": [DOCS_STYLE]})(SpectacularSwaggerSplitView.as_view())

urlpatterns = [
    path("v1/", include((router.urls, "api"))),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs, name="api-docs"),
    re_path("", NothingHere.as_view()),
]
