"""A collective's own dossier, and its voice in the assembly, under /c/<slug>/."""

from django.urls import path

from federation.views import licence, meeting_voice, own_dues, voice

app_name = "licence"
urlpatterns = [
    path("licence/", licence.licence, name="licence"),
    path("licence/evidence/", licence.licence_add, name="evidence_add"),
    path("licence/evidence/<uuid:ref>/file/", licence.licence_file, name="evidence_file"),
    path("federation/", voice.voice, name="voice"),
    path("federation/delegate/", voice.delegate_name, name="delegate_name"),
    path("federation/dues/", own_dues.dues, name="dues"),
    path("federation/dues/accounts/", own_dues.accounts_file, name="accounts_file"),
    path("federation/dues/csv/", own_dues.dues_csv, name="dues_csv"),
    path("federation/dues/pdf/", own_dues.dues_pdf, name="dues_pdf"),
    path("federation/meetings/<uuid:ref>/", meeting_voice.meeting, name="meeting"),
    path("federation/meetings/<uuid:ref>/voice/", meeting_voice.proxy_give, name="proxy_give"),
    path("federation/meetings/<uuid:ref>/voice/back/", meeting_voice.proxy_revoke, name="proxy_revoke"),
    path("federation/items/<uuid:ref>/amend/", meeting_voice.amend, name="amend"),
    path("federation/motions/<uuid:ref>/", voice.motion, name="motion"),
    path("federation/motions/<uuid:ref>/ask/", voice.motion_consult, name="motion_consult"),
    path("federation/motions/<uuid:ref>/vote/", voice.motion_vote, name="motion_vote"),
]
