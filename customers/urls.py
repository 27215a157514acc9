from django.urls import include, path

from customers import import_views, views

IMPORT = "data/imports/<int:pk>"

urlpatterns = [
    path("", views.overview_page, name="overview"),
    path("", include("customers.export_urls")),
    path("data/", import_views.data_page, name="data"),
    path("data/import/", import_views.start_import, name="start-import"),
    path("data/preparing-files/", import_views.preparing_files, name="preparing-files"),
    path(f"{IMPORT}/", import_views.import_page, name="import"),
    path(f"{IMPORT}/columns/", import_views.name_columns, name="name-columns"),
    path(f"{IMPORT}/load/", import_views.load, name="load-import"),
    path(f"{IMPORT}/cancel/", import_views.cancel_import, name="cancel-import"),
    path(f"{IMPORT}/retry/", import_views.retry, name="retry-import"),
    path(f"{IMPORT}/undo/", import_views.undo, name="undo-import"),
    path(f"{IMPORT}/rejected-rows/", import_views.download_rejects, name="download-rejects"),
]
