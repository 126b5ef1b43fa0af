"""The ways out, each a small class in its own folder. `send` returns what the provider answered, or raises Undeliverable."""

from coopdelivery.notices.channels.base import Channel, Held, Undeliverable
from coopdelivery.notices.channels.email.channel import Email
from coopdelivery.notices.channels.sms.channel import Sms
from coopdelivery.notices.channels.webpush.channel import WebPush

__all__ = ["CHANNELS", "Channel", "Held", "Undeliverable"]
CHANNELS: dict[str, Channel] = {channel.key: channel for channel in (Email(), WebPush(), Sms())}
