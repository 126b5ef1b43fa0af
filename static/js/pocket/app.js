// The courier's pages: keep each tap on the phone first, show its effect at once, send it as soon as there is network.
// Without this script the same forms and links do the same work.
import { announce, toast } from "../base.js";
import { keep, mine, net, onAnswers, onChange, send, takeBack, waiting } from "./outbox.js";
import { fits, scanned } from "./codes.js";
import { previews } from "./photo.js";
import { askedOf, askProof, askReason, askWord, openScan, showQueue, tellReported } from "./screens.js";
import { follow } from "./position.js";
import { drawShift, openShift, tapAsk, tapShift } from "./shift.js";
import { choose, clock, current, draw, missed, refresh, say } from "./visits.js";

const setup = document.getElementById("pocket")?.dataset;
const UNDO_S = 10;
const EVERY_MS = 60000;
const opened = Date.now();

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/courier/sw.js", { scope: "/courier/" }).catch(() => {});
document.querySelector("[data-leave]")?.addEventListener("submit", () => navigator.serviceWorker?.controller?.postMessage("forget"));

// ---- a tap

/** Keep it, show it, send it. Resolves to the tap; null when the phone has no room for it. */
async function tapped(action, options) {
  try {
    const tap = await keep(action, options);
    await redraw();
    return tap;
  } catch {
    toast(setup.sayFull, { refused: true });
    return null;
  } finally {
    send();
  }
}

async function heard(answers) {
  for (const { outcome, message } of answers) {
    if (outcome !== "done" && outcome !== "withdrawn" && message) toast(message, { refused: true });
  }
  if (answers.some(({ tap }) => tap?.verb !== "shown")) await look();
}

function shownOf(visit, verb) {
  const time = clock(new Date());
  const sentence = { done: setup.sayDone, incident: setup.sayIncident, start: setup.sayStart, tell: setup.sayTell, keep: setup.sayKeep, wait: setup.sayWait, waited: setup.sayWaited }[verb];
  return { text: say(sentence, { n: visit.dataset.visit, time }), where: visit.dataset.where };
}

/** The open tasks of a stop that no earlier tap has finished. */
async function openTasks(visit) {
  const taken = (await mine()).filter((tap) => tap.state === "waiting" && !tap.undone && (tap.verb === "done" || tap.verb === "incident"));
  const gone = new Set(taken.flatMap(({ tasks }) => tasks));
  return visit.dataset.open.split(" ").filter((ref) => ref && !gone.has(ref));
}

const visitOf = (element) => document.querySelector(`[data-visit="${element.closest("[data-foot], [data-visit]").dataset.foot ?? element.closest("[data-visit]").dataset.visit}"]`);

async function finish(visit, action, { pictures = [], signatures = [] } = {}) {
  if (!action.tasks.length) return; // a second tap on a button that was about to go
  const shown = shownOf(visit, "done");
  choose(null);
  const tap = await tapped(action, { pictures, signatures, shown });
  if (tap) { offerUndo(shown.text, tap.client_id); announce(shown.text); top(); }
}

const acts = {
  clock: tapShift,
  ask: tapAsk,
  async done(form) {
    const visit = visitOf(form);
    await finish(visit, { verb: "done", tasks: await openTasks(visit) });
  },
  async start(form) {
    const visit = visitOf(form);
    const shown = shownOf(visit, "start");
    choose(null);
    if (await tapped({ verb: "start", tasks: await openTasks(visit) }, { shown })) announce(shown.text);
  },
  async wait(form) {
    const visit = visitOf(form);
    const verb = visit.dataset.waitingNow ? "waited" : "wait";
    const shown = shownOf(visit, verb);
    if (await tapped({ verb, tasks: await openTasks(visit) }, { shown })) announce(shown.text);
  },
  async seen(form) {
    await tapped({ verb: "seen", tasks: [], digests: [form.elements.digests.value] });
  },
  async undo(form) {
    hideUndo();
    await takeBack(form.elements.about.value);
    await redraw();
    send();
  },
};

document.addEventListener("submit", (event) => {
  const act = acts[event.target.dataset.act];
  if (!act || !setup) return;
  event.preventDefault();
  act(event.target);
}, { capture: true });

// ---- screens over the day

/** The labels that were read for a stop and not sent yet. */
const scansOf = async (visit) => (await scanned(visit.dataset.ref)).filter((code) => fits(code, visit));

const screens = {
  shift: openShift,
  async done(link) {
    const visit = visitOf(link);
    const list = "except" in link.dataset ? link.closest("[data-foot]").querySelector("[data-list]") : null;
    const act = link.dataset.except ?? link.closest("[data-foot]").querySelector(".big").textContent.replace("…", "").trim();
    const tasks = await openTasks(visit);
    const given = await askProof(visit, { tasks, act, list, scans: await scansOf(visit) });
    if (!given) return;
    await finish(visit, given.action, given);
    if (given.rest && given.left.length) await tapped({ verb: "incident", tasks: given.left, reason: given.rest }, { pictures: askedOf(visit, true).photo === "off" ? [] : given.pictures, shown: shownOf(visit, "incident") });
  },
  scan(link) {
    const go = (visit) => { choose(visit.dataset.visit); return redraw(); };
    const bind = (visit, code) => tapped({ verb: "bind", tasks: [visit.dataset.ref], code });
    return openScan({ front: current() ?? null, go, bind }).catch(() => location.assign(link.href)); // the page that needs no script
  },
  async incident(link) {
    const visit = visitOf(link);
    const tasks = await openTasks(visit);
    const given = await askReason(visit);
    if (!given) return;
    const must = Object.values(askedOf(visit, true)).includes("required");
    const shown = must ? await askProof(visit, { tasks, act: given.label, failed: true }) : { action: {}, pictures: [], signatures: [] };
    if (!shown) return;
    choose(null);
    const { pictures, signatures } = shown;
    const tap = await tapped({ ...shown.action, verb: "incident", tasks, reason: given.reason }, { pictures, signatures, shown: shownOf(visit, "incident") });
    if (!tap) return;
    await tellReported(visit, tap, given.label);
    await redraw();
    send();
    top();
  },
  async word(link) {
    const visit = visitOf(link);
    const given = await askWord(visit);
    if (!given) return;
    const shown = shownOf(visit, given.verb);
    if (await tapped({ ...given, tasks: [visit.dataset.ref] }, { shown })) toast(shown.text);
  },
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a, button");
  if (!link || !setup || event.ctrlKey || event.metaKey) return;
  const row = link.closest("[data-row]");
  if (link.dataset.screen) { event.preventDefault(); screens[link.dataset.screen](link); }
  else if ("queue" in link.dataset) { if (net.state === "signed-out") location.assign(setup.signIn); else showQueue(); }
  else if ("back" in link.dataset && current() && location.pathname === setup.day) { event.preventDefault(); choose(null); redraw(); }
  else if (row) { event.preventDefault(); choose(row.dataset.row); redraw().then(top); }
});

function top() {
  document.querySelector("main").scrollTop = 0;
  const heading = current()?.querySelector("h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

// ---- undo

let ticking = 0;

function offerUndo(text, id) {
  const bar = document.querySelector("[data-undo-bar]"), form = bar.querySelector("form"), button = bar.querySelector("button");
  const line = bar.querySelector(".left");
  clearInterval(ticking);
  bar.querySelector("[data-undo-text]").textContent = text;
  form.elements.about.value = id;
  bar.hidden = false;
  line.replaceWith(line.cloneNode()); // starts the line again
  let left = UNDO_S;
  const tick = () => {
    button.textContent = say(setup.sayUndo, { s: left });
    if (left-- <= 0) hideUndo();
  };
  tick();
  ticking = setInterval(tick, 1000);
}

function hideUndo() {
  clearInterval(ticking);
  document.querySelector("[data-undo-bar]").hidden = true;
}

// ---- what the page says about itself

function paint(taps) {
  draw(taps);
  for (const link of document.querySelectorAll("[data-go]")) appleMaps(link);
  drawShift(taps);
}

async function redraw() {
  paint(await mine());
  if (!performance.getEntriesByName("pocket-usable").length) performance.mark("pocket-usable"); // the list is true, and a tap counts
  follow();
  await banner();
}

/** The rows below what is in sight, once a tap counts. */
function drawTheRest() {
  const draw = () => { document.documentElement.dataset.drawn = ""; };
  if (window.requestIdleCallback) requestIdleCallback(draw, { timeout: 500 });
  else setTimeout(draw, 50);
}

async function banner() {
  const box = document.querySelector("[data-banner]");
  const count = await waiting();
  const time = clock(setup.rendered);
  const slow = asking && Date.now() - opened > 400 ? say(setup.sayAsOf, { time }) : "";
  const words = { offline: say(navigator.onLine ? setup.sayStale : setup.sayOffline, { time }), "signed-out": setup.saySignedOut, ok: slow }[net.state];
  box.querySelector("[data-net]").textContent = words;
  box.querySelector("[data-waiting]").textContent = count ? (count === 1 ? setup.sayOne : say(setup.sayMany, { n: count })) : "";
  box.querySelector("[data-queue]").hidden = !count && net.state !== "signed-out";
  box.hidden = !words && !(count && Date.now() - opened > 1500);
}

let asking = "kept" in (setup ?? {}); // until we know whether the day that was kept is still true

/** The kept day says since when it is so, in its top bar at once. */
function tellAge() {
  const line = document.querySelector("[data-as-of]");
  if (!asking || !line) return;
  line.textContent = say(setup.sayAge, { time: clock(setup.rendered) });
  line.hidden = false;
  setTimeout(banner, 500);
}

/** Look whether the day changed. */
async function look() {
  const found = await refresh(mine, paint);
  if (found === "other") { navigator.serviceWorker?.controller?.postMessage("forget"); location.reload(); return; }
  if (found === "ok" || found === "same") asking = found === "same" && asking;
  if (found === "ok") performance.mark("pocket-fresh");
  if (found === "offline" || found === "signed-out") net.state = found;
  else net.state = "ok";
  await redraw();
}

/** Phones that know no geo: links have a scheme of their own; both get coordinates. */
function appleMaps(link) {
  if (/iPhone|iPad|Macintosh/.test(navigator.userAgent)) link.href = `maps:?daddr=${link.dataset.at}`;
}

/** Dispatch sees what this phone has shown to somebody looking at it. */
let told = "";
async function tellShown() {
  const refs = [...document.querySelectorAll("[data-visit]")].flatMap((visit) => visit.dataset.open.split(" ")).filter(Boolean);
  if (document.visibilityState !== "visible" || !refs.length || refs.join() === told || net.state !== "ok") return;
  told = refs.join();
  await keep({ verb: "shown", tasks: refs.slice(0, 200) });
  await send();
}

async function wake() {
  if (document.visibilityState !== "visible") return;
  await send();
  await look();
  await tellShown();
}

// What came while somebody was typing is shown as soon as they are done.
document.addEventListener("close", () => { if (asking || missed()) look(); }, { capture: true });

previews(document);
if (setup) {
  tellAge();
  navigator.serviceWorker?.addEventListener("controllerchange", async () => {
    await refresh(mine, paint); // one that is under way does not go through the worker
    await look(); // this one does: the worker keeps the day from the first visit on
  });
  onChange(banner);
  onAnswers(heard);
  redraw().then(() => { drawTheRest(); return wake(); });
  for (const [name, target] of [["online", window], ["focus", window], ["visibilitychange", document]]) target.addEventListener(name, wake);
  window.addEventListener("offline", () => { net.state = "offline"; banner(); });
  setInterval(wake, EVERY_MS);
}
