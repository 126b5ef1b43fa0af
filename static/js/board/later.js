// Columns beyond the edge are drawn one by one once the board can be used, or all at once at the first sign of somebody wanting them.
import { columns } from "./page.js";

const SIGNS = ["pointerdown", "keydown", "wheel", "focusin", "dragenter"];
const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 30));

function all() {
  columns.dataset.all = "";
  for (const sign of SIGNS) removeEventListener(sign, all, { capture: true });
  columns.removeEventListener("scroll", all);
}

function next() {
  if ("all" in columns.dataset) return;
  const column = columns.querySelector(":scope > .run:not(.bd-in)");
  if (!column) { all(); return; }
  column.classList.add("bd-in");
  idle(next, { timeout: 300 });
}

/** Call when everything else listens. */
export function drawTheRest() {
  for (const sign of SIGNS) addEventListener(sign, all, { capture: true });
  columns.addEventListener("scroll", all);
  idle(next, { timeout: 300 });
}
