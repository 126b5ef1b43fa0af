// Gestures on their way to the server: shown at once, definite within two seconds, put back with a sentence when refused.
import { announce, toast } from "../base.js";
import { choose, refs as chosenRefs } from "./chosen.js";
import { board, inSight, laneOf, listOf, nameOf, onFresh, row, show, versions, words } from "./page.js";

const PATIENCE_MS = 2000; // for rows that have moved on the screen already
const ASKED_MS = 10000; // for what was asked in a dialog: nothing has moved yet
const LATER_MS = [0, 3000, 10000];
const own = new Set();
const waiting = [];
let busy = false, undoable = null, settled = 0, asked = 0, newest = 0;
const token = () => document.querySelector('meta[name="csrf-token"]').content;

/** Whether this change was made here, so that its echo need not be fetched again. */
export const isOwn = (ref) => own.has(ref);
export const isBusy = () => busy;

/** The lanes whose open fold must stay open in fresh HTML. */
export const openFolds = () => [...board.querySelectorAll('.fold[data-fold=""]')].map((fold) => laneOf(fold).dataset.lane);

async function post(url, body, patience = ASKED_MS) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const answer = await fetch(url, { method: "POST", body, signal: stop.signal, headers: { Accept: "application/json", "X-CSRFToken": token() } });
    const json = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
    return { ok: answer.ok, status: answer.status, data: json ? await answer.json() : null, html: json ? "" : await answer.text() };
  } catch {
    return { ok: false, status: 0, data: null, html: "" };
  } finally {
    clearTimeout(timer);
  }
}

/** Fresh lists from the server: what is true, whatever happened to an answer. An answer older than the screen is asked for again. */
export async function refresh({ rounds = [], lanes = [] } = {}) {
  const mine = ++asked, then = settled;
  const wanted = new URLSearchParams({ on: board.dataset.on });
  for (const ref of rounds) wanted.append("r", ref);
  for (const key of lanes) wanted.append("lane", key);
  for (const key of openFolds()) wanted.append("done", key);
  const answer = await fetch(`${board.dataset.changes}?${wanted}`, { headers: { Accept: "application/json" } });
  if (answer.redirected || answer.status === 401) { location.reload(); return; }
  if (!answer.ok) return;
  const fresh = await answer.json();
  if (then !== settled || mine < newest) { await refresh({ rounds, lanes }); return; }
  newest = mine;
  show(fresh);
  waiting.forEach(preview);
}

/** A fresh body with the day and the folds that are open. */
function form(fields = []) {
  const body = fields instanceof FormData ? fields : new FormData();
  if (!(fields instanceof FormData)) for (const [name, value] of fields) body.append(name, value);
  body.set("on", board.dataset.on);
  for (const key of openFolds()) body.append("done", key);
  return body;
}

/**
 * Put stops somewhere. to: "tray", "c:…", "r:…"; before: the ref of the stop they go in front of.
 * The rows move at once; the answer puts them where they are, or back.
 */
export function plan(refs, to, { before = "", verb = "move" } = {}) {
  if (!refs.length) { announce(words("nothing")); return; }
  const gesture = { refs, to, before, verb };
  gesture.from = refs.map((ref) => row(ref)).filter(Boolean).map((stop) => ({
    ref: stop.dataset.t, lane: laneOf(stop)?.dataset.lane, whose: laneOf(stop)?.dataset.name ?? words("tray"), list: listOf(stop), next: stop.nextElementSibling,
  }));
  waiting.push(gesture);
  preview(gesture);
  next();
}

/** Move the rows as the server will, at 60 % ink. */
function preview({ refs, to, before }) {
  const list = [...board.querySelectorAll("ol[data-to]")].find((one) => one.dataset.to === to && (to !== "tray"));
  const anchor = before ? row(before) : null;
  for (const ref of refs) {
    const stop = row(ref);
    if (!stop) continue;
    stop.classList.add("bd-pending");
    inSight.add(ref);
    if (list && !(stop.classList.contains("tr") && !list.isConnected)) list.insertBefore(stop, anchor && listOf(anchor) === list ? anchor : null);
  }
}

async function next() {
  if (busy || !waiting.length) return;
  busy = true;
  const gesture = waiting[0];
  const lanes = new Set(gesture.from.map(({ lane }) => lane).filter((lane) => lane && lane !== "tray"));
  const target = [...board.querySelectorAll("ol[data-to]")].find((one) => one.dataset.to === gesture.to);
  if (target && laneOf(target).dataset.lane !== "tray") lanes.add(laneOf(target).dataset.lane);
  const fields = [["to", gesture.to], ["before", gesture.before], ["verb", gesture.verb]];
  for (const ref of gesture.refs) fields.push(["t", ref]);
  for (const version of versions()) fields.push(["v", version]);
  for (const lane of lanes) fields.push(["lane", lane]);
  const answer = await post(board.dataset.plan, form(fields), PATIENCE_MS);
  waiting.shift();
  settled += 1;
  await settle(answer, gesture, [...lanes]);
  busy = false;
  waiting.forEach(preview);
  next();
}

async function settle(answer, gesture, lanes) {
  if (answer.data) show(answer.data);
  if (answer.ok && answer.data) {
    accepted(answer.data);
    where(gesture);
    return;
  }
  if (!answer.data) putBack(gesture);
  const first = row(gesture.refs[0]);
  toast(answer.data?.text ?? words("unanswered", { stop: first ? nameOf(first) : "", name: gesture.from[0]?.whose ?? "" }), { refused: true });
  for (const ref of gesture.refs) flash(ref);
  first?.scrollIntoView({ block: "nearest" });
  if (!answer.data) lookAgain(lanes);
}

/** An answer that never came may still become true: the server is asked now, and again when it had the time. */
function lookAgain(lanes = [...board.querySelectorAll(".run[data-lane]")].map((lane) => lane.dataset.lane)) {
  for (const later of LATER_MS) setTimeout(() => refresh({ lanes }).catch(() => {}), later);
}

/** Without an answer nothing is waited for: the rows stand where they stood, and the server is asked afterwards. */
function putBack({ from }) {
  for (const { ref, list, next } of [...from].reverse()) {
    const stop = row(ref);
    if (stop && list?.isConnected) list.insertBefore(stop, next?.isConnected && next.parentElement === list ? next : null);
  }
}

function flash(ref) {
  const stop = row(ref);
  stop?.classList.remove("bd-pending");
  stop?.classList.add("bd-flash");
}

function accepted(data) {
  if (data.change) own.add(data.change);
  undoable?.remove();
  const action = data.change ? { label: words("undo"), run: () => undo(data.change) } : null;
  const box = toast(data.text, { seconds: 10, countdown: Boolean(action), action });
  undoable = action ? box : null;
  if (data.why?.length) askWhy(data);
}

/** More than a bike, a shift or the rule allows: done all the same, and the reason is asked for. */
function askWhy({ change, why }) {
  const dialog = document.getElementById("bd-why");
  if (document.querySelector("dialog[open]")) return;
  dialog.querySelector("[name=change]").value = change;
  dialog.querySelector("[name=reason]").value = "";
  document.getElementById("bd-why-words").replaceChildren(...why.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
  dialog.showModal();
}

/** Say to a screen reader where the first stop is now. */
function where({ refs }) {
  const stop = row(refs[0]);
  const lane = stop && laneOf(stop);
  if (lane?.dataset.name) announce(words("to", { stop: nameOf(stop), number: stop.querySelector(".bead").lastChild.textContent, name: lane.dataset.name }));
}

/** Take back the last gesture, or the named one. */
export async function undo(change = "") {
  const lanes = [...board.querySelectorAll(".run[data-lane]")].map((lane) => lane.dataset.lane);
  undoable?.remove();
  const answer = await post(board.dataset.undo, form([["change", change], ...lanes.map((lane) => ["lane", lane])]));
  take(answer);
  if (answer.ok && answer.data) {
    if (answer.data.change) own.add(answer.data.change);
    toast(answer.data.text);
  } else unheard(answer);
}

/** Show an answer; lists that were asked for before it are older than the screen now. */
function take(answer) {
  settled += 1;
  if (answer.data) show(answer.data);
}

/** A refusal is told; without an answer the screen is brought to what is true. */
function unheard(answer) {
  toast(answer.data?.text ?? words("timeout"), { refused: true });
  if (!answer.data) lookAgain();
}

/** Put the stops on another day. */
export const otherDay = (refs, day) => ask(board.dataset.day, ["to_day", day], refs);
/** Send the deliveries of the stops through a hub. */
export const relay = (refs, hub) => ask(board.dataset.relay, ["hub", hub], refs);

/** Ask the server for something that moves these stops, and show where everything is then. */
async function ask(url, asked, refs) {
  const lanes = [...new Set(refs.map((ref) => laneOf(row(ref))?.dataset.lane).filter((lane) => lane && lane !== "tray"))];
  const fields = [asked, ...refs.map((ref) => ["t", ref]), ...versions().map((version) => ["v", version]), ...lanes.map((lane) => ["lane", lane])];
  const answer = await post(url, form(fields));
  take(answer);
  if (answer.ok && answer.data) { choose([]); accepted(answer.data); } else unheard(answer);
}

/** Send a form of the board (a decision, a round) and show the answer; HTML that comes back is the form with its errors. */
export async function sendForm(element, submitter) {
  const body = form(new FormData(element, submitter));
  for (const lane of board.querySelectorAll(".run[data-lane]")) body.append("lane", lane.dataset.lane);
  const answer = await post(element.action, body);
  take(answer);
  if (answer.ok && answer.data) { accepted(answer.data); return ""; }
  if (answer.html) return answer.html;
  unheard(answer);
  return null;
}

onFresh(() => { if (chosenRefs().length === 0) choose([]); });
