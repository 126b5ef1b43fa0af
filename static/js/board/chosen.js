// Which stops are chosen: click, Ctrl, Shift, Space, Ctrl+A. The choice survives fresh HTML, filters and scrolling.
import { announce } from "../base.js";
import { board, counted, laneOf, listOf, onFresh, row, rowsIn } from "./page.js";

const chosen = new Set();
const bar = document.getElementById("bd-sel");
const pairsBox = document.getElementById("bd-pairs");
let anchor = null;

const all = () => rowsIn(board);

/** The chosen refs in the order of the screen. */
export const refs = () => all().filter((stop) => chosen.has(stop.dataset.t)).map((stop) => stop.dataset.t);
export const isChosen = (ref) => chosen.has(ref);

/** The other legs of the chosen deliveries that nobody has and nobody chose. */
export function otherLegs(list = refs()) {
  const deliveries = new Set(list.map((ref) => row(ref).dataset.d));
  const free = [...board.querySelectorAll(".bd-tray .stop[data-t]")];
  return free.filter((stop) => deliveries.has(stop.dataset.d) && !list.includes(stop.dataset.t)).map((stop) => stop.dataset.t);
}
const withPairs = () => document.getElementById("bd-withpairs").checked;

export function choose(list) {
  chosen.clear();
  for (const ref of list) chosen.add(ref);
  paint();
}
export const clear = () => choose([]);

export function paint() {
  const here = [];
  for (const stop of all()) {
    const on = chosen.has(stop.dataset.t);
    if (on) here.push(stop.dataset.t);
    if ((stop.getAttribute("aria-selected") === "true") !== on) stop.setAttribute("aria-selected", String(on));
  }
  bar.hidden = here.length === 0;
  document.getElementById("bd-count").textContent = here.length ? counted("chosen", here.length) : "";
  const legs = here.length ? otherLegs(here) : [];
  pairsBox.hidden = legs.length === 0;
  if (legs.length) pairsBox.querySelector("span").textContent = counted("pairs", legs.length);
  const hatched = new Set(withPairs() ? legs : []);
  for (const stop of board.querySelectorAll(`.bd-tray .stop${hatched.size ? "" : ".paired"}`)) stop.classList.toggle("paired", hatched.has(stop.dataset.t));
}

/** From the anchor to this row, in the order of the screen. */
function upTo(stop) {
  const list = all();
  const from = list.findIndex((other) => other.dataset.t === anchor), to = list.indexOf(stop);
  if (from < 0) return [stop.dataset.t];
  return list.slice(Math.min(from, to), Math.max(from, to) + 1).map((other) => other.dataset.t);
}

export function toggle(stop) {
  chosen[chosen.has(stop.dataset.t) ? "delete" : "add"](stop.dataset.t);
  anchor = stop.dataset.t;
  paint();
}

export function extend(stop) {
  for (const ref of upTo(stop)) chosen.add(ref);
  paint();
}

export function chooseLane(element) {
  const lane = laneOf(element) ?? listOf(element);
  const list = rowsIn(lane);
  choose(list.map((stop) => stop.dataset.t));
  announce(counted("chosen", list.length));
}

board.addEventListener("click", (event) => {
  if (event.defaultPrevented) return;
  const group = event.target.closest("[data-group]");
  if (group) { choose([...rowsIn(listOf(group)).map((stop) => stop.dataset.t), ...(event.ctrlKey || event.metaKey ? refs() : [])]); return; }
  const stop = event.target.closest(".stop[data-t]");
  if (!stop) return;
  stop.focus({ preventScroll: true });
  if (stop.hasAttribute("data-over")) return;
  const touch = matchMedia("(pointer: coarse)").matches;
  if (event.shiftKey) extend(stop);
  else if (event.ctrlKey || event.metaKey || touch) toggle(stop);
  else { anchor = stop.dataset.t; choose([stop.dataset.t]); }
});
onFresh(paint);
