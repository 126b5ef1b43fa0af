// The board's own page: where things are, and putting fresh HTML in their place without losing scroll, focus or selection.
export const board = document.getElementById("bd");
export const columns = document.getElementById("bd-cols");
const left = document.getElementById("bd-left");
const alerts = document.getElementById("bd-alerts");
const listeners = new Set();
/** Stops that were moved or looked for here: a filter does not hide them until it is changed. */
export const inSight = new Set();

/** Call after anything on the board was replaced. */
export const onFresh = (listener) => listeners.add(listener);

export const row = (ref) => board.querySelector(`.stop[data-t="${ref}"]`);
/** What can be chosen: not finished, not hidden by a filter. */
export const rowsIn = (scope) => [...scope.querySelectorAll(".stop[data-t]:not([data-over], .bd-out)")];
export const listOf = (element) => element.closest("ol[data-to]");
export const laneOf = (element) => element.closest("[data-lane]");
export const nameOf = (stop) => stop.querySelector(".l1 b")?.textContent ?? "";

/** `{count} stops` with its figures; one or many chooses the sentence. */
export function words(key, facts = {}) {
  const text = board.dataset[`w${key[0].toUpperCase()}${key.slice(1)}`] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
}
export const counted = (key, count, facts = {}) => words(`${key}${count === 1 ? "One" : "Many"}`, { count, ...facts });

/** The versions of all lists on the screen, as the server wants them. */
export function versions() {
  const found = new Map();
  for (const element of board.querySelectorAll("[data-round][data-v]")) found.set(element.dataset.round, element.dataset.v);
  for (const element of board.querySelectorAll("li[data-drop][data-v]")) found.set(element.dataset.drop.slice(2), element.dataset.v);
  return [...found].map(([ref, version]) => `${ref}:${version}`);
}

const fragment = (html) => document.createRange().createContextualFragment(html);

/** Which row, list or button has the focus, so that it can have it again. */
function focused() {
  const at = document.activeElement;
  if (!at || !board.contains(at)) return null;
  return { ref: at.dataset.t, lane: laneOf(at)?.dataset.lane, act: at.dataset.act };
}

function refocus(was) {
  if (!was || board.contains(document.activeElement)) return;
  const next = (was.ref && row(was.ref)) || (was.lane && document.getElementById(was.lane)?.querySelector(was.act ? "summary" : ".stop[data-t]"));
  next?.focus({ preventScroll: true });
}

function putColumn(key, html, order) {
  const fresh = fragment(html).firstElementChild;
  const old = document.getElementById(key);
  if (old) {
    const at = old.querySelector(".bd-thread")?.scrollTop ?? 0;
    old.replaceWith(fresh);
    const thread = fresh.querySelector(".bd-thread");
    if (thread) thread.scrollTop = at;
    return;
  }
  const after = order.slice(order.indexOf(key) + 1).map((name) => document.getElementById(name)).find(Boolean);
  columns.querySelector(":scope > .empty")?.remove();
  columns.insertBefore(fresh, after ?? null);
}

/** Put the server's answer on the screen. */
export function show(answer) {
  const was = focused();
  for (const [key, html] of Object.entries(answer.columns ?? {})) putColumn(key, html, answer.order ?? []);
  for (const key of answer.gone ?? []) document.getElementById(key)?.remove();
  if (answer.left !== undefined) {
    const at = left.querySelector(".bd-tray")?.scrollTop ?? 0;
    left.replaceChildren(fragment(answer.left));
    const tray = left.querySelector(".bd-tray");
    if (tray) tray.scrollTop = at;
  }
  if (answer.alerts !== undefined) alerts.replaceChildren(fragment(answer.alerts));
  for (const listener of listeners) listener();
  refocus(was);
}
