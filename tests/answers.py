"""What a test does with an answer once it has read it."""

from django.core.signals import request_finished
from django.db import close_old_connections
from django.http.response import HttpResponseBase


def let_go(answer: HttpResponseBase) -> None:
    """Closes an answer that streams (a file, a live page) without the connection in which the test's own transaction lives."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)
