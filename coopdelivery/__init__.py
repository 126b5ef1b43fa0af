"""Coopdelivery: bike-courier co-operatives run their whole work here, federated. docs/house.md is the plan of the house."""

from coopdelivery.celery import app as celery_app

__all__ = ["celery_app"]
