// A map: base map of ours, numbered pins, lines. Libraries load when a map is first opened; without them the page keeps its list.
import { colours, onTheme, shapeStyles, vectorRules } from "./map_style.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const BADGES = {
  risk: "M0 -6 L6 5 L-6 5 Z", late: "M0 -7 L7 0 L0 7 L-7 0 Z", failed: "M-3 -6 H3 L6 -3 V3 L3 6 H-3 L-6 3 V-3 Z",
};
const loading = new Map();

/** Load a script once. */
function load(url) {
  if (!loading.has(url)) {
    loading.set(url, new Promise((done, failed) => {
      const element = document.createElement("script");
      element.addEventListener("load", done);
      element.addEventListener("error", () => { loading.delete(url); failed(new Error(url)); });
      element.src = url;
      document.head.append(element);
    }));
  }
  return loading.get(url);
}

/** Points of an encoded polyline of six digits, as the server writes it. */
export function decodeLine(text) {
  const line = [];
  const at = [0, 0];
  let index = 0;
  while (index < text.length) {
    for (const axis of [0, 1]) {
      let shift = 0, result = 0, byte;
      do {
        byte = text.charCodeAt(index++) - 63;
        result |= (byte & 31) << shift;
        shift += 5;
      } while (byte >= 32 && index < text.length);
      at[axis] += result & 1 ? ~(result >> 1) : result >> 1;
    }
    line.push([at[0] / 1e6, at[1] / 1e6]);
  }
  return line;
}

const svg = (name, attributes) => {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

/**
 * The drawing of a pin: square = pickup, round = drop; full = under way or done; a small shape says at risk, late, failed; a yellow
 * corner says that there is a note.
 */
export function pinDrawing({ label = "", kind = "drop", state = "", thread = 0, note = false, next = false }) {
  const drawing = svg("svg", { width: 34, height: 34, viewBox: "-17 -17 34 34", "aria-hidden": "true", class: `map-pin${thread ? ` c-t${((thread - 1) % 9) + 1}` : ""}` });
  const full = state === "done" || state === "going";
  if (next) drawing.append(svg("circle", { r: 15.5, class: "map-pin-next" }));
  const shape = `pin${full ? " full" : ""}${kind === "pickup" ? " pick" : ""}`;
  drawing.append(kind === "pickup"
    ? svg("rect", { x: -9.5, y: -9.5, width: 19, height: 19, rx: 2, class: shape })
    : svg("circle", { r: 10.5, class: shape }));
  const words = svg("text", { y: 4, class: `pin-n${full ? " inv" : ""}` });
  words.textContent = label;
  drawing.append(words);
  if (BADGES[state]) drawing.append(svg("path", { d: BADGES[state], transform: "translate(11 -10)", class: `map-badge ${state}` }));
  if (note) drawing.append(svg("rect", { x: 6, y: 6, width: 7, height: 7, rx: 1, class: "pin-note" }));
  return drawing;
}

/** A Leaflet marker for a pin {id, lat, lng, label, kind, state, thread, note, next, title, url}. With a url it is a link. */
export function pinMarker(pin, { draggable = false } = {}) {
  const L = window.L;
  const box = document.createElement("span");
  box.append(pinDrawing(pin));
  const icon = L.divIcon({ html: box, className: "map-mark", iconSize: [34, 34], iconAnchor: [17, 17] });
  const active = draggable || Boolean(pin.url) || Boolean(pin.onClick);
  const marker = L.marker([pin.lat, pin.lng], { icon, draggable, interactive: active, keyboard: active, riseOnHover: true });
  marker.on("add", () => {
    const element = marker.getElement();
    element.setAttribute("role", pin.url ? "link" : active ? "button" : "img");
    element.setAttribute("aria-label", pin.title || pin.label || "");
    if (pin.title) element.title = pin.title;
    if (pin.id) element.dataset.pin = pin.id;
  });
  if (pin.onClick) marker.on("click", () => pin.onClick(pin));
  else if (pin.url) marker.on("click", () => { location.assign(pin.url); });
  return marker;
}

/** The base map in the colours of now; a layer to put under everything. */
async function baseLayer(element) {
  const L = window.L;
  const { mapKind: kind, mapUrl: url, mapAttribution: words, mapAttributionUrl: source } = element.dataset;
  const attribution = words ? `<a href="${encodeURI(source)}">${words}</a>` : "";
  if (kind === "raster") return L.tileLayer(url, { attribution, maxZoom: 20, maxNativeZoom: 19 });
  if (kind === "pmtiles") {
    await Promise.all([load(element.dataset.mapProtomaps), document.fonts.load('600 13px "Atkinson Next"')]);
    return window.protomapsL.leafletLayer({ url, attribution, maxDataZoom: 15, ...vectorRules(window.protomapsL, colours()) });
  }
  if (kind !== "geojson") return L.layerGroup();
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(url);
  return town(await answer.json(), attribution);
}

/** Degrees by which a name beside this stretch of street is turned; never upside down. */
function slope([lng1, lat1], [lng2, lat2]) {
  const east = (lng2 - lng1) * Math.cos((lat1 * Math.PI) / 180);
  const turned = (-Math.atan2(lat2 - lat1, east) * 180) / Math.PI;
  return turned > 90 ? turned - 180 : turned < -90 ? turned + 180 : turned;
}

/** Streets of a town that does not exist: edges first, faces over them, names on top. */
function town(shapes, attribution) {
  const L = window.L;
  const { edge, face } = shapeStyles(colours());
  const labels = L.layerGroup();
  for (const { properties, geometry } of shapes.features) {
    if (!properties.name || geometry.type !== "LineString") continue;
    const middle = Math.floor(geometry.coordinates.length * 0.3);
    const [longitude, latitude] = geometry.coordinates[middle];
    const html = Object.assign(document.createElement("span"), { textContent: properties.name });
    html.style.setProperty("rotate", `${slope(geometry.coordinates[middle - 1], geometry.coordinates[middle + 1])}deg`);
    const icon = L.divIcon({ className: "map-street", iconSize: [0, 0], html });
    labels.addLayer(L.marker([latitude, longitude], { icon, interactive: false, keyboard: false, pane: "streets" }));
  }
  const draw = (styles) => L.geoJSON(shapes, { pane: "town", attribution, interactive: false, style: ({ properties }) => styles[properties.kind] });
  return L.layerGroup([draw(edge), draw(face), labels]);
}

/**
 * Open a map in an element that carries `{% map_data %}`.
 * pins: see pinMarker. lines: {points: [[lat, lng]…] or encoded: "…", thread, dim, estimated}. fit: look at all of them.
 * Returns {map, pins: Map(id → marker), setPins, setLines, show(id)}; throws when the libraries do not come.
 */
export async function openMap(element, { center = null, zoom = 15, pins = [], lines = [], fit = true } = {}) {
  const words = JSON.parse(element.dataset.mapWords);
  try {
    await load(element.dataset.mapLeaflet);
  } catch (error) {
    element.textContent = words.failed;
    element.classList.add("map-failed");
    throw error;
  }
  const L = window.L;
  const map = L.map(element, { zoomControl: false, attributionControl: false, zoomSnap: 0.5, maxZoom: 19, minZoom: 11 });
  L.control.attribution({ prefix: false }).addTo(map);
  L.control.zoom({ position: "topleft", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  map.createPane("town").style.setProperty("z-index", 250);
  map.createPane("streets").style.setProperty("z-index", 260);
  map.setView(center ?? element.dataset.mapCentre.split(",").map(Number), zoom);
  map.on("zoomend", () => element.classList.toggle("map-near", map.getZoom() >= 16));
  element.classList.toggle("map-near", zoom >= 16);
  await drawBase(map, element);

  const shown = { map, pins: new Map() };
  const pinLayer = L.layerGroup().addTo(map), lineLayer = L.layerGroup().addTo(map);
  shown.setPins = (list) => {
    pinLayer.clearLayers();
    shown.pins.clear();
    for (const pin of list) {
      const marker = pinMarker(pin).addTo(pinLayer);
      if (pin.id) shown.pins.set(String(pin.id), marker);
    }
  };
  shown.setLines = (list) => {
    lineLayer.clearLayers();
    for (const line of list) drawLine(line).addTo(lineLayer);
  };
  shown.show = (id) => {
    const marker = shown.pins.get(String(id));
    if (marker) map.panTo(marker.getLatLng(), { animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
    return marker;
  };
  shown.setLines(lines);
  shown.setPins(pins);
  if (fit && pins.length + lines.length) {
    const all = [...pins.map(({ lat, lng }) => [lat, lng]), ...lines.flatMap(pointsOf)];
    map.fitBounds(L.latLngBounds(all), { padding: [28, 28], maxZoom: 17, animate: false });
  }
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(element);
  return shown;
}

/** The base map; drawn again when the theme changes. Pins and lines stay usable when it cannot be drawn. */
async function drawBase(map, element) {
  let layer = null;
  const draw = async () => {
    try {
      const fresh = await baseLayer(element);
      layer?.remove();
      layer = fresh.addTo(map);
    } catch {
      element.dataset.mapBase = "missing";
    }
  };
  await draw();
  map.on("unload", onTheme(draw));
}

const pointsOf = ({ points, encoded }) => points ?? decodeLine(encoded);

function drawLine(line) {
  const L = window.L;
  const thread = line.thread ? ` c-t${((line.thread - 1) % 9) + 1}` : "";
  const path = (className) => L.polyline(pointsOf(line), { className, interactive: false, smoothFactor: 1 });
  const own = `m-route map-line${thread}${line.dim ? " dim" : ""}${line.estimated ? " map-guess" : ""}`;
  return line.dim ? path(own) : L.layerGroup([path("m-route case map-line"), path(own)]);
}

/** Elements with `data-map` of this kind that no copy of this module has taken yet; they are taken now. */
export function unopened(kind) {
  const found = [...document.querySelectorAll(`[data-map="${kind}"]:not([data-map-taken])`)];
  for (const element of found) element.dataset.mapTaken = "";
  return found;
}

/** Open every `[data-map]` that says nothing more; `data-pins` and `data-lines` name a JSON script of the page. */
function openAll() {
  const read = (id) => (id ? JSON.parse(document.getElementById(id).textContent) : []);
  for (const element of unopened("auto")) {
    openMap(element, { pins: read(element.dataset.pins), lines: read(element.dataset.lines) }).catch(() => {});
  }
}

openAll();
document.addEventListener("htmx:load", openAll);
