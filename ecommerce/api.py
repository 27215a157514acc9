from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("docs/", lambda request: HttpResponse(""), name="api-docs")]
