from django.urls import path

from customers import export_views

urlpatterns = [
    path("overview/export/", export_views.export_overview, name="export-overview"),
    path("data/export/", export_views.export_records, name="export-records"),
    path("data/template/", export_views.download_template, name="download-template"),
]
