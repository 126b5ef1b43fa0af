"""A collective's own dossier, and its voice in the assembly, under /c/<slug>/."""

from django.urls import path

from federation.views import licence, meeting_voice, own_dues, own_purchases, own_solidarity, passport, pot, voice

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
    path("federation/solidarity/", own_solidarity.solidarity, name="solidarity"),
    path("federation/solidarity/requests/", own_solidarity.aid_ask, name="aid_ask"),
    path("federation/purchases/", own_purchases.purchase_list, name="purchases"),
    path("federation/purchases/new/", own_purchases.purchase_open, name="purchase_open"),
    path("federation/purchases/<uuid:ref>/", own_purchases.purchase, name="purchase"),
    path("federation/purchases/<uuid:ref>/intent/", own_purchases.purchase_intend, name="purchase_intend"),
    path("federation/purchases/<uuid:ref>/offer/", own_purchases.purchase_offer, name="purchase_offer"),
    path("federation/purchases/<uuid:ref>/take/", own_purchases.purchase_take, name="purchase_take"),
    path("federation/purchases/<uuid:ref>/steps/<slug:step>/", own_purchases.purchase_step, name="purchase_step"),
    path("federation/training/", passport.training, name="training"),
    path("federation/training/passport/", passport.passport, name="passport"),
    path("federation/training/records/", passport.training_record, name="training_record"),
    path("federation/training/records/<uuid:ref>/withdraw/", passport.training_withdraw, name="training_withdraw"),
    path("federation/pot/", pot.pot, name="pot"),
    path("federation/pot/contributions/<uuid:ref>/", pot.contribution, name="contribution"),
    path("federation/pot/expenses/<uuid:ref>/", pot.expense, name="expense"),
    path("federation/pot/expenses/<uuid:ref>/receipt/", pot.receipt, name="receipt"),
    path("federation/pot/expenses/<uuid:ref>/sign/", pot.expense_sign, name="expense_sign"),
    path("federation/pot/expenses/<uuid:ref>/withdraw/", pot.expense_withdraw, name="expense_withdraw"),
    path("federation/pot/deliverables/<uuid:ref>/done/", pot.deliverable_done, name="deliverable_done"),
    path("federation/groups/<slug:group>/", pot.group, name="group"),
    path("federation/groups/<slug:group>/expenses/", pot.expense_ask, name="expense_ask"),
    path("federation/groups/<slug:group>/deliverables/", pot.deliverable_add, name="deliverable_add"),
    path("federation/items/<uuid:ref>/amend/", meeting_voice.amend, name="amend"),
    path("federation/motions/<uuid:ref>/", voice.motion, name="motion"),
    path("federation/motions/<uuid:ref>/ask/", voice.motion_consult, name="motion_consult"),
    path("federation/motions/<uuid:ref>/vote/", voice.motion_vote, name="motion_vote"),
]
