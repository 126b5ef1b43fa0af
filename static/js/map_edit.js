// Placing a pin and drawing an area. Both write into a text field, which is the way without a map.
import { openMap, pinMarker, unopened } from "./map.js";

/** Said politely in the page's live region. Not imported from base.js: under its hashed name that would be a second copy. */
function announce(text) {
  const live = document.getElementById("live");
  if (live) live.textContent = text;
}

const METRES_PER_DEGREE = 111320;
const ARROWS = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const written = ({ lat, lng }) => `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
const POINT = /^\s*([-+]?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*([-+]?\d{1,3}(?:\.\d+)?)\s*$/;

/** The place a key moves a point to; null for other keys. */
function nudged(event, { lat, lng }) {
  const way = ARROWS[event.key];
  if (!way) return null;
  const metres = event.shiftKey ? 50 : 5;
  return [lat + (way[0] * metres) / METRES_PER_DEGREE, lng + (way[1] * metres) / (METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180))];
}

/** Let the keys of a marker move it; `done` is called after each move. */
function nudgeable(marker, done, onDelete = null) {
  marker.on("add", () => {
    marker.getElement().addEventListener("keydown", (event) => {
      if (onDelete && (event.key === "Delete" || event.key === "Backspace")) {
        event.preventDefault();
        onDelete();
        return;
      }
      const place = nudged(event, marker.getLatLng());
      if (!place) return;
      event.preventDefault();
      event.stopPropagation();
      marker.setLatLng(place);
      done();
    });
  });
}

/** One pin to place: drag it, click on the map, use arrow keys, or type coordinates into the field named by `data-point-input`. */
export async function pinEditor(element) {
  const field = document.querySelector(element.dataset.pointInput);
  const words = JSON.parse(element.dataset.mapWords);
  const start = POINT.exec(field.value);
  const centre = start ? [Number(start[1]), Number(start[2])] : element.dataset.mapCentre.split(",").map(Number);
  const { map } = await openMap(element, { center: centre, zoom: start ? 17 : 15, fit: false });
  const marker = pinMarker({ lat: centre[0], lng: centre[1], label: "", kind: "drop", title: words.pin, thread: 1 }, { draggable: true });
  const write = () => {
    field.value = written(marker.getLatLng());
    announce(words.moved.replace("{point}", field.value));
  };
  nudgeable(marker, write);
  marker.on("dragend", write);
  if (start) marker.addTo(map);
  map.on("click", ({ latlng }) => { marker.setLatLng(latlng).addTo(map); write(); });
  field.addEventListener("input", () => {
    const found = POINT.exec(field.value);
    if (!found || Math.abs(found[1]) > 90 || Math.abs(found[2]) > 180) return;
    marker.setLatLng([Number(found[1]), Number(found[2])]).addTo(map);
    map.panTo(marker.getLatLng(), { animate: false });
  });
  return { map, marker };
}

/** The outer ring of pasted GeoJSON as [lat, lng] corners; null when it is not one simple polygon. */
function ringIn(text) {
  try {
    let data = JSON.parse(text);
    if (data.type === "FeatureCollection" && data.features.length === 1) data = data.features[0];
    if (data.type === "Feature") data = data.geometry;
    if (data.type !== "Polygon" || data.coordinates.length !== 1) return null;
    return data.coordinates[0].slice(0, -1).map(([lng, lat]) => [lat, lng]);
  } catch {
    return null;
  }
}

/**
 * An area to draw: click adds a corner, dragging moves it, Delete on a corner takes it away. The field named by `data-zone-input`
 * always holds the GeoJSON and may be typed or pasted into. Buttons: `[data-zone-undo]`, `[data-zone-clear]` inside the same form.
 */
export async function drawZone(element) {
  const field = document.querySelector(element.dataset.zoneInput);
  const words = JSON.parse(element.dataset.mapWords);
  const { map } = await openMap(element, { zoom: 14, fit: false });
  const L = window.L;
  const corners = L.layerGroup().addTo(map);
  let area = null;
  let ring = ringIn(field.value) ?? [];

  const write = () => {
    const round = ([lat, lng]) => [Number(lng.toFixed(6)), Number(lat.toFixed(6))];
    field.value = ring.length > 2 ? JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]].map(round)] }) : "";
    announce(words.corners.replace("{count}", ring.length));
  };
  const drawArea = () => {
    area?.remove();
    area = ring.length > 1 ? L.polygon(ring, { className: "map-zone", interactive: false }).addTo(map) : null;
  };
  const removeCorner = (index) => { ring.splice(index, 1); draw(); write(); };
  const draw = () => {
    drawArea();
    corners.clearLayers();
    ring.forEach((at, index) => {
      const title = words.corner.replace("{number}", index + 1);
      const icon = L.divIcon({ className: "map-corner", iconSize: [24, 24], html: "" });
      const marker = L.marker(at, { icon, draggable: true, keyboard: true, title });
      const moved = () => { const { lat, lng } = marker.getLatLng(); ring[index] = [lat, lng]; drawArea(); };
      marker.on("drag", moved);
      marker.on("dragend", write);
      marker.on("add", () => marker.getElement().setAttribute("aria-label", title));
      nudgeable(marker, () => { moved(); write(); }, () => removeCorner(index));
      marker.addTo(corners);
    });
  };

  map.on("click", ({ latlng }) => { ring.push([latlng.lat, latlng.lng]); draw(); write(); });
  field.addEventListener("change", () => { ring = ringIn(field.value) ?? []; draw(); look(); });
  const form = element.closest("form") ?? document;
  form.querySelector("[data-zone-undo]")?.addEventListener("click", () => { ring.pop(); draw(); write(); });
  form.querySelector("[data-zone-clear]")?.addEventListener("click", () => { ring = []; draw(); write(); });
  const look = () => { if (ring.length > 1) map.fitBounds(L.latLngBounds(ring), { padding: [24, 24], animate: false }); };
  draw();
  look();
  return { map };
}

unopened("pin").forEach((element) => pinEditor(element).catch(() => {}));
unopened("zone").forEach((element) => drawZone(element).catch(() => {}));
