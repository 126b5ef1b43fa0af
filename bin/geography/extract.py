"""From an OpenStreetMap extract: the gazetteer of the town, and a copy of the extract that a tile drawer can digest.

extract.py SOURCE.osm.pbf CLEAN.osm.pbf TOWN_FOLDER
"""

import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way
from shapely.geometry import LineString, Point, Polygon, box
from shapely.ops import polygonize, unary_union

BOUNDS = (24.9351762, 60.1641550, 24.9534145, 60.1791130)  # west, south, east, north: what the extract covers
TOWN = {
    "name": "Helsinki",
    "also_called": ["Helsingfors"],
    "country": "FI",
    "centre": [60.1705, 24.9440],
    "bounds": [BOUNDS[1], BOUNDS[0], BOUNDS[3], BOUNDS[2]],
    "tiles": "valhalla_tiles.tar",
    "base_map": "helsinki.pmtiles",
    "attribution": "© OpenStreetMap contributors",
    "attribution_url": "https://www.openstreetmap.org/copyright",
}
POSTCODE = re.compile(r"\d{5}")
HOUSE_NUMBER = re.compile(r"\d+(?:-\d+)?(?: ?[A-Z])?")
NOT_STREETS = {"platform", "corridor", "steps", "elevator", "construction"}

Coordinate = tuple[float, float]  # longitude, latitude, as the source has them


@dataclass
class Found:
    """What the extract says about addresses."""

    streets: dict[str, list[Coordinate]] = field(default_factory=lambda: defaultdict(list))
    aliases: dict[str, str] = field(default_factory=dict)
    houses: dict[tuple[str, str], list[Coordinate]] = field(default_factory=lambda: defaultdict(list))
    postcodes: dict[tuple[str, str], str] = field(default_factory=dict)
    shores: list[list[Coordinate]] = field(default_factory=list)


def main(source: str, clean: str, folder: str) -> None:
    found = Found()
    writer = FreshWriter(clean)
    for thing in osmium.FileProcessor(source).with_locations().with_areas():
        tags = {tag.k: tag.v for tag in thing.tags}
        if thing.is_node():
            writer.node(thing)
        elif thing.is_way():
            read_way(found, writer, thing, tags)
        elif thing.is_area() and not thing.from_way():
            writer.polygons([Polygon([(n.lon, n.lat) for n in ring]) for ring in thing.outer_rings()], tags)
        read_address(found, thing, tags)
    writer.polygons(sea_behind(found.shores), {"natural": "water"})
    for (_, number), points in found.houses.items():
        writer.number(number, points)
    writer.close()
    write_gazetteer(Path(folder) / "gazetteer.csv", found)
    (Path(folder) / "town.json").write_text(json.dumps(TOWN, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_way(found: Found, writer: "FreshWriter", way: osmium.osm.Way, tags: Mapping[str, str]) -> None:
    runs = list(known_runs(way.nodes))
    if tags.get("natural") == "coastline" or tags.get("name") == "Töölönlahti":
        found.shores += [[(n.lon, n.lat) for n in run] for run in runs]
    elif tags:
        writer.way(way, runs, tags)
    if "highway" in tags and "name" in tags and tags["highway"] not in NOT_STREETS:
        found.streets[tags["name"]] += [(n.lon, n.lat) for run in runs for n in run]
        if "name:sv" in tags:
            found.aliases[tags["name"]] = tags["name:sv"]


def read_address(found: Found, thing: osmium.osm.OSMObject, tags: Mapping[str, str]) -> None:
    if "addr:housenumber" not in tags or "addr:street" not in tags:
        return
    at = centre_of(thing)
    if at is None or not inside(at):
        return
    for house in houses_of(tags):
        found.houses[house].append(at)
        if POSTCODE.fullmatch(tags.get("addr:postcode", "")):
            found.postcodes.setdefault(house, tags["addr:postcode"])


def houses_of(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    """Street and number of each house the tags name; what mappers wrote into the wrong field is left out."""
    street = tags["addr:street"].strip()
    if "," in street or any(letter.isdigit() for letter in street):
        return []
    numbers = re.split(r"\s*[,;/]\s*", tags["addr:housenumber"].strip())
    return [(street, number) for number in numbers if HOUSE_NUMBER.fullmatch(number)]


def inside(at: Coordinate) -> bool:
    return BOUNDS[0] <= at[0] <= BOUNDS[2] and BOUNDS[1] <= at[1] <= BOUNDS[3]


def known_runs(nodes: osmium.osm.NodeRefList) -> Iterator[list[osmium.osm.NodeRef]]:
    """The stretches of a way whose nodes are in the extract (it was cut without completing its ways)."""
    run: list[osmium.osm.NodeRef] = []
    for node in nodes:
        if node.location.valid():
            run.append(node)
            continue
        if len(run) > 1:
            yield run
        run = []
    if len(run) > 1:
        yield run


def centre_of(thing: osmium.osm.OSMObject) -> Coordinate | None:
    if thing.is_node():
        return (thing.lon, thing.lat)
    if thing.is_area():
        ring = [(n.lon, n.lat) for n in next(iter(thing.outer_rings()))]
        middle = Polygon(ring).representative_point()
        return (middle.x, middle.y)
    return None  # ways and relations come again as areas


def sea_behind(shores: list[list[Coordinate]]) -> list[Polygon]:
    """The water right of every shore line (land is on the left), closed by the edge of the extract."""
    edge = box(*BOUNDS)
    chains: list[LineString] = []
    for shore in join(shores):
        chains.append(LineString([to_edge(shore[0]), *shore, to_edge(shore[-1])]))
    faces = list(polygonize(unary_union([*chains, edge.exterior])))
    sea = []
    for chain in chains:
        longest = max(zip(chain.coords[1:-2], chain.coords[2:-1], strict=True), key=lambda pair: LineString(pair).length)
        (x1, y1), (x2, y2) = longest
        length = LineString(longest).length
        beside = Point((x1 + x2) / 2 + (y2 - y1) / length * 1e-6, (y1 + y2) / 2 - (x2 - x1) / length * 1e-6)
        sea += [face for face in faces if face.contains(beside) and face not in sea]
    return sea


def join(shores: list[list[Coordinate]]) -> list[list[Coordinate]]:
    joined: list[list[Coordinate]] = []
    for shore in sorted(shores, key=lambda run: run[0], reverse=True):
        before = next((run for run in joined if run[-1] == shore[0]), None)
        if before:
            before += shore[1:]
        else:
            joined.append(list(shore))
    return joined


def to_edge(at: Coordinate) -> Coordinate:
    x, y = at
    west, south, east, north = BOUNDS
    return min([(west, y), (east, y), (x, south), (x, north)], key=lambda edge: abs(edge[0] - x) * 0.5 + abs(edge[1] - y))


class FreshWriter:
    """Writes a small extract in which every way has all its nodes."""

    FIRST_NEW_ID = 9_000_000_000_000

    def __init__(self, path: str) -> None:
        Path(path).unlink(missing_ok=True)
        header = osmium.io.Header()
        header.add_box(osmium.osm.Box(*BOUNDS))
        self._writer = osmium.SimpleWriter(path, header=header)
        self._next = self.FIRST_NEW_ID
        self._ways: list[Way] = []
        self._nodes: list[Node] = []

    def node(self, node: osmium.osm.Node) -> None:
        """House numbers are written again once each (shops repeat them); of the rest the map only names quarters."""
        named = {key: value for key, value in ((tag.k, tag.v) for tag in node.tags) if key in ("place", "name")}
        self._writer.add_node(node.replace(tags=named))

    def number(self, number: str, points: list[Coordinate]) -> None:
        x, y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
        self._nodes.append(Node(id=self._new_id(), location=(x, y), tags={"addr:housenumber": number}))

    def way(self, way: osmium.osm.Way, runs: list[list[osmium.osm.NodeRef]], tags: Mapping[str, str]) -> None:
        whole = len(runs) == 1 and len(runs[0]) == len(way.nodes)
        for run in runs:
            if not whole and "highway" not in tags and "railway" not in tags:
                continue  # half an area is not an area
            self._ways.append(Way(id=way.id if whole else self._new_id(), nodes=[n.ref for n in run], tags=dict(tags)))

    def polygons(self, polygons: list[Polygon], tags: Mapping[str, str]) -> None:
        for polygon in polygons:
            refs = []
            for x, y in list(polygon.exterior.coords)[:-1]:
                refs.append(self._new_id())
                self._nodes.append(Node(id=refs[-1], location=(x, y)))
            self._ways.append(Way(id=self._new_id(), nodes=[*refs, refs[0]], tags=dict(tags)))

    def close(self) -> None:
        for node in self._nodes:
            self._writer.add_node(node)
        for way in sorted(self._ways, key=lambda way: way.id):
            self._writer.add_way(way)
        self._writer.close()

    def _new_id(self) -> int:
        self._next += 1
        return self._next


def write_gazetteer(path: Path, found: Found) -> None:
    """One row per street (without number) and one per house; a street known by its houses only gets their middle."""
    written = {name.casefold(): name for name in found.streets}
    along = {name: points for name, points in found.streets.items() if points}
    known = Counter(written.get(spelt.casefold(), spelt) for spelt, _ in found.houses)
    rows = []
    for (spelt, number), points in found.houses.items():
        name = written.get(spelt.casefold(), spelt)
        if name not in found.streets:
            if known[name] < 2:
                continue  # a slip of the pen, or a building's own name
            along.setdefault(name, []).extend(points)
        rows.append((name, found.aliases.get(name, ""), number, found.postcodes.get((spelt, number), ""), "Helsinki", *mean(points)))
    rows += [(name, found.aliases.get(name, ""), "", "", "Helsinki", *middle(points)) for name, points in along.items()]
    with path.open("w", encoding="utf-8", newline="") as out:
        sheet = csv.writer(out, lineterminator="\n")
        sheet.writerow(["street", "also_called", "number", "postcode", "city", "latitude", "longitude"])
        sheet.writerows(sorted(rows))


def middle(points: list[Coordinate]) -> tuple[str, str]:
    """The point of the line nearest to its middle: always on the street, unlike an average."""
    x = sum(p[0] for p in points) / len(points)
    y = sum(p[1] for p in points) / len(points)
    return mean([min(points, key=lambda p: ((p[0] - x) * 0.5) ** 2 + (p[1] - y) ** 2)])


def mean(points: list[Coordinate]) -> tuple[str, str]:
    return f"{sum(p[1] for p in points) / len(points):.6f}", f"{sum(p[0] for p in points) / len(points):.6f}"


if __name__ == "__main__":
    main(*sys.argv[1:])
