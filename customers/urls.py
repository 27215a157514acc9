from django.urls import path

from customers import views

urlpatterns = [
    path("", views.overview_page, name="overview"),
    path("data/", views.data_page, name="data"),
    path("data/import/", views.start_import, name="start-import"),
    path("data/imports/<int:pk>/", views.import_page, name="import"),
    path("data/imports/<int:pk>/cancel/", views.cancel_import, name="cancel-import"),
    path("data/imports/<int:pk>/rejected-rows/", views.download_rejects, name="download-rejects"),
]
