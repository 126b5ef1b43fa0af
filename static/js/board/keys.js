// Everything by key, listed under “?”. Arrows walk; letters act on what is chosen, or on the stop that has the focus.
import { announce } from "../base.js";
import { chooseLane, clear, choose, extend, refs, toggle } from "./chosen.js";
import { askCancel, askDay, askTags, give, newRound, openStop } from "./dialogs.js";
import { withLegs } from "./legs.js";
import { board, laneOf, listOf, row, rowsIn, words } from "./page.js";
import { plan, relay, undo } from "./send.js";

const lanes = () => [...board.querySelectorAll(".bd-tray, .run[data-lane]")];
const here = () => document.activeElement?.closest?.(".stop[data-t]");

/** What a key acts on: the choice, else the stop with the focus. */
function subject() {
  const list = refs();
  const stop = here();
  if (!list.length && stop && !stop.hasAttribute("data-over")) choose([stop.dataset.t]);
  return refs();
}

function step(down, extending) {
  const stop = here();
  if (!stop) return;
  const list = [...laneOf(stop).querySelectorAll(".stop[data-t]")];
  const next = list[list.indexOf(stop) + (down ? 1 : -1)];
  if (!next) return;
  next.focus();
  if (extending && !next.hasAttribute("data-over")) { extend(stop); extend(next); }
}

function sideways(right) {
  const stop = here();
  if (!stop) return;
  const all = lanes();
  const top = stop.getBoundingClientRect().top;
  for (let at = all.indexOf(laneOf(stop)) + (right ? 1 : -1); at >= 0 && at < all.length; at += right ? 1 : -1) {
    const list = [...all[at].querySelectorAll(".stop[data-t]")];
    if (!list.length) continue;
    const near = list.reduce((best, one) => (Math.abs(one.getBoundingClientRect().top - top) < Math.abs(best.getBoundingClientRect().top - top) ? one : best));
    near.focus();
    near.scrollIntoView({ block: "nearest", inline: "nearest" });
    return;
  }
}

/** One up or one down, inside its list. */
export function shift(down) {
  const list = subject();
  const first = row(list[0]);
  if (!first || listOf(first).dataset.to === "tray") return;
  const stops = rowsIn(listOf(first));
  const mine = stops.filter((stop) => list.includes(stop.dataset.t));
  const at = stops.indexOf(down ? mine[mine.length - 1] : mine[0]) + (down ? 2 : -1);
  if (at < 0 || (down && at > stops.length)) return;
  plan(mine.map((stop) => stop.dataset.t), listOf(first).dataset.to, { before: stops[at]?.dataset.t ?? "", verb: "move" });
}

/** One hub: at once. Several: the key leads to their buttons. */
function via(button) {
  const list = subject();
  const hubs = document.querySelectorAll("#bd-via [data-hub]");
  const hub = button ?? (hubs.length === 1 ? hubs[0] : null);
  if (!list.length) announce(words("nothing"));
  else if (hub) relay(list, hub.dataset.hub);
  else if (hubs.length) hubs[0].focus();
  else announce(words("nohub"));
}

export const actions = {
  give: () => { subject(); give(); },
  round: () => { subject(); withLegs().then((list) => { if (list) newRound(list); }); },
  day: () => { subject(); askDay(); },
  free: () => { const list = subject().filter((ref) => listOf(row(ref)).dataset.to !== "tray"); plan(list, "tray", { verb: "move" }); clear(); },
  relay: via,
  tag: () => { subject(); askTags(); },
  cancel: () => { subject(); askCancel(); },
  open: () => { const [first] = subject(); if (first) openStop(first); },
  none: () => clear(),
  up: () => shift(false),
  down: () => shift(true),
};
const LETTERS = { m: "give", r: "round", j: "day", d: "free", h: "relay", g: "tag", x: "cancel" };

function arrow(event) {
  const down = event.key === "ArrowDown";
  if (event.altKey) shift(down);
  else step(down, event.shiftKey);
}

function special(event) {
  const command = event.ctrlKey || event.metaKey;
  const stop = here();
  if (command && event.key.toLowerCase() === "z" && !event.shiftKey) { undo(); return true; }
  if (command && event.key.toLowerCase() === "a" && stop) { chooseLane(stop); return true; }
  if (command) return false;
  if (event.key === "Escape") { clear(); return true; }
  if ((event.key === "ArrowUp" || event.key === "ArrowDown") && stop) { arrow(event); return true; }
  if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && stop) { sideways(event.key === "ArrowRight"); return true; }
  if (event.key === " " && stop) { if (!stop.hasAttribute("data-over")) toggle(stop); return true; }
  if (event.key === "Enter" && stop) { openStop(stop.dataset.t); return true; }
  return plainKey(event);
}

function plainKey(event) {
  if (event.altKey) return false;
  if (event.key === "/") { document.getElementById("bd-q").focus(); return true; }
  if (event.key === "?") { document.getElementById("bd-help").showModal(); return true; }
  if (event.key === "a") { document.getElementById("bd-attention").click(); return true; }
  if (event.key === "t") { document.getElementById("bd-new").click(); return true; }
  const action = LETTERS[event.key];
  if (action) actions[action]();
  return Boolean(action);
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.defaultPrevented || typing || document.querySelector("dialog[open], details.menu[open]")) return;
  if (special(event)) event.preventDefault();
});

document.getElementById("bd-sel").addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]?.(button);
});

// Hubs are asked for once the page stands
const vias = document.getElementById("bd-via");
fetch(vias.dataset.url).then((answer) => (answer.ok && !answer.redirected ? answer.text() : "")).then((html) => { vias.innerHTML = html; }).catch(() => {});

// A list is one stop of the Tab key: its first row, or the one that had the focus
board.addEventListener("focusin", (event) => {
  const list = event.target.matches?.("ol[role=listbox]") ? event.target : null;
  if (list) (list.querySelector(".stop[data-last]") ?? list.querySelector(".stop[data-t]"))?.focus();
  const stop = event.target.closest?.(".stop[data-t]");
  if (!stop) return;
  for (const other of board.querySelectorAll('ol[role="listbox"][tabindex="-1"]')) other.tabIndex = 0;
  for (const other of board.querySelectorAll(".stop[data-last]")) delete other.dataset.last;
  stop.dataset.last = "";
  listOf(stop).tabIndex = -1;
});
