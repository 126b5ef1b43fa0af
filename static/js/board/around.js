// Choosing stops on the map: a rectangle, or a free line around pins. Lists, keys and menus lead to the same choice.
import { announce } from "../base.js";
import { choose, refs } from "./chosen.js";
import { board, counted, row } from "./page.js";
import { drawn } from "./mapped.js";

const box = document.getElementById("bd-map");
const tools = [...document.querySelectorAll("[data-around]")];
let tool = "", points = [], shape = null;

function use(name) {
  tool = name;
  for (const button of tools) button.setAttribute("aria-pressed", String(button.dataset.around === name));
  box.classList.toggle("bd-around", Boolean(name));
  drawn()?.map.dragging[name ? "disable" : "enable"]();
}

const corners = ([a, b]) => [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
const outline = () => (tool === "rectangle" ? corners([points[0], points.at(-1)]) : points);

function draw() {
  const { map } = drawn();
  const line = outline().map(({ x, y }) => map.containerPointToLatLng([x, y]));
  if (shape) shape.setLatLngs(line);
  else shape = window.L.polygon(line, { className: "bd-shape", interactive: false }).addTo(map);
}

/** Whether the point is inside the line closed to a loop. */
function inside({ x, y }, loop) {
  let found = false;
  loop.forEach((to, n) => {
    const from = loop.at(n - 1);
    if ((to.y > y) !== (from.y > y) && x < ((from.x - to.x) * (y - to.y)) / (from.y - to.y) + to.x) found = !found;
  });
  return found;
}

function take(add) {
  const { map, pins } = drawn();
  const loop = outline();
  const held = [...pins].filter(([ref, marker]) => {
    const stop = row(ref);
    return stop && !stop.matches("[data-over], .bd-out") && inside(map.latLngToContainerPoint(marker.getLatLng()), loop);
  }).map(([ref]) => ref);
  choose([...(add ? refs() : []), ...held]);
  announce(counted("chosen", refs().length));
}

function at(event) {
  const { left, top } = box.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

box.addEventListener("pointerdown", (event) => {
  if (!tool || !drawn() || event.button || event.target.closest(".leaflet-control")) return;
  event.preventDefault();
  event.stopPropagation();
  box.setPointerCapture(event.pointerId);
  points = [at(event)];
}, { capture: true });
box.addEventListener("pointermove", (event) => {
  if (!points.length) return;
  points.push(at(event));
  draw();
});
function end(event) {
  if (!points.length) return;
  const moved = points.length > 2;
  if (moved && event.type === "pointerup") take(event.ctrlKey || event.metaKey || event.shiftKey);
  points = [];
  shape?.remove();
  shape = null;
  if (moved) use("");
}
box.addEventListener("pointerup", end);
box.addEventListener("pointercancel", end);
for (const button of tools) button.addEventListener("click", () => { if (drawn()) use(tool === button.dataset.around ? "" : button.dataset.around); });
board.addEventListener("keydown", (event) => { if (event.key === "Escape" && tool) { event.preventDefault(); use(""); } });
