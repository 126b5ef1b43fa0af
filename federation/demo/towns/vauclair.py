"""Le Pignon Libre, Vauclair: an invented watchmakers' town in the Swiss Jura."""

from collectives.models import Role
from federation.demo.cast import Bike, Coop, Prices, Shop, Thing, Worker

COURIER, DISPATCHER, ADMIN = Role.COURIER, Role.DISPATCHER, Role.ADMIN

VAUCLAIR = Coop(
    slug="vauclair",
    name="Le Pignon Libre",
    legal_form="société coopérative",
    city="Vauclair",
    country="CH",
    currency="CHF",
    language="fr",
    time_zone="Europe/Zurich",
    tile="PL",
    tile_colour="#7A2E4D",
    town="vauclair",
    phone="+41790000100",
    street_address="Place du Marché-Neuf 3",
    vat_number="CHE-000.000.000",
    zone_name="Vauclair et hameaux",
    hub=("L'ancienne remise", "Rue de la Fonderie 6, 2399 Vauclair"),
    contact="Maëlle Jeanneret",
    workers=(
        Worker("Maëlle Jeanneret", "maelle", (ADMIN, DISPATCHER), 34, 6),
        Worker("Rémi Perrelet", "remi", (DISPATCHER, COURIER), 30, 5),
        Worker("Anouk Droz", "anouk", (COURIER,), 26, 3),
        Worker("Bastien Favre", "bastien", (COURIER,), 26, 2),
        Worker("Selma Kaya", "selma", (COURIER,), 20, 1),
    ),
    bikes=(
        Bike("La Mule", "cargo_bike", 120_000, 400),
        Bike("Le Chamois", "cargo_bike", 80_000, 250),
        Bike("La Puce", "bike", 25_000, 80),
        Bike("Remorque", "trailer", 100_000, 600),
    ),
    things=(
        Thing("bouquet", "Bouquet, jusqu'à 3 kg", "BQ", 2_500, 20),
        Thing("papers", "Paquet de journaux", "PJ", 6_000, 15),
        Thing("meal", "Sac de repas", "RE", 3_000, 18),
        Thing("box", "Panier de la ferme", "PF", 9_000, 40),
        Thing("medicine", "Sachet scellé", "SC", 500, 3),
        Thing("mattress", "Matelas roulé", "MA", 14_000, 180),
    ),
    prices=Prices(
        base=980,
        extra_drop=420,
        regular_extra_drop=320,
        per_km=90,
        steps=((10_000, 0), (30_000, 400), (None, 900)),
        short_window=300,
        bulky=1200,
        vat_rate=810,
        words=("Retrait et premier dépôt", "Dépôts suivants", "Distance", "Poids", "Créneau court", "Encombrant"),
        names=("Tarif de la ville", "Tournées régulières"),
    ),
    shops=(
        Shop(
            "florist", "Fleurs du Crêt", "florist", "Grand-Rue 7, 2399 Vauclair", "+41790000201",
            (("Lucie Humbert", "fleurs"),), (("bouquet", 1),), notes=("Garder debout.",),
        ),
        Shop(
            "newspaper", "La Feuille du Vallon", "newspaper", "Rue de la Balance 12, 2399 Vauclair", "+41790000202",
            (("Yves Matthey", "feuille"),), (("papers", 2),), pickup_note="Quai de chargement, avant six heures.", regular=True,
        ),
        Shop(
            "restaurant", "La Table ronde", "restaurant", "Rue du Pont-Vieux 4, 2399 Vauclair", "+41790000203",
            (("Inès Rochat", "table"),), (("meal", 2),), notes=("Fondue: tenir droit.",),
        ),
        Shop(
            "farm_shop", "Ferme des Cernets", "farm_shop", "Route des Cernets 10, 2399 Vauclair", "+41790000204",
            (("Paul Sandoz", "cernets"),), (("box", 2),), regular=True,
        ),
        Shop(
            "pharmacy", "Pharmacie du Balancier", "pharmacy", "Rue de l'Horloge 9, 2399 Vauclair", "+41790000205",
            (("Claire Montandon", "balancier"),), (("medicine", 1),), notes=("En main propre.",), proof_name="required",
        ),
        Shop(
            "furniture", "Literie du Jura-Bas", "furniture", "Rue des Tanneurs 10, 2399 Vauclair", "+41790000206",
            (("Hugo Bille", "literie"),), (("mattress", 1),), proof_photo="required",
        ),
    ),
    recipients=(
        "Mme Aubert", "Jean-Luc Sandoz", "Fam. Robert", "Nadia Ferrari", "M. Calame", "Odile Brandt", "Atelier Vuille", "Éléonore Gindrat",
        "Samir Haddad", "Mme Tissot-Daguette", "Chloé Huguenin", "École de la Doye",
    ),
    recipient_phone="+4179000{:04d}",
    door_notes=("Code 1847, 2e étage.", "Sonner chez Huguenin.", "Entrée par la cour."),
    order_notes=("Appeler en cas de retard.",),
)  # fmt: skip
