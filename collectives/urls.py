"""What belongs to a collective itself, under /c/<slug>/."""

from django.urls import URLPattern, URLResolver, path

from collectives.urls_decisions import decision_urls
from collectives.views import corrections, fleet, settings, shifts, team, zones

app_name = "collectives"
urlpatterns: list[URLPattern | URLResolver] = [
    path("team/", team.team, name="team"),
    path("team/invitations/new/", team.invitation_new, name="invitation_new"),
    path("team/invitations/<uuid:ref>/resend/", team.invitation_resend, name="invitation_resend"),
    path("team/invitations/<uuid:ref>/withdraw/", team.invitation_withdraw, name="invitation_withdraw"),
    path("team/members/<uuid:ref>/", team.member, name="member"),
    path("team/members/<uuid:ref>/deactivate/", team.member_deactivate, name="member_deactivate"),
    path("team/members/<uuid:ref>/reactivate/", team.member_reactivate, name="member_reactivate"),
    path("team/members/<uuid:ref>/corrections/new/", corrections.correction_new, name="correction_new"),
    path("team/corrections/", corrections.corrections, name="corrections"),
    path("team/corrections/<uuid:ref>/", corrections.correction_answer, name="correction_answer"),
    path("team/weeks/", shifts.shifts, name="shifts"),
    path("team/weeks/<int:year>/<int:week>/", shifts.shifts_week, name="shifts_week"),
    path("team/weeks/<int:year>/<int:week>/copy/", shifts.shifts_copy, name="shifts_copy"),
    path("team/shifts/new/", shifts.shift_new, name="shift_new"),
    path("team/shifts/<uuid:ref>/", shifts.shift, name="shift"),
    path("team/shifts/<uuid:ref>/remove/", shifts.shift_remove, name="shift_remove"),
    path("settings/", settings.settings, name="settings"),
    path("settings/hours/", settings.hours, name="hours"),
    path("settings/hours/close/", settings.day_close, name="day_close"),
    path("settings/hours/open/", settings.day_open, name="day_open"),
    path("settings/hours/holidays/", settings.holidays_close, name="holidays_close"),
    path("settings/zones/", zones.zones, name="zones"),
    path("settings/zones/new/", zones.zone_new, name="zone_new"),
    path("settings/zones/<uuid:ref>/", zones.zone, name="zone"),
    path("settings/zones/<uuid:ref>/remove/", zones.zone_remove, name="zone_remove"),
    path("settings/fleet/", fleet.vehicles, name="vehicles"),
    path("settings/fleet/new/", fleet.vehicle_new, name="vehicle_new"),
    path("settings/fleet/<uuid:ref>/", fleet.vehicle, name="vehicle"),
    path("settings/fleet/<uuid:ref>/remove/", fleet.vehicle_remove, name="vehicle_remove"),
    path("settings/hubs/new/", fleet.hub_new, name="hub_new"),
    path("settings/hubs/<uuid:ref>/", fleet.hub, name="hub"),
    path("settings/hubs/<uuid:ref>/remove/", fleet.hub_remove, name="hub_remove"),
    *decision_urls,
]
