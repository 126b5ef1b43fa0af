"""Two towns that do not exist: their streets, their house numbers, their plain map. The same every time it is run.

invent.py DATA_FOLDER MAP_FOLDER
"""

import csv
import json
import math
import sys
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

STEP_M = 25  # along a street
HOUSES_PER_SIDE = 15
METRES_PER_DEGREE = 111_320.0

Metres = tuple[float, float]  # east, north of the centre


@dataclass(frozen=True)
class Town:
    """`across` run east and west, `along` run north and south, both listed from the river outwards."""

    slug: str
    name: str
    country: str
    postcode: str
    latitude: float
    longitude: float
    turned: float  # degrees
    block_m: int
    bend_m: float
    across: tuple[str, ...]
    along: tuple[str, ...]
    squares: tuple[str, ...] = field(default=())


VAUCLAIR = Town(
    slug="vauclair",
    name="Vauclair",
    country="CH",
    postcode="2399",
    latitude=47.0512,
    longitude=6.7350,
    turned=24,
    block_m=118,
    bend_m=26,
    across=(
        "Quai des Lavandières",
        "Rue de la Doye",
        "Rue des Tanneurs",
        "Grand-Rue",
        "Rue du Four-Banal",
        "Rue de l'Horloge",
        "Rue des Sœurs-Guinchard",
        "Rue de la Fonderie",
        "Chemin des Gentianes",
        "Rue du Crêt-Perdu",
        "Chemin de la Combe-aux-Loups",
        "Route des Cernets",
    ),
    along=(
        "Rue de la Gare-Haute",
        "Rue du Pont-Vieux",
        "Rue Hélène-Vuillemin",
        "Rue de la Balance",
        "Rue des Petits-Ressorts",
        "Rue du Cadran",
        "Avenue de la Coopérative",
        "Rue Jaquet-Perrelet",
        "Ruelle du Tilleul",
        "Rue de l'Échappement",
        "Rue du Moulin-d'en-Bas",
        "Chemin du Signal",
        "Rue de la Bise",
    ),
    squares=("Place du Marché-Neuf",),
)

SAN_TELMO = Town(
    slug="san-telmo",
    name="San Telmo del Valle",
    country="MX",
    postcode="79990",
    latitude=20.3052,
    longitude=-99.9410,
    turned=7,
    block_m=104,
    bend_m=6,
    across=(
        "Calzada del Río Manso",
        "Calle de los Telares",
        "Calle del Alfarero",
        "Calle Niños Valientes",
        "Calle de la Noria",
        "Avenida 12 de Marzo",
        "Calle del Portal Viejo",
        "Calle Doña Remedios",
        "Calle de las Jacarandas",
        "Calle del Molinillo",
        "Calle Tres Cruces",
        "Prolongación El Mirador",
    ),
    along=(
        "Calle de la Estación",
        "Calle del Ángel",
        "Calle Maestra Eulalia",
        "Callejón del Sapo Verde",
        "Calle de la Cosecha",
        "Avenida de la Cooperativa",
        "Calle del Relojero",
        "Calle Profesor Güemes Lara",
        "Calle de la Pólvora",
        "Calle del Mezquite",
        "Calle San Telmo",
        "Camino a Las Ánimas",
        "Calle del Panteón Nuevo",
    ),
    squares=("Plaza de los Oficios",),
)


def main(data: str, maps: str) -> None:
    for town in (VAUCLAIR, SAN_TELMO):
        streets = lay_out(town)
        folder = Path(data) / town.slug
        folder.mkdir(parents=True, exist_ok=True)
        write_gazetteer(folder / "gazetteer.csv", town, streets)
        shapes = [point for line in streets.values() for point in line]
        write_town(folder / "town.json", town, shapes)
        write_map(Path(maps) / f"{town.slug}.geojson", town, streets)


def lay_out(town: Town) -> dict[str, list[Metres]]:
    """Streets as lines that bend together, so that crossings stay crossings."""
    chance = Random(town.slug)  # noqa: S311  a town that is the same every time, not a secret
    wave = [(chance.uniform(0.004, 0.009), chance.uniform(0, math.tau)) for _ in range(2)]
    length = HOUSES_PER_SIDE * STEP_M
    streets: dict[str, list[Metres]] = {}
    for names, is_across in ((town.across, True), (town.along, False)):
        offsets = [(index - len(names) / 2) * town.block_m + chance.uniform(-12, 12) for index in range(len(names))]
        for name, offset in zip(names, offsets, strict=True):
            start = -length - chance.uniform(0, 120)
            stop = length + chance.uniform(0, 120)
            count = int((stop - start) // STEP_M)
            line = [(start + i * STEP_M, offset) for i in range(count)]
            streets[name] = [bend(town, wave, at if is_across else (at[1], at[0])) for at in line]
    for name in town.squares:
        streets[name] = [bend(town, wave, at) for at in ((-40, -35), (40, -35), (40, 35), (-40, 35), (-40, -35))]
    return streets


def bend(town: Town, wave: list[tuple[float, float]], at: Metres) -> Metres:
    x = at[0] + town.bend_m * math.sin(at[1] * wave[0][0] + wave[0][1])
    y = at[1] + town.bend_m * math.sin(at[0] * wave[1][0] + wave[1][1])
    angle = math.radians(town.turned)
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)


def to_degrees(town: Town, at: Metres) -> tuple[float, float]:
    """Latitude, longitude; a centimetre is enough."""
    per_degree_east = METRES_PER_DEGREE * math.cos(math.radians(town.latitude))
    return round(town.latitude + at[1] / METRES_PER_DEGREE, 6), round(town.longitude + at[0] / per_degree_east, 6)


def houses(line: list[Metres]) -> list[tuple[int, Metres]]:
    """Odd numbers left, even numbers right, fourteen metres from the axis, growing along the street."""
    placed: list[tuple[int, Metres]] = []
    for index, (here, following) in enumerate(pairwise(line)):
        if index // 2 >= HOUSES_PER_SIDE:
            break
        east, north = following[0] - here[0], following[1] - here[1]
        length = math.hypot(east, north) or 1.0
        side = 1 if index % 2 == 0 else -1
        at = (here[0] + east / 2 - side * 14 * north / length, here[1] + north / 2 + side * 14 * east / length)
        placed.append((index + 1, at))
    return placed


def write_gazetteer(path: Path, town: Town, streets: dict[str, list[Metres]]) -> None:
    rows: list[tuple[str, str, str, str, str, float, float]] = []
    for name, line in streets.items():
        rows.append((name, "", "", "", town.name, *to_degrees(town, line[len(line) // 2])))
        rows += [(name, "", str(number), town.postcode, town.name, *to_degrees(town, at)) for number, at in houses(line)]
    with path.open("w", encoding="utf-8", newline="") as out:
        sheet = csv.writer(out, lineterminator="\n")
        sheet.writerow(["street", "also_called", "number", "postcode", "city", "latitude", "longitude"])
        sheet.writerows(sorted(rows))


def write_town(path: Path, town: Town, shapes: list[Metres]) -> None:
    degrees = [to_degrees(town, at) for at in shapes]
    latitudes, longitudes = [at[0] for at in degrees], [at[1] for at in degrees]
    facts = {
        "name": town.name,
        "country": town.country,
        "centre": [town.latitude, town.longitude],
        "bounds": [min(latitudes), min(longitudes), max(latitudes), max(longitudes)],
        "tiles": "",
        "base_map": f"{town.slug}.geojson",
        "attribution": "",
        "attribution_url": "",
    }
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_map(path: Path, town: Town, streets: dict[str, list[Metres]]) -> None:
    features = [river(town)]
    for name, line in streets.items():
        is_square = name in town.squares
        is_major = name.startswith(("Avenue", "Avenida", "Grand", "Route", "Calzada", "Quai"))
        kind = "square" if is_square else "major" if is_major else "minor"
        features.append(feature(kind, name, [[lng, lat] for lat, lng in (to_degrees(town, at) for at in line)], closed=is_square))
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def river(town: Town) -> dict[str, object]:
    """South of the first street, and as wide as a block."""
    south = -(len(town.across) / 2 + 0.35) * town.block_m
    shore = [(x, south) for x in range(-900, 901, STEP_M)]
    far = [(x, south - 0.6 * town.block_m) for x in range(900, -901, -STEP_M)]
    chance = Random(town.slug)  # noqa: S311  a town that is the same every time, not a secret
    wave = [(chance.uniform(0.004, 0.009), chance.uniform(0, math.tau)) for _ in range(2)]
    ring = [to_degrees(town, bend(town, wave, at)) for at in [*shore, *far, shore[0]]]
    return feature("water", "", [[lng, lat] for lat, lng in ring], closed=True)


def feature(kind: str, name: str, line: list[list[float]], *, closed: bool) -> dict[str, object]:
    geometry = {"type": "Polygon", "coordinates": [line]} if closed else {"type": "LineString", "coordinates": line}
    return {"type": "Feature", "properties": {"kind": kind, "name": name}, "geometry": geometry}


if __name__ == "__main__":
    main(*sys.argv[1:])
