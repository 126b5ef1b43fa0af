"""Under /federation/."""

from django.urls import path

from federation.views import assembly, directory, dossiers, dues, figures, first_admin, meetings, officers, register

app_name = "federation"
urlpatterns = [
    path("", register.register, name="register"),
    path("assembly/", assembly.assembly, name="assembly"),
    path("assembly/new/", assembly.resolution_new, name="resolution_new"),
    path("assembly/meetings/new/", meetings.meeting_new, name="meeting_new"),
    path("assembly/meetings/<uuid:ref>/", meetings.meeting, name="meeting"),
    path("assembly/meetings/<uuid:ref>/items/", meetings.item_add, name="item_add"),
    path("assembly/meetings/<uuid:ref>/step/", meetings.meeting_step, name="meeting_step"),
    path("assembly/meetings/<uuid:ref>/again/", meetings.meeting_again, name="meeting_again"),
    path("assembly/amendments/<uuid:ref>/", meetings.amendment_settle, name="amendment_settle"),
    path("assembly/<uuid:ref>/", assembly.resolution, name="resolution"),
    path("assembly/<uuid:ref>/close/", assembly.resolution_close, name="resolution_close"),
    path("directory/", directory.directory, name="directory"),
    path("dues/", dues.dues, name="dues"),
    path("dues/call/", dues.call_now, name="dues_call"),
    path("dues/terms/new/", dues.terms_new, name="dues_terms_new"),
    path("dues/accounts/<uuid:ref>/confirm/", dues.accounts_confirm, name="accounts_confirm"),
    path("dues/co-ops/<slug:slug>/", dues.dues_of_one, name="dues_of_one"),
    path("dues/co-ops/<slug:slug>/payments/", dues.payment_note, name="payment_note"),
    path("dues/co-ops/<slug:slug>/relief/", dues.relief_new, name="relief_new"),
    path("dossiers/new/", dossiers.dossier_new, name="dossier_new"),
    path("dossiers/<uuid:ref>/", dossiers.dossier, name="dossier"),
    path("dossiers/<uuid:ref>/evidence/", dossiers.evidence_add, name="evidence_add"),
    path("dossiers/<uuid:ref>/administration/", first_admin.first_admin, name="first_admin"),
    path("dossiers/<uuid:ref>/step/", dossiers.dossier_step, name="dossier_step"),
    path("evidence/<uuid:ref>/review/", dossiers.evidence_review, name="evidence_review"),
    path("evidence/<uuid:ref>/file/", dossiers.evidence_file, name="evidence_file"),
    path("figures/", figures.figures, name="figures"),
    path("figures/<int:year>/<int:month>/", figures.figures, name="figures_month"),
    path("officers/", officers.officers, name="officers"),
    path("officers/<uuid:ref>/end/", officers.officer_end, name="officer_end"),
]
