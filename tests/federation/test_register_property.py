"""Whatever people do in whatever order: who trades has proved everything to two other co-ops, and the assembly admitted the members."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectives.models import Collective, Standing
from collectives.refusals import Refusal
from coopdelivery.decisions.models import Proposal
from coopdelivery.people.models import Person
from federation import services
from federation.models import Condition, Dossier, Evidence, StandingChange
from federation.register.conditions import GRACE
from tests.federation.world import apply, hold_all, make_evidence, officer_from, vote

START = dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC)
people = st.integers(0, 3)
steps = st.one_of(
    st.tuples(st.just("add"), people, st.sampled_from(list(Condition)), st.integers(-20, 200)),
    st.tuples(st.just("review"), people, st.integers(0, 9), st.booleans()),
    st.tuples(st.sampled_from(["trial", "member", "ask", "lapse", "reinstate", "leave", "reopen"]), people),
    st.tuples(st.just("count"), st.booleans()),
    st.tuples(st.just("wait"), st.integers(1, 120)),
)


class Register:
    """One dossier and four officers: of no co-op, of the applicant's own, of two member co-ops that vote in the assembly."""

    def __init__(self, fay: Person, mine: Person, peers: list[Person], dossier: Dossier) -> None:
        self.people = [fay, mine, *peers]
        self.dossier = dossier
        self.now = START

    def do(self, step: tuple[Any, ...]) -> None:
        verb, *facts = step
        dossier = Dossier.objects.select_related("collective").get(pk=self.dossier.pk)
        if verb == "add":
            make_evidence(dossier, self.people[facts[0]], facts[1], days=facts[2])
        elif verb == "review":
            pieces = list(Evidence.objects.filter(dossier=dossier))
            if pieces:
                piece = pieces[facts[1] % len(pieces)]
                services.review_evidence(evidence=piece, holds=facts[2], comment="seen", by=self.people[facts[0]])
        elif verb in {"trial", "member"}:
            services.admit(dossier=dossier, standing=verb, by=self.people[facts[0]], reason="asked")
        elif verb == "ask":
            services.put_admission(dossier=dossier, closes_at=timezone.now() + dt.timedelta(days=400), by=self.people[facts[0]])
        elif verb == "count":
            motion = Proposal.objects.filter(state="open", settles={"admit": str(dossier.ref)}).first()
            if motion is not None:
                vote(motion, "for" if facts[0] else "against")
        elif verb == "wait":
            self.now += dt.timedelta(days=facts[0])
        else:
            getattr(services, verb)(dossier=dossier, by=self.people[facts[0]], reason="asked")

    def check(self) -> None:
        collective = Collective.objects.get(pk=self.dossier.collective_id)
        pieces = list(Evidence.objects.filter(dossier=self.dossier).exclude(verdict="waiting"))
        assert all(piece.reviewer_id not in {None, piece.added_by_id, self.people[1].pk} for piece in pieces)
        for piece in pieces:
            homes = {review.home_id for review in piece.reviews.filter(holds=True)}
            assert piece.verdict == "refused" or (len(homes) == 2 and not homes & {None, collective.pk})
        admitted = StandingChange.objects.filter(dossier=self.dossier, before="trial", after="member")
        assert all(change.resolution is not None and change.resolution.state == "passed" for change in admitted)
        if collective.standing == Standing.MEMBER:
            assert admitted.exists()
        good = [piece for piece in pieces if piece.verdict == "holds" and piece.expires_on + GRACE >= collective.today()]
        if collective.standing in {Standing.TRIAL, Standing.MEMBER}:
            assert {piece.condition for piece in good} == set(Condition)
            assert collective.may_trade()
        else:
            assert not collective.may_trade()


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(admitted=st.booleans(), walk=st.lists(steps, max_size=25))
def test_r01_a_member_has_proved_everything_to_two_other_co_ops_and_the_assembly_said_yes(
    fay: Person, montreuil: Collective, nantes: Collective, *, admitted: bool, walk: list[tuple[Any, ...]]
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        dossier = apply(fay, f"Co-op {Dossier.objects.count()}")
        mine = Person.objects.create_user(name="Mine", email=f"mine{dossier.pk}@federation.test")
        services.name_officer(email=str(mine.email), home=dossier.collective, by=fay)
        register = Register(fay, mine, [officer_from(montreuil, fay), officer_from(nantes, fay)], dossier)
        if admitted:
            hold_all(dossier, adder=fay, reviewer=fay, days=150)
            for step in (("trial", 0), ("ask", 2), ("count", True)):
                register.do(step)
        register.check()
        for step in walk:
            try:
                register.do(step)
            except Refusal:
                continue
            clock.move_to(register.now)
            services.review_standing()
            register.check()
        Collective.objects.filter(pk=dossier.collective_id).update(standing=Standing.LEFT)
