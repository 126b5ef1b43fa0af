// Others' changes, as they happen. Only what changed is fetched again; nothing takes the focus, the selection or the scroll.
import { board, columns, counted, onFresh, row, rowsIn } from "./page.js";
import { isBusy, isOwn, refresh } from "./send.js";

const sign = document.getElementById("bd-live");
const people = JSON.parse(document.getElementById("bd-people").textContent);
const MARK_MS = 30000, GATHER_MS = 120;
const marks = new Map();
let rounds = new Set(), fetching = false, timer = 0, wanted = false;

/** The lanes on the screen that show any of these rounds or stops. */
function lanesShowing(refs, tasks) {
  const found = new Set();
  for (const lane of columns.querySelectorAll(".run[data-lane]")) {
    if ([...lane.querySelectorAll("[data-round]")].some((list) => refs.has(list.dataset.round))) found.add(lane.dataset.lane);
  }
  for (const ref of tasks) {
    const lane = row(ref)?.closest(".run[data-lane]");
    if (lane) found.add(lane.dataset.lane);
  }
  return [...found];
}

let tasks = new Set();
function gather(change) {
  if (isOwn(change.subject)) return;
  for (const ref of change.data.rounds ?? []) rounds.add(ref);
  for (const ref of change.data.tasks ?? []) tasks.add(ref);
  if (change.name === "round.given" || change.name === "round.changed") rounds.add(change.subject);
  if (change.name === "task.planned" && String(change.by_id) !== board.dataset.me) {
    for (const ref of change.data.tasks ?? []) marks.set(ref, { by: String(change.by_id), at: Date.parse(change.at) || Date.now() });
  }
  wanted = true;
  if (!timer) timer = setTimeout(flush, GATHER_MS);
}

async function flush() {
  timer = 0;
  if (fetching || isBusy()) { timer = setTimeout(flush, GATHER_MS); return; }
  if (!wanted) return;
  const asked = { rounds: [...rounds], lanes: lanesShowing(rounds, tasks) };
  rounds = new Set();
  tasks = new Set();
  wanted = false;
  fetching = true;
  await refresh(asked).catch(() => {});
  fetching = false;
  if (wanted && !timer) timer = setTimeout(flush, GATHER_MS);
}

/** “Ana moved 3 stops here 5 s ago”, above the first of them, for half a minute. */
function paint() {
  const now = Date.now();
  for (const element of board.querySelectorAll(".bd-movedby")) element.remove();
  for (const [ref, mark] of marks) if (now - mark.at > MARK_MS) { marks.delete(ref); row(ref)?.classList.remove("moved"); }
  for (const list of columns.querySelectorAll("ol[data-to]")) paintList(list, now);
}

function paintList(list, now) {
  const moved = rowsIn(list).filter((stop) => marks.has(stop.dataset.t));
  if (!moved.length) return;
  const { by, at } = marks.get(moved[0].dataset.t);
  const [name, initials, colour] = people[by] ?? ["?", "?", 4];
  const thread = `var(--t${((colour - 1) % 9) + 1})`;
  for (const stop of moved) { stop.classList.add("moved"); stop.style.setProperty("--moved", thread); }
  const line = document.createElement("li");
  line.className = "bd-movedby";
  line.setAttribute("role", "presentation");
  line.style.setProperty("--moved", thread);
  const badge = Object.assign(document.createElement("span"), { className: "who", textContent: initials });
  badge.setAttribute("aria-hidden", "true");
  const text = document.createElement("span");
  text.textContent = counted("moved", moved.length, { name, seconds: Math.max(0, Math.round((now - at) / 1000)) });
  line.append(badge, text);
  moved[0].before(line);
}

function state(on) {
  sign.hidden = false;
  sign.dataset.state = on ? "on" : "off";
  sign.classList.toggle("ok", on);
  const text = sign.querySelector("span");
  const words = on ? sign.dataset.on : sign.dataset.off;
  if (text.textContent !== words) text.textContent = words;
}

export function listen() {
  let cut = false;
  const stream = new EventSource(board.dataset.live, { withCredentials: true });
  stream.addEventListener("open", () => { state(true); if (cut) everything(); cut = false; });
  stream.addEventListener("error", () => { state(false); cut = true; });
  stream.addEventListener("change", (event) => gather(JSON.parse(event.data)));
  stream.addEventListener("reload", everything);
  setInterval(() => { if (marks.size) paint(); }, 5000);
  // The clock alone makes stops late: look again each minute while somebody looks at today
  setInterval(() => { if (!document.hidden && "today" in board.dataset) everything(); }, 60000);
  onFresh(() => { if (marks.size) paint(); });
}

const everything = () => refresh({ lanes: [...columns.querySelectorAll(".run[data-lane]")].map((lane) => lane.dataset.lane) }).catch(() => {});
