"""Which column is what: guessed from its name, chosen by a person, remembered for the partner's next file."""

from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import combining, normalize

from django.utils.translation import gettext_lazy as _

# field → its name for people, and the names of columns it is guessed from (without accents and case)
FIELDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "contact_name": (
        _("For whom"),
        ("name", "recipient", "for whom", "nom", "destinataire", "client", "contact", "nombre", "destinatario", "nimi", "vastaanottaja"),
    ),
    "address": (_("Address"), ("address", "street", "adresse", "rue", "direccion", "calle", "katuosoite", "osoite")),
    "postcode": (_("Postcode"), ("postcode", "zip", "zip code", "code postal", "cp", "codigo postal", "postinumero")),
    "city": (_("Town"), ("city", "town", "ville", "commune", "ciudad", "kaupunki")),
    "phone": (_("Telephone"), ("phone", "telephone", "mobile", "tel", "portable", "telefono", "puhelin")),
    "email": (_("E-mail"), ("email", "e-mail", "mail", "courriel", "correo")),
    "day": (_("Day"), ("day", "date", "jour", "dia", "fecha", "paiva")),
    "starts": (_("From"), ("from", "start", "de", "debut", "desde", "alkaen")),
    "ends": (_("Until"), ("until", "to", "end", "a", "fin", "hasta", "asti")),
    "parcel": (_("Parcel type"), ("parcel", "type", "item", "colis", "article", "paquete", "paketti")),
    "quantity": (_("How many"), ("quantity", "qty", "number", "quantite", "nombre de colis", "cantidad", "maara")),
    "weight": (_("Weight of one, in kg"), ("weight", "kg", "poids", "peso", "paino")),
    "note": (_("Note"), ("note", "comment", "remarque", "consigne", "instructions", "nota")),
    "collect": (_("Cash to take at the door"), ("cash", "cash on delivery", "contre remboursement", "especes", "efectivo", "kateinen")),
    "doorstep": (_("Up to the door of the flat"), ("doorstep", "door", "porte", "etage", "puerta", "ovelle")),
    "vehicle": (_("Which bike"), ("bike", "vehicle", "velo", "vehicule", "bici", "pyora")),
    "reference": (_("Your reference"), ("reference", "ref", "order", "commande", "pedido", "id")),
}
Columns = Mapping[str, int]


def plain(name: str) -> str:
    """Without accents, case and punctuation at the ends."""
    bare = "".join(letter for letter in normalize("NFKD", name) if not combining(letter))
    return " ".join(bare.casefold().replace("_", " ").split()).strip(" .:*°")


def guessed(headers: Sequence[str], remembered: Mapping[str, str]) -> dict[str, int]:
    """Field → position. What was chosen for a column of this name before wins; a column stands for one field only."""
    names = [plain(header) for header in headers]
    found: dict[str, int] = {}
    for position, name in enumerate(names):
        field = remembered.get(name) or next((field for field, (_label, known) in FIELDS.items() if name in known), "")
        if field in FIELDS and field not in found:
            found[field] = position
    return found


def to_remember(headers: Sequence[str], columns: Columns) -> dict[str, str]:
    """Name of a column → field."""
    return {plain(headers[position]): field for field, position in columns.items() if position < len(headers)}


def values_of(cells: Sequence[str], columns: Columns, defaults: Mapping[str, str]) -> dict[str, str]:
    """Field → text of one line; an empty cell takes the default."""
    return {
        field: (cells[columns[field]] if field in columns and columns[field] < len(cells) else "") or defaults.get(field, "")
        for field in FIELDS
    }
