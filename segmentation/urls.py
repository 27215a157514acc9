from django.urls import path

from segmentation import views

urlpatterns = [
    path("", views.segments_page, name="segments"),
    path("<int:pk>/customers/", views.export_members, name="export-members"),
    path("runs/new/", views.new_run, name="new-run"),
    path("runs/<int:pk>/", views.run_page, name="run"),
    path("runs/<int:pk>/adopt/", views.adopt, name="adopt-run"),
    path("runs/<int:pk>/cancel/", views.cancel, name="cancel-run"),
]
