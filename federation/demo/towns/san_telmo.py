"""La Cadena, San Telmo del Valle: an invented market town on the Mexican plateau."""

from collectives.models import Role
from federation.demo.cast import Bike, Coop, Prices, Shop, Thing, Worker

COURIER, DISPATCHER, ADMIN = Role.COURIER, Role.DISPATCHER, Role.ADMIN

SAN_TELMO = Coop(
    slug="san-telmo",
    name="La Cadena",
    legal_form="S.C. de R.L. de C.V.",
    city="San Telmo del Valle",
    country="MX",
    currency="MXN",
    language="es",
    time_zone="America/Mexico_City",
    tile="LC",
    tile_colour="#8A4B0F",
    town="san-telmo",
    phone="+525500000100",
    street_address="Avenida de la Cooperativa 9",
    vat_number="XAXX010101000",
    zone_name="Centro y La Noria",
    hub=("La Bodega", "Calle de los Telares 25, 79990 San Telmo del Valle"),
    contact="Itzel Robles",
    workers=(
        Worker("Itzel Robles", "itzel", (ADMIN, DISPATCHER), 36, 3),
        Worker("Joaquín Tapia", "joaquin", (DISPATCHER, COURIER), 36, 3),
        Worker("Dolores Arrieta", "dolores", (COURIER,), 30, 2),
        Worker("Emiliano Cruz", "emiliano", (COURIER,), 30, 1),
    ),
    bikes=(
        Bike("La Coqueta", "trike", 150_000, 700, electric=False),
        Bike("El Colibrí", "cargo_bike", 80_000, 250, electric=False),
        Bike("La Hormiga", "bike", 25_000, 80, electric=False),
    ),
    things=(
        Thing("bouquet", "Ramo, hasta 3 kg", "RA", 2_500, 20),
        Thing("papers", "Atado de periódicos", "PE", 6_000, 15),
        Thing("meal", "Bolsa de comida", "CO", 3_000, 18),
        Thing("box", "Caja de la milpa", "CM", 9_000, 40),
        Thing("medicine", "Bolsa sellada", "BS", 500, 3),
    ),
    prices=Prices(
        base=5_500,
        extra_drop=2_200,
        regular_extra_drop=1_800,
        per_km=700,
        steps=((10_000, 0), (30_000, 2_500), (None, 6_000)),
        short_window=2_000,
        bulky=8_000,
        vat_rate=1600,
        words=("Recolección y primera entrega", "Entregas siguientes", "Distancia", "Peso", "Horario corto", "Bulto grande"),
        names=("Tarifa del centro", "Rutas fijas"),
    ),
    shops=(
        Shop(
            "florist", "Flores La Jacaranda", "florist", "Calle de las Jacarandas 9, 79990 San Telmo del Valle", "+525500000201",
            (("Rosario Peña", "jacaranda"),), (("bouquet", 1),), notes=("Mantener en vertical.",),
        ),
        Shop(
            "newspaper", "El Pregón", "newspaper", "Calle del Portal Viejo 14, 79990 San Telmo del Valle", "+525500000202",
            (("Ulises Mora", "pregon"),), (("papers", 2),), regular=True,
        ),
        Shop(
            "restaurant", "Fonda Doña Remedios", "restaurant", "Calle Doña Remedios 2, 79990 San Telmo del Valle", "+525500000203",
            (("Remedios Luna", "fonda"),), (("meal", 2),), notes=("Caldo: llevar derecho.",),
        ),
        Shop(
            "farm_shop", "Milpa Común", "farm_shop", "Calle de la Cosecha 1, 79990 San Telmo del Valle", "+525500000204",
            (("Citlali Vargas", "milpa"),), (("box", 2),), regular=True,
        ),
        Shop(
            "pharmacy", "Botica San Telmo", "pharmacy", "Calle San Telmo 11, 79990 San Telmo del Valle", "+525500000205",
            (("Ramiro Ochoa", "botica"),), (("medicine", 1),), notes=("Entregar en mano.",), proof_name="required",
        ),
    ),
    recipients=(
        "Sra. Galindo", "Taller Zepeda", "Fam. Ibarra", "Lupita Cano", "Don Eusebio", "Escuela Eulalia", "Mariana Solís",
        "Casa de la Noria", "Ernesto Vidal", "Papelería Luz",
    ),
    recipient_phone="+52550000{:04d}",
    door_notes=("Portón verde.", "Tocar dos veces.", "Dejar con la vecina del 12."),
    order_notes=("Llamar si se atrasa.",),
)  # fmt: skip
