"""The courier's pages, under /courier/. The co-op comes from the session."""

from django.urls import path

from dispatch.pocket.views import acts, install, pages, papers, phones, position, requests, scan, shift, sync

app_name = "pocket"
urlpatterns = [
    path("", pages.day, name="day"),
    path("stops/<uuid:ref>/", pages.task, name="task"),
    path("papers/<uuid:ref>/", papers.paper, name="paper"),
    path("stops/<uuid:ref>/start/", acts.task_start, name="task_start"),
    path("stops/<uuid:ref>/wait/", acts.task_wait, name="task_wait"),
    path("stops/<uuid:ref>/done/", acts.task_done, name="task_done"),
    path("stops/<uuid:ref>/incident/", acts.task_incident, name="task_incident"),
    path("stops/<uuid:ref>/correct/", acts.task_correct, name="task_correct"),
    path("stops/<uuid:ref>/add/", acts.task_add, name="task_add"),
    path("stops/<uuid:ref>/word/", acts.task_word, name="task_word"),
    path("incidents/<uuid:ref>/", acts.incident, name="incident"),
    path("undo/", acts.undo, name="undo"),
    path("seen/", acts.seen, name="seen"),
    path("shift/", shift.shift, name="shift"),
    path("hours/", shift.hours, name="hours"),
    path("hours/export/", shift.hours_export, name="hours_export"),
    path("position/", position.position, name="position"),
    path("position/here/", position.position_here, name="position_here"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<uuid:ref>/withdraw/", requests.request_withdraw, name="request_withdraw"),
    path("rounds/", requests.free_rounds, name="free_rounds"),
    path("phone/", phones.phone, name="phone"),
    path("who/", phones.who, name="who"),
    path("hand-on/", phones.hand_on, name="hand_on"),
    path("scan/", scan.scan, name="scan"),
    path("map/", pages.map_page, name="map"),
    path("menu/", pages.menu, name="menu"),
    path("switch/", pages.switch, name="switch"),
    path("sync/", sync.sync, name="sync"),
    path("proofs/", sync.proof, name="proof"),
    path("manifest.webmanifest", install.manifest, name="manifest"),
    path("sw.js", install.service_worker, name="service_worker"),
    path("offline/", install.offline, name="offline"),
]
