from django.urls import path

from segmentation import person_views, run_views, schedule_views, segment_views, views

urlpatterns = [
    path("", segment_views.segments_page, name="segments"),
    path("<int:pk>/rename/", segment_views.rename, name="rename-segment"),
    path("<int:pk>/archive/", segment_views.archive, name="archive-segment"),
    path("<int:pk>/restore/", segment_views.restore, name="restore-segment"),
    path("customers/", person_views.find, name="find-person"),
    path("customers/<int:pk>/", person_views.person_page, name="person"),
    path("<int:pk>/customers/", views.export_members, name="export-members"),
    path("runs/", run_views.runs_page, name="runs"),
    path("runs/new/", views.new_run, name="new-run"),
    path("runs/<int:pk>/", run_views.run_page, name="run"),
    path("runs/<int:pk>/adopt/", run_views.adopt, name="adopt-run"),
    path("runs/<int:pk>/cancel/", run_views.cancel, name="cancel-run"),
    path("runs/<int:pk>/delete/", run_views.delete, name="delete-run"),
    path("runs/<int:pk>/report/", run_views.report, name="report-run"),
    path("runs/<int:pk>/compare/", run_views.compare_page, name="compare-run"),
    path("runs/<int:pk>/difference/", run_views.export_difference, name="export-difference"),
    path("runs/<int:pk>/memberships/", run_views.export_memberships, name="export-memberships"),
    path("schedules/", schedule_views.schedules_page, name="run-schedules"),
    path("schedules/new/", schedule_views.new_schedule, name="new-run-schedule"),
    path("schedules/<int:pk>/", schedule_views.schedule_page, name="run-schedule"),
    path("schedules/<int:pk>/delete/", schedule_views.delete_schedule, name="delete-run-schedule"),
]
