// The day on the screen: which stop is in front, what is finished. Draws what the server said, and on top of it what waits to be sent.
// The order is the server's and never changes.
const find = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const setup = () => find("#pocket").dataset;
let chosen = null;

/** Fill {places} of a sentence. */
export const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

/** `10:22` in the co-op's own zone, on the person's clock. */
export function clock(instant) {
  const { zone, hours } = setup();
  const style = { hour: "numeric", minute: "2-digit", timeZone: zone, hourCycle: hours === "12" ? "h12" : "h23" };
  const text = new Intl.DateTimeFormat(hours === "12" ? "en-US" : "en-GB", style).format(new Date(instant));
  return hours === "12" ? text.toLowerCase() : text.replace(/^0(?=\d:)/, "");
}

/** The stop in front. */
export const current = () => find("[data-visit]:not([hidden])");

/** Put a stop in front, by number; null: the next one. */
export function choose(number) { chosen = number; }

/** What a stop is once the taps are counted: {state, open: [task refs]}. */
function counted(visit, taps) {
  let state = visit.dataset.state;
  let open = visit.dataset.open.split(" ").filter(Boolean);
  for (const tap of taps) {
    const hit = open.filter((ref) => tap.tasks.includes(ref));
    if (!hit.length) continue;
    if (tap.verb === "start") state = "going";
    else if (tap.verb === "done" || tap.verb === "incident") open = open.filter((ref) => !hit.includes(ref));
    if (!open.length) { state = tap.verb === "done" ? "done" : "failed"; break; }
  }
  return { state, open };
}

/** Taps that the page does not show yet: waiting ones, and those sent after it was made. */
const onTop = (taps) => taps.filter((tap) => !tap.undone && tap.state !== "refused" && (tap.state === "waiting" || tap.settledAt > new Date(setup().rendered).toISOString()));

export function draw(taps) {
  const visits = all("[data-visit]");
  if (!visits.length) return;
  const extra = onTop(taps);
  const states = new Map(visits.map((visit) => [visit.dataset.visit, counted(visit, extra)]));
  const live = ({ state }) => state === "todo" || state === "going";
  const numbers = [...states.keys()];
  const next = numbers.find((number) => states.get(number).state === "going") ?? numbers.find((number) => live(states.get(number)));
  const front = chosen !== null && states.has(chosen) ? chosen : next;
  for (const part of front === undefined ? [] : all(`[data-visit="${front}"], [data-foot="${front}"]`)) unfold(part);
  for (const visit of visits) visit.hidden = visit.dataset.visit !== front;
  for (const foot of all("[data-foot]")) drawFoot(foot, states.get(foot.dataset.foot), foot.dataset.foot === front, live, extra);
  drawList(states, front, live);
  drawThread(numbers, states, front, live);
  find("[data-end]").hidden = front !== undefined;
  find("[data-count]").textContent = say(setup().sayCount, { n: front ?? numbers.length, total: numbers.length });
  for (const { tasks, code } of extra.filter(({ verb }) => verb === "bind")) knowCode(tasks[0], code);
  for (const seen of extra.filter(({ verb }) => verb === "seen")) hideSeen(seen.digests);
}

/** A stop that was not in front yet lies folded in a template, so that a long day costs an old phone little. */
function unfold(part) {
  const folded = part.firstElementChild;
  if (folded instanceof HTMLTemplateElement && part.childElementCount === 1) folded.replaceWith(folded.content);
}

/** A stop that is finished only on this phone keeps its place, and nothing on it can be pressed twice. */
function drawFoot(foot, { state, open }, inFront, live, waits) {
  const visit = find(`[data-visit="${foot.dataset.foot}"]`);
  const over = !live({ state }) && visit.dataset.open !== "";
  foot.hidden = !inFront || over;
  drawWait(visit, waits);
  for (const start of visit.querySelectorAll('[data-act="start"]')) start.hidden = state !== "todo";
  for (const input of foot.querySelectorAll('form input[name="tasks"]')) input.disabled = !open.includes(input.value);
}

/** A code that was tied to a stop is known on this phone before the server knows it. */
function knowCode(ref, code) {
  const visit = find(`[data-ref="${ref}"]`);
  if (visit && !visit.dataset.codes.split(" ").includes(code)) visit.dataset.codes += ` ${code}`;
}

/** Waiting begins and ends with taps, and the last one counts. */
function drawWait(visit, taps) {
  const form = visit.querySelector('[data-act="wait"]');
  if (!form) return;
  const last = taps.findLast?.(({ verb, tasks }) => (verb === "wait" || verb === "waited") && tasks.some((ref) => visit.dataset.open.includes(ref)));
  const since = last ? (last.verb === "wait" ? last.at : "") : visit.dataset.waits;
  visit.dataset.waitingNow = since;
  form.querySelector('[value="wait"]').hidden = Boolean(since);
  form.querySelector('[value="waited"]').hidden = !since;
  if (since) form.querySelector("[data-since]").textContent = say(setup().saySince, { time: clock(since) });
}

function drawList(states, front, live) {
  const after = find("[data-after]"), finished = find("[data-finished]");
  for (const row of all("[data-row]")) {
    const { state } = states.get(row.dataset.row);
    const place = live({ state }) ? after : finished.querySelector("ol");
    row.hidden = row.dataset.row === front && live({ state });
    if (row.parentElement !== place) insertInOrder(place, row);
  }
  finished.hidden = !finished.querySelector("[data-row]");
}

function insertInOrder(list, row) {
  const rest = [...list.querySelectorAll("[data-row]")].find((other) => Number(other.dataset.row) > Number(row.dataset.row));
  list.insertBefore(row, rest ?? null);
}

function drawThread(numbers, states, front, live) {
  const thread = find("[data-thread]");
  numbers.forEach((number, index) => {
    const { state } = states.get(number), bead = thread.children[index];
    bead.classList.toggle("d", !live({ state }));
    bead.classList.toggle("x", state === "failed");
    bead.classList.toggle("n", number === front && live({ state }));
  });
  const done = numbers.filter((number) => !live(states.get(number))).length;
  thread.setAttribute("aria-label", say(thread.dataset.label, { done, total: numbers.length }));
}

function hideSeen(digests) {
  for (const input of all('[data-act="seen"] input[name="digests"]')) {
    if (!digests.includes(input.value)) continue;
    const row = input.closest(".pk-gone");
    (row ?? input.form).hidden = true;
  }
}

let asking = null;
let skipped = false;

/** Whether a newer day came while a screen was open, and was not shown. */
export const missed = () => skipped;

/**
 * Ask for the day as it is now and show it; `paint` draws what `taps()` knows on top of it in the same step: nobody sees the day without them.
 * "ok", "same", "signed-out", "offline", or "other": another person's. Leaves the page alone while somebody types on it.
 */
export function refresh(taps, paint) {
  asking ??= fresh(taps, paint).finally(() => { asking = null; });
  return asking;
}

async function fresh(taps, paint) {
  let answer;
  try {
    answer = await fetch(setup().day, { headers: { Accept: "text/html", "X-Pocket": "1" }, redirect: "manual", signal: AbortSignal.timeout?.(15000) });
  } catch {
    return "offline";
  }
  if (answer.type === "opaqueredirect") return "signed-out";
  if (!answer.ok) return "offline";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const there = page.getElementById("pocket");
  if (!there) return "same";
  if (there.dataset.person !== setup().person || there.dataset.collective !== setup().collective) return "other";
  const known = await taps();
  skipped = Boolean(document.querySelector("dialog[open]"));
  if (skipped) return "same";
  swap(page, there);
  paint(known);
  return "ok";
}

function swap(page, there) {
  const focused = document.activeElement?.closest("[data-row], [data-visit], [data-foot]");
  const mark = focused && ["data-row", "data-visit", "data-foot"].find((name) => focused.hasAttribute(name));
  const again = mark && `[${mark}="${focused.getAttribute(mark)}"]`;
  const main = find("main"), at = main.scrollTop, open = find("[data-finished]")?.open, banner = find("[data-banner]");
  main.replaceChildren(...page.querySelector("main").childNodes);
  find("[data-banner]")?.replaceWith(banner);
  if (open && find("[data-finished]")) find("[data-finished]").open = true;
  main.scrollTop = at;
  find("header.ptop").replaceWith(page.querySelector("header.ptop"));
  for (const foot of all("[data-foot]")) foot.remove();
  find(".phone").append(...page.querySelectorAll("[data-foot]"));
  setup().rendered = there.dataset.rendered;
  find('meta[name="csrf-token"]').content = page.querySelector('meta[name="csrf-token"]').content;
  if (again) find(again)?.querySelector("a, button")?.focus({ preventScroll: true });
}
