"""A thousand taps of couriers over a network that cuts, repeats and disorders, to a server whose workers are killed.

Starts, ends, problems, photos, notes, waits, cash, tied labels, and taps that are taken back. At the end the server's state is
compared with what the couriers did: what it does not show is lost, what it shows twice is doubled.
"""

import datetime as dt
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid5

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import begin, options, report

wanted = options("A thousand taps over a bad network.", repeat=1, actions=1000, couriers=10, seconds=600, seed=1)
begin()

from django.conf import settings  # noqa: E402  everything below reads what begin() made
from django.test import Client  # noqa: E402
from PIL import Image  # noqa: E402

from bench._phone import Network, Phone, Tap  # noqa: E402
from bench._serving import serve  # noqa: E402
from bench._world import World  # noqa: E402
from collectives.models import Membership  # noqa: E402
from collectives.tenancy import acting_for  # noqa: E402
from coopdelivery.journal.models import Event  # noqa: E402
from dispatch.models import BoundLabel, CourierAction, Incident, Proof, Task, TaskKind  # noqa: E402
from dispatch.pocket.acting import incident_id  # noqa: E402
from orders.models import Stop  # noqa: E402

SKEWS = [dt.timedelta(minutes=minutes) for minutes in (0, 0, -1, 7, -45, 180, -600, 60 * 24 * 400, -60 * 24 * 400, 1)]
REASONS = ("absent", "refused", "damaged", "access")
ENDED = {"done": "task.done", "incident": "incident.reported"}


class Courier(threading.Thread):
    """Walks through the stops of a day, taps in bursts and sends when it can, until everything is answered or the time is over."""

    def __init__(self, phone: Phone, deliveries: Sequence[Sequence[str]], cash: set[str], taps: int, deadline: float) -> None:
        super().__init__(daemon=True)
        self.phone, self.dice = phone, phone.dice
        self._deliveries, self._cash, self._left, self._deadline = deliveries, cash, taps, deadline

    def run(self) -> None:
        for refs in self._deliveries:
            self._deliver(refs)
        while self._left > 0:
            self._tap("seen", digests=[f"{self.dice.getrandbits(64):016x}"])
        while not self.phone.send() and time.monotonic() < self._deadline:
            time.sleep(self.dice.uniform(0, 0.1))

    def _deliver(self, refs: Sequence[str]) -> None:
        """The pickup, then its drops; after a failed pickup there is nothing to drop."""
        for ref in refs:
            if self._left < 8:
                return
            if not self._at_stop(ref):
                return

    def _at_stop(self, ref: str) -> bool:
        if self.dice.random() < 0.4:
            self._tap("start", ref)
        if self.dice.random() < 0.15:
            self._tap("bind", ref, code=f"BOX-{self.dice.getrandbits(40):010X}")
        if self.dice.random() < 0.2:
            self._tap("wait", ref)
            if self.dice.random() < 0.5:
                self._tap("waited", ref)
        if self.dice.random() < 0.12:
            told = self._tap("incident", ref, reason=self.dice.choice(REASONS))
            if self.dice.random() < 0.4:
                self._tap("note", ref, about=told.client_id, note="tomorrow")
            return False
        done = self._done(ref)
        if self.dice.random() < 0.25:
            self._count(self.phone.take_back(done))
            self._done(ref)
        return True

    def _done(self, ref: str) -> Tap:
        name = f"Rosa {self.dice.randrange(1000)}"
        cash = {"collected_cents": self.dice.randrange(5000)} if ref in self._cash else {}
        return self._tap("done", ref, photo=self.dice.random() < 0.15, received_by=name, **cash)

    def _tap(self, verb: str, *tasks: str, photo: bool = False, **more: object) -> Tap:
        return self._count(self.phone.tap(verb, *tasks, photo=photo, **more))

    def _count(self, tap: Tap) -> Tap:
        self._left -= 1
        if self.dice.random() < 0.5:
            self.phone.send()
        return tap


def kill_workers(master: int, network: Network, over: threading.Event, dice: random.Random) -> None:
    """Every few seconds one worker dies in the middle of what it does; the master starts another."""
    while not over.wait(dice.uniform(2, 5)):
        answer = subprocess.run(["ps", "-o", "pid=", "--ppid", str(master)], capture_output=True, text=True, check=False)
        workers = [int(pid) for pid in answer.stdout.split()]
        if len(workers) > 1:
            os.kill(dice.choice(workers), signal.SIGKILL)
            network.count("server killed")


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "brown").save(out, "JPEG")
    return out.getvalue()


def deliveries_of(courier: Membership) -> list[list[str]]:
    found: dict[int, list[str]] = {}
    for delivery, ref in Task.objects.filter(round__courier=courier).order_by("position").values_list("delivery", "ref"):
        found.setdefault(delivery, []).append(str(ref))
    return list(found.values())


def ask_for_cash() -> set[str]:
    """At every third drop; their tasks."""
    drops = list(Task.objects.filter(kind=TaskKind.DROPOFF).order_by("pk").values_list("ref", "stop"))[::3]
    Stop.objects.filter(pk__in=[stop for _ref, stop in drops]).update(collect_cents=2450)
    return {str(ref) for ref, _stop in drops}


def ride(world: World) -> tuple[list[Phone], Network]:
    """Everybody rides at once."""
    team = Membership.objects.filter(person__email__startswith="courier.").select_related("person").order_by("pk")[: wanted.couriers]
    cash = ask_for_cash()
    deadline, over, image = time.monotonic() + wanted.seconds, threading.Event(), picture()
    with ExitStack() as stack:
        port, master = serve(stack, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        network, riders = Network(port), []
        for number, member in enumerate(team):
            client = Client()
            client.force_login(member.person)
            dice = random.Random(wanted.seed * 1000 + number)  # noqa: S311  the same day each time
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            phone = Phone(str(member.person.ref), session, network, skew=SKEWS[number % len(SKEWS)], dice=dice, picture=image)
            share = wanted.actions // len(team) + (number < wanted.actions % len(team))
            riders.append(Courier(phone, deliveries_of(member), cash, share, deadline))
        killer = threading.Thread(target=kill_workers, args=(master, network, over, random.Random(wanted.seed)), daemon=True)  # noqa: S311
        for thread in (killer, *riders):
            thread.start()
        for rider in riders:
            rider.join(max(0, deadline + 10 - time.monotonic()))
        over.set()
        network.quiet(deadline + 15)
    return [rider.phone for rider in riders], network


def undone(taps: Sequence[Tap]) -> set[str]:
    """Ids of taps that the courier took back, and was not told that it was too late."""
    return {str(tap.more["about"]) for tap in taps if tap.verb == "undo" and tap.outcome != "refused"}


def lost_of(taps: Sequence[Tap]) -> int:
    """Taps without an answer or a row, and stops that do not show the last tap about them that still counts."""
    rows = set(CourierAction.objects.filter(client_id__in=[tap.client_id for tap in taps]).values_list("client_id", flat=True))
    lost = sum(not tap.outcome or UUID(tap.client_id) not in rows for tap in taps)
    gone, wanted_state = undone(taps), dict[str, tuple[str, str]]()
    for tap in taps:
        if tap.client_id not in gone and tap.verb in {"start", "done", "incident"} and tap.outcome != "refused":
            state = {"start": "doing", "done": "done", "incident": "failed"}[tap.verb]
            wanted_state[tap.tasks[0]] = (state, str(tap.more.get("received_by", "")))
    found = {str(ref): (status, name) for ref, status, name in Task.objects.values_list("ref", "status", "stop__received_by")}
    return (
        lost
        + sum(found[ref] != state for ref, state in wanted_state.items())
        + _missing_pictures(taps)
        + _missing_notes(taps)
        + sum(max(0, missing) for missing in _beside(taps))
        + _cash(taps)[0]
    )


def _missing_pictures(taps: Sequence[Tap]) -> int:
    kept = [tap for tap in taps if tap.client_id not in undone(taps)]
    ids = [uuid5(UUID(photo), f"photo {ref}") for tap in kept for photo in tap.photos for ref in tap.tasks]
    return len(ids) - Proof.objects.filter(client_id__in=ids).count()


def _missing_notes(taps: Sequence[Tap]) -> int:
    ids = [incident_id(UUID(str(tap.more["about"])), UUID(tap.tasks[0])) for tap in taps if tap.verb == "note"]
    return len(ids) - Incident.objects.filter(client_id__in=ids, note="tomorrow").count()


def _beside(taps: Sequence[Tap]) -> tuple[int, int]:
    """Waits and tied labels: what the couriers did less what the server keeps; negative when it keeps more."""
    made = Counter(tap.verb for tap in taps if tap.outcome == "done")
    return made["wait"] - Proof.objects.filter(kind=Proof.Kind.WAIT).count(), made["bind"] - BoundLabel.objects.count()


def _cash(taps: Sequence[Tap]) -> tuple[int, int]:
    """Stops whose last amount is not kept, and amounts kept beyond one for each tap."""
    kept: dict[str, list[int]] = {}
    for ref, facts in Event.objects.filter(name="cash.collected").values_list("subject", "data"):
        kept.setdefault(str(ref), []).append(facts["amount_cents"])
    paid = [tap for tap in taps if "collected_cents" in tap.more]
    made = Counter(tap.tasks[0] for tap in paid)
    last = {tap.tasks[0]: tap.more["collected_cents"] for tap in paid if tap.client_id not in undone(taps)}
    proofs = Counter(map(str, Proof.objects.filter(kind=Proof.Kind.CASH).values_list("task__ref", flat=True)))
    lost = sum(cents not in kept.get(ref, []) or not proofs[ref] for ref, cents in last.items())
    return lost, sum(max(0, count - made[ref]) for ref, count in proofs.items())


def doubled_of(taps: Sequence[Tap]) -> int:
    """Acts in the history, reports and pictures beyond one for each tap."""
    made = Counter((ENDED[tap.verb], tap.tasks[0]) for tap in taps if tap.verb in ENDED)
    events = Event.objects.filter(name__in=ENDED.values()).values_list("name", "subject")
    found = Counter((name, str(subject)) for name, subject in events)
    reports = Incident.objects.count() - sum(tap.verb == "incident" for tap in taps)
    pictures = Proof.objects.filter(kind="photo").count() - sum(len(tap.photos) for tap in taps)
    acts = sum(max(0, count - made[key]) for key, count in found.items() if key[0] == "task.done")
    return acts + max(0, reports) + max(0, pictures) + sum(max(0, -missing) for missing in _beside(taps)) + _cash(taps)[1]


world = World()
world.fill(tasks=wanted.actions * 3 // 4, couriers=wanted.couriers)
with acting_for(world.collective):
    started = time.monotonic()
    phones, network = ride(world)
    taps = [tap for phone in phones for tap in phone.taps]
    report(
        {
            "actions": len(taps),
            "lost": lost_of(taps),
            "doubled": doubled_of(taps),
            "refused": sum(tap.outcome in {"refused", "bad", "conflict"} for tap in taps),
            "faults": network.faults,
            "seconds": time.monotonic() - started,
        },
        as_json=wanted.json,
    )
