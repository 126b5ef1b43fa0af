"""The Celery application: `celery -A coopdelivery worker -B -P threads`. The timetable is code, each task lives in its app."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopdelivery.settings")
app = Celery("coopdelivery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["collectives.webhooks", "dispatch.api"])
app.conf.beat_schedule = {
    "errands that were lost": {"task": "coopdelivery.journal.tasks.sweep", "schedule": 10.0},
    "messages that wait": {"task": "coopdelivery.notices.tasks.send_waiting", "schedule": 10.0},
    "webhooks that wait": {"task": "collectives.webhooks.tasks.send_waiting", "schedule": 10.0},
    "couriers of sandboxes": {"task": "dispatch.api.tasks.walk_sandboxes", "schedule": 10.0},
    "old answers and positions": {"task": "dispatch.api.tasks.forget_old", "schedule": crontab(hour=3, minute=45)},
    "positions of who went home": {"task": "dispatch.tasks.forget_whereabouts", "schedule": crontab(minute="*/10")},
    "ways that plans need": {"task": "dispatch.tasks.learn_all_ways", "schedule": 20.0},
    "daily digests": {"task": "coopdelivery.notices.tasks.send_digests", "schedule": crontab(minute=0)},
    "settle what was delivered": {"task": "orders.tasks.settle_all", "schedule": crontab(hour=2, minute=30)},
    "settlement runs that stopped": {"task": "orders.tasks.resume_settlements", "schedule": 60.0},
    "payments that were not heard of": {"task": "orders.tasks.reconcile_payments", "schedule": crontab(minute="*/15")},
    "prices asked and not accepted": {"task": "orders.tasks.forget_quotes", "schedule": crontab(hour=3, minute=15)},
    "deliveries that come again": {"task": "orders.tasks.place_repeats", "schedule": crontab(minute="*/10")},
    "purchases in shop windows": {"task": "orders.tasks.work_windows", "schedule": 120.0},
    "imports that stopped": {"task": "orders.tasks.resume_imports", "schedule": 60.0},
    "recipients nobody needs to know any more": {"task": "orders.tasks.forget_recipients", "schedule": crontab(hour=3, minute=40)},
    "votes that have ended": {"task": "coopdelivery.decisions.tasks.close_due", "schedule": crontab(minute="*/10")},
    "licence conditions that expire": {"task": "federation.tasks.review_standing", "schedule": crontab(hour=4, minute=0)},
    "offers nobody answered": {"task": "federation.tasks.expire_handovers", "schedule": 60.0},
    "loans that are behind": {"task": "federation.tasks.remind_of_loans", "schedule": crontab(hour=4, minute=25)},
    "dues of the month": {"task": "federation.tasks.call_dues", "schedule": crontab(hour=4, minute=20)},
    "lots whose standstill is over": {"task": "federation.tasks.put_lots_in_force", "schedule": crontab(hour=4, minute=40)},
    "group purchases that closed": {"task": "federation.tasks.count_purchases", "schedule": crontab(hour=4, minute=30)},
}
