// The map beside the columns: loaded when it is first in sight. A pin leads to its row, a row to its pin.
import { board, laneOf, onFresh, row } from "./page.js";

const box = document.getElementById("bd-map");
const words = document.getElementById("bd-mapof");
let shown = null, lane = "", timer = 0, turned = false;

/** The open map with its pins, or null. */
export const drawn = () => (shown?.map ? shown : null);

async function data() {
  const answer = await fetch(`${board.dataset.changes.replace("changes/", "map/")}?on=${board.dataset.on}`);
  if (!answer.ok) throw new Error(String(answer.status));
  const drawing = await answer.json();
  const dim = (thing) => thing.lane !== lane;
  const seen = board.dataset.layout === "map" && !lane ? () => true : (pin) => pin.lane === "tray" || pin.lane === lane;
  return { pins: drawing.pins.filter(seen).map((pin) => ({ ...pin, onClick: jump })), lines: drawing.lines.map((line) => ({ ...line, dim: dim(line) })) };
}

function jump({ id }) {
  const stop = row(id);
  if (!stop) return;
  stop.scrollIntoView({ block: "center", inline: "center" });
  stop.focus({ preventScroll: true });
  stop.click();
}

/** Bring all that is drawn into view. */
function frame() {
  const marks = [...shown.pins.values()].map((marker) => marker.getLatLng());
  shown.map.invalidateSize({ animate: false });
  if (marks.length) shown.map.fitBounds(window.L.latLngBounds(marks), { padding: [24, 24], maxZoom: 16, animate: false });
}

async function open() {
  if (shown || !box.offsetParent) return;
  shown = "loading";
  const { openMap } = await import("../map.js");
  try { shown = await openMap(box, await data()); } catch { shown = null; }
}

async function again() {
  timer = 0;
  if (!shown?.map) return;
  const { pins, lines } = await data().catch(() => ({ pins: null }));
  if (!pins) return;
  shown.setLines(lines);
  shown.setPins(pins);
  if (turned) frame();
  turned = false;
}
const soon = () => { timer ||= setTimeout(again, 600); };

export function showMap() {
  const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 200));
  new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) idle(open, { timeout: 2000 }); }).observe(box);
  onFresh(soon);
  new MutationObserver(() => { turned = true; open(); soon(); }).observe(board, { attributeFilter: ["data-layout"] });
  board.addEventListener("focusin", (event) => {
    const column = event.target.closest?.(".stop[data-t]") && laneOf(event.target);
    const key = column?.classList.contains("run") ? column.dataset.lane : "";
    if (!column || key === lane) { if (event.target.dataset?.t) shown?.show?.(event.target.dataset.t); return; }
    lane = key;
    turned = true;
    words.textContent = column.dataset.name ?? "";
    soon();
  });
}
