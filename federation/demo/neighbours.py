"""The rest of the federation: co-ops that have a dossier, a delegate and a voice, and nothing to ride in this demo. All invented."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from collectives.models import Collective, Role, Standing
from collectives.services import add_member
from coopdelivery.decisions import services as decisions
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation import services as register
from federation.assembly.voices import voices
from federation.demo import clock
from federation.demo.home import Home
from federation.models import Dossier, Evidence, Review
from federation.register.papers import KINDS
from federation.register.standing import pack_for

OPENED, REVIEWED, TRIAL, MEMBER = (timedelta(days=days) for days in (50, 44, 40, 20))
VALID = timedelta(days=330)
ON_TRIAL = 2  # the last two of the list


@dataclass(frozen=True, slots=True)
class Neighbour:
    name: str
    city: str
    country: str
    latitude: float
    longitude: float
    delegate: str


FORMS = {
    "FR": "SCOP",
    "BE": "SC agréée",
    "ES": "S. Coop.",
    "DE": "eG",
    "IT": "Società cooperativa",
    "GB": "Co-operative society",
    "AR": "Cooperativa de trabajo",
    "FI": "osuuskunta",
}
PLACES = {
    "FR": ("EUR", "fr", "Europe/Paris"),
    "BE": ("EUR", "fr", "Europe/Brussels"),
    "ES": ("EUR", "es", "Europe/Madrid"),
    "DE": ("EUR", "en", "Europe/Berlin"),
    "IT": ("EUR", "en", "Europe/Rome"),
    "GB": ("GBP", "en", "Europe/London"),
    "FI": ("EUR", "en", "Europe/Helsinki"),
    "AR": ("ARS", "es", "America/Argentina/Buenos_Aires"),
}
NEIGHBOURS = (
    Neighbour("La Sonnette", "Rennes", "FR", 48.11, -1.68, "Maëlle Guivarc'h"),
    Neighbour("Rayon Libre", "Nantes", "FR", 47.22, -1.55, "Yann Le Bihan"),
    Neighbour("Les Garde-boue", "Lille", "FR", 50.63, 3.06, "Amel Cherif"),
    Neighbour("Pignon Commun", "Lyon", "FR", 45.76, 4.84, "Lucie Perrot"),
    Neighbour("Le Porte-bagages", "Grenoble", "FR", 45.19, 5.72, "Sami Hadji"),
    Neighbour("Bordures", "Bordeaux", "FR", 44.84, -0.58, "Inès Laborde"),
    Neighbour("Roue Voisine", "Toulouse", "FR", 43.6, 1.44, "Hugo Castex"),
    Neighbour("La Selle Haute", "Montpellier", "FR", 43.61, 3.88, "Nour Belkacem"),
    Neighbour("Chaîne Ouverte", "Strasbourg", "FR", 48.57, 7.75, "Élise Schmitt"),
    Neighbour("Le Dérailleur Rouge", "Nancy", "FR", 48.69, 6.18, "Théo Mangin"),
    Neighbour("À Deux Mains", "Dijon", "FR", 47.32, 5.04, "Jeanne Roussel"),
    Neighbour("Petit Plateau", "Tours", "FR", 47.39, 0.69, "Karim Oudin"),
    Neighbour("Vent Debout", "Brest", "FR", 48.39, -4.49, "Gaëlle Morvan"),
    Neighbour("Les Catadioptres", "Marseille", "FR", 43.3, 5.37, "Farida Benali"),
    Neighbour("Rantaratas", "Espoo", "FI", 60.16, 24.74, "Paula Ojala"),
    Neighbour("Coup de Pédale", "Namur", "BE", 50.47, 4.87, "Manon Dewez"),
    Neighbour("De Gedeelde Ketting", "Gent", "BE", 51.05, 3.72, "Wout Claes"),
    Neighbour("La Cadena Común", "Madrid", "ES", 40.42, -3.7, "Lucía Robles"),
    Neighbour("Plat Petit", "Barcelona", "ES", 41.39, 2.17, "Jordi Ferrer"),
    Neighbour("Gurpil", "Bilbao", "ES", 43.26, -2.93, "Ane Etxeberria"),
    Neighbour("Azahar en Bici", "València", "ES", 39.47, -0.38, "Marc Soler"),
    Neighbour("Cuesta Arriba", "Granada", "ES", 37.18, -3.6, "Rocío Vargas"),
    Neighbour("Kettenhaus", "Berlin", "DE", 52.52, 13.4, "Jule Brandt"),
    Neighbour("Rückenwind am Fluss", "Dresden", "DE", 51.05, 13.74, "Ole Richter"),
    Neighbour("Hafenräder", "Hamburg", "DE", 53.55, 9.99, "Meike Jansen"),
    Neighbour("Raggi", "Torino", "IT", 45.07, 7.69, "Giulia Ferrero"),
    Neighbour("La Catena", "Bologna", "IT", 44.49, 11.34, "Davide Neri"),
    Neighbour("Slow Gear", "Bristol", "GB", 51.45, -2.59, "Priya Shaw"),
    Neighbour("Common Spoke", "Glasgow", "GB", 55.86, -4.25, "Ewan Muir"),
    Neighbour("Pedal Sur", "Rosario", "AR", -32.95, -60.64, "Sol Giménez"),
    Neighbour("Les Moyeux", "Clermont-Ferrand", "FR", 45.78, 3.08, "Anouk Vial"),
)


def join_neighbours(homes: list[Home], now: datetime, by: Person) -> list[Collective]:
    """All of them: 29 admitted together by an assembly, two on trial. Their papers were read and, as always, forgotten."""
    with clock.at(now - OPENED), journal.source("web"):
        dossiers = [_open(neighbour, by) for neighbour in NEIGHBOURS]
    with clock.at(now - REVIEWED), journal.source("web"):
        _show_papers(dossiers, homes, now)
    with clock.at(now - TRIAL), journal.source("web"):
        for dossier in dossiers:
            register.admit(dossier=dossier, standing=Standing.TRIAL, by=by, reason="Three conditions shown to two other co-ops.")
    with clock.at(now - MEMBER), journal.source("web"):
        _admit(dossiers[:-ON_TRIAL], now, by)
        for neighbour, dossier in zip(NEIGHBOURS[:-ON_TRIAL], dossiers, strict=False):
            _name_delegate(neighbour, dossier.collective)
    return [dossier.collective for dossier in dossiers]


def _open(neighbour: Neighbour, by: Person) -> Dossier:
    currency, language, zone = PLACES[neighbour.country]
    return register.open_dossier(
        by=by,
        contact_name=neighbour.delegate,
        name=neighbour.name,
        city=neighbour.city,
        country=neighbour.country,
        currency=currency,
        language=language,
        time_zone=zone,
        legal_form=FORMS[neighbour.country],
        latitude=neighbour.latitude,
        longitude=neighbour.longitude,
    )


def _show_papers(dossiers: list[Dossier], homes: list[Home], now: datetime) -> None:
    """Every piece that country and form ask for, found good by an officer of Helsinki and one of Vauclair."""
    issued = (now - REVIEWED).date() - timedelta(days=10)
    readers = [(home.first(Role.ADMIN), home.collective) for home in homes[:2]]
    pieces = [
        Evidence(
            dossier=dossier,
            condition=condition,
            kind=kind,
            title=str(KINDS[kind][1])[:120],
            media_type="application/pdf",
            sha256=hashlib.sha256(f"{dossier.collective.slug} {kind}".encode()).hexdigest(),
            issued_on=issued,
            expires_on=issued + VALID,
            added_by=dossier.opened_by,
            added_at=now - REVIEWED,
            verdict=Evidence.Verdict.HOLDS,
            reviewer=readers[-1][0],
            reviewed_at=now - REVIEWED,
            purged_at=now,
        )
        for dossier in dossiers
        for condition, kinds in pack_for(dossier.collective).mandatory.items()
        for kind in kinds
    ]
    written = Evidence.objects.bulk_create(pieces)
    Review.objects.bulk_create(
        Review(evidence=piece, reviewer=person, home=home, holds=True, at=now - REVIEWED) for piece in written for person, home in readers
    )


def _admit(dossiers: list[Dossier], now: datetime, by: Person) -> None:
    """The assembly of Lyon took them in one after the other; who had a voice then is on its roll."""
    roll = list(voices().values_list("pk", flat=True))
    for dossier in dossiers:
        decisions.record_assembly(
            collective_id=None,
            title=f"Assembly of Lyon: {dossier.collective.name}, {dossier.collective.city}, is a member",
            text="",
            roll=roll,
            on=(now - MEMBER).date(),
            zone=ZoneInfo(settings.TIME_ZONE),
            settles={"admit": str(dossier.ref)},
            by=by,
        )


def _name_delegate(neighbour: Neighbour, collective: Collective) -> None:
    person = Person.objects.create_user(name=neighbour.delegate, email=f"delegate@{collective.slug}.example", language="en")
    add_member(collective=collective, person=person, roles=[Role.ADMIN], by=person)
    register.name_delegate(collective=collective, person=person, by=person)
