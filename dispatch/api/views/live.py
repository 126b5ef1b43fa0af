"""Tokens of the realtime channel."""

from collectives.api import tokens
from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from dispatch.api.realtime import PURPOSE, namespace_of


class LiveToken(Endpoint):
    """An hour's token for one's own channel, and the channel's namespace."""

    rules = {"GET": Rule("collective.view", summary="A token for the realtime channel")}

    def get(self, call: Call) -> Answer:
        return Answer({"token": channel_token(call), "namespace": namespace_of(call.collective)})


class LiveRefresh(Endpoint):
    rules = {"POST": Rule("collective.view", summary="A fresh token for the realtime channel")}

    def post(self, call: Call) -> Answer:
        return Answer({"token": channel_token(call)})


def channel_token(call: Call) -> str:
    return f"{tokens.person_token(call.person, purpose=PURPOSE)}~{call.collective.pk}"
