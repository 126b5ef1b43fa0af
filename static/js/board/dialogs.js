// “Give to…”, a round, another day, one stop: dialogs filled by the server. Each also exists as a page.
import { announce, toast } from "../base.js";
import { choose, clear, refs } from "./chosen.js";
import { withLegs } from "./legs.js";
import { board, laneOf, row, rowsIn, words } from "./page.js";
import { otherDay, plan, sendForm } from "./send.js";

const dialog = document.getElementById("bd-dialog");
const dayDialog = document.getElementById("bd-daydialog");
const token = () => document.querySelector('meta[name="csrf-token"]').content;

function fill(html) {
  dialog.replaceChildren(document.createRange().createContextualFragment(html));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[autofocus], .bd-givehead input, [aria-invalid=true], .field input")?.focus();
}

async function open(url, body = null) {
  const headers = { "X-Dialog": "1", ...(body ? { "X-CSRFToken": token() } : {}) };
  try {
    const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers });
    if (answer.redirected) { location.assign(answer.url); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    fill(await answer.text());
  } catch {
    toast(document.getElementById("toasts").dataset.network, { refused: true });
  }
}

/** Ask who gets the chosen stops, or these. */
export async function give(given = null, verb = "give") {
  const list = given ?? await withLegs();
  if (!list) return;
  if (!list.length) { announce(words("nothing")); return; }
  const body = new FormData();
  body.set("on", board.dataset.on);
  for (const ref of list) body.append("t", ref);
  dialog.dataset.verb = verb;
  open(board.dataset.give, body);
}

export function newRound(list = []) {
  const asked = new URLSearchParams({ on: board.dataset.on });
  for (const ref of list) asked.append("t", ref);
  openRound(`${board.dataset.rounds}new/?${asked}`);
}
export const openRound = (url) => open(url);
export const openStop = (ref) => open(`${board.dataset.stops}${ref}/`);

export function askCancel() {
  const list = refs();
  if (!list.length) { announce(words("nothing")); return; }
  open(`${board.dataset.cancel}?${new URLSearchParams(list.map((ref) => ["t", ref]))}`);
}

export function askTags() {
  const list = refs();
  if (!list.length) { announce(words("nothing")); return; }
  open(`${board.dataset.tags}?${new URLSearchParams([["on", board.dataset.on], ...list.map((ref) => ["t", ref])])}`);
}

dialog.addEventListener("click", (event) => {
  const link = event.target.closest("[data-cancel], [data-ask]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open(link.href);
});

document.getElementById("bd-attention").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open(event.currentTarget.href);
});

export function askDay() {
  if (!refs().length) { announce(words("nothing")); return; }
  dayDialog.showModal();
}

document.getElementById("bd-dayform").addEventListener("submit", (event) => {
  event.preventDefault();
  dayDialog.close();
  withLegs().then((list) => { if (list) otherDay(list, document.getElementById("bd-today").value); });
});

// The list of people: a digit takes that line, letters narrow, Enter takes the only one left
dialog.addEventListener("input", (event) => {
  if (event.target.id !== "bd-giveq") return;
  const wanted = event.target.value.trim().toLocaleLowerCase();
  for (const line of dialog.querySelectorAll("[data-offer]")) line.hidden = !line.dataset.offer.toLocaleLowerCase().includes(wanted);
});
dialog.addEventListener("keydown", (event) => {
  if (event.target.id !== "bd-giveq") return;
  const lines = [...dialog.querySelectorAll("[data-offer]")];
  const digit = /^[1-9]$/.test(event.key) && !event.target.value ? lines[Number(event.key) - 1] : null;
  const left = lines.filter((line) => !line.hidden);
  const only = event.key === "Enter" && left.length === 1 ? left[0] : null;
  if (!digit && !only && event.key !== "Enter") return;
  event.preventDefault();
  (digit ?? only)?.querySelector("button").click();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches("[data-give-form]") && dialog.contains(form)) {
    event.preventDefault();
    const list = new FormData(form).getAll("t");
    dialog.close();
    plan(list, event.submitter.value, { verb: dialog.dataset.verb ?? "give" });
    clear();
  } else if (form.matches("[data-order-form]") && dialog.contains(form)) {
    event.preventDefault();
    openRound(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
  } else if (form.matches("[data-board-form]")) {
    event.preventDefault();
    const html = await sendForm(form, event.submitter);
    if (html === "") document.getElementById("bd-why").close();
    if (html === "" && dialog.open) { dialog.close(); clear(); }
    else if (html) fill(html);
  }
});

// Menus of columns and rounds
board.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const lane = laneOf(button);
  const head = button.closest("[data-round-head]");
  const round = head?.dataset.roundHead ?? lane.querySelector("[data-round]")?.dataset.round;
  button.closest("details").open = false;
  const acts = {
    pick: () => choose(rowsIn(lane).map((stop) => stop.dataset.t)),
    here: () => withLegs().then((list) => { if (list) { plan(list, lane.querySelector("ol[data-to]").dataset.to, { verb: "give" }); clear(); } }),
    rest: () => give(rowsIn(head?.nextElementSibling ?? lane).map((stop) => stop.dataset.t), "rest"),
    give: () => openRound(`${board.dataset.rounds}${round}/`),
    order: () => openRound(`${board.dataset.rounds}${head ? round : (lane.querySelector('ol[data-to^="c:"][data-round]')?.dataset.round ?? round)}/order/`),
    figures: () => open(`${board.dataset.figures}?${new URLSearchParams({ on: board.dataset.on, lane: lane.dataset.lane })}`),
    sheet: () => location.assign(`${document.getElementById("bd-sheets").href}&lane=${lane.dataset.lane}`),
    edit: () => openRound(`${board.dataset.rounds}${round}/`),
    take_back: () => takeBack(round, head.dataset.v),
  };
  acts[button.dataset.act]?.();
});

async function takeBack(round, version) {
  const form = document.createElement("form");
  form.action = `${board.dataset.rounds}${round}/give/`;
  for (const [name, value] of [["to", "tray"], ["version", version]]) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  await sendForm(form, null);
}

board.addEventListener("click", (event) => {
  const link = event.target.closest("[data-round-edit], [data-round-give], [data-stop], [data-do=newround]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (link.dataset.stop) openStop(link.dataset.stop);
  else if (link.dataset.do) newRound();
  else openRound(link.href);
});
board.addEventListener("dblclick", (event) => {
  const stop = event.target.closest(".stop[data-t]");
  if (stop && row(stop.dataset.t)) openStop(stop.dataset.t);
});
