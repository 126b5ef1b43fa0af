// Dragging: SortableJS for the pointer, one stop or all that are chosen. Keys and menus do the same.
import { choose, clear, isChosen, refs } from "./chosen.js";
import { withLegs } from "./legs.js";
import { board, columns, laneOf, onFresh, row } from "./page.js";
import { plan } from "./send.js";

const made = new WeakMap();
let dragged = [], home = null, hovered = null;

function hover(target) {
  if (target === hovered) return;
  hovered?.classList.remove("drop-here");
  hovered = target;
  hovered?.classList.add("drop-here");
}

/** The picture under the pointer says how many stops are held. */
function carry(transfer, element) {
  if (dragged.length < 2) { transfer.setDragImage(element, 20, 18); return; }
  const picture = document.createElement("div");
  picture.className = "bd-many";
  picture.textContent = `× ${dragged.length}`;
  document.body.append(picture);
  transfer.setDragImage(picture, 0, 0);
  setTimeout(() => picture.remove());
}

function start({ item }) {
  if (!isChosen(item.dataset.t)) choose([item.dataset.t]);
  dragged = refs();
  home = { list: item.parentElement, before: item.nextElementSibling };
}

/** The first stop after the drop that is not itself being moved. */
function following(item) {
  let next = item.nextElementSibling;
  while (next && (!next.dataset.t || dragged.includes(next.dataset.t))) next = next.nextElementSibling;
  return next?.dataset.t ?? "";
}

function end({ item, to, from, originalEvent }) {
  hover(null);
  const before = following(item);
  const moved = to !== from || before !== followingOf(home.before);
  home.list.insertBefore(item, home.before);
  const held = dragged;
  dragged = [];
  const outside = document.elementFromPoint(originalEvent?.clientX ?? -1, originalEvent?.clientY ?? -1)?.closest("[data-drop]");
  if (outside) { drop(held, outside.dataset.drop, { verb: "move" }); return; }
  if (!moved || (to.dataset.to === "tray" && from.dataset.to === "tray")) return;
  if (to === from || to.dataset.to === "tray") plan(held, to.dataset.to, { before: to.dataset.to === "tray" ? "" : before, verb: "move" });
  else drop(held, to.dataset.to, { before, verb: from.dataset.to === "tray" ? "give" : "move" });
  if (to !== from) clear();
}

/** Into other hands: with their free other legs when the person wants them. */
async function drop(held, to, how) {
  const list = await withLegs(held);
  if (list) plan(list, to, how);
  clear();
}

function followingOf(element) {
  let next = element;
  while (next && (!next.dataset.t || dragged.includes(next.dataset.t))) next = next.nextElementSibling;
  return next?.dataset.t ?? "";
}

/** Without the search for an empty list nearby: at each move it would ask the style of every column, out of sight or not. */
function adopt() {
  for (const list of board.querySelectorAll("ol[data-to]")) {
    if (made.has(list)) continue;
    made.set(list, window.Sortable.create(list, {
      group: "stops", draggable: ".stop[data-t]:not([data-over])", sort: list.dataset.to !== "tray", animation: 0, delay: 220, delayOnTouchOnly: true,
      emptyInsertThreshold: 0, setData: carry, onStart: start, onEnd: end, onMove: ({ to }) => hover(laneOf(to)?.querySelector(".bd-tray") ?? laneOf(to)),
      scroll: true, bubbleScroll: true,
    }));
  }
}

board.addEventListener("dragover", (event) => {
  const target = dragged.length && event.target.closest("[data-drop]");
  if (target) { event.preventDefault(); hover(target); }
});
// Near the edge of the columns, the next ones come into view
columns.addEventListener("dragover", (event) => {
  if (!dragged.length) return;
  const { left, right } = columns.getBoundingClientRect();
  if (event.clientX > right - 60) columns.scrollLeft += 14;
  else if (event.clientX < left + 60) columns.scrollLeft -= 14;
});

export function enableDragging() {
  if (!window.Sortable) return;
  // Lists learn to be dragged when a pointer first goes down: before their own listener hears of it, and not while the page loads
  board.addEventListener("pointerdown", adopt, { capture: true });
  onFresh(() => { if (dragged.length) adopt(); });
}
export const rowOf = row;
