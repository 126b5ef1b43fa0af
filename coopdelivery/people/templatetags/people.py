"""`{{ session.user_agent|device }}`."""

from django import template

from coopdelivery.people.devices import device_name

register = template.Library()
register.filter("device", device_name)
