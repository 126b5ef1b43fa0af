// What is shown: chips that say so, how many stops they hide, kept on the server for the person. What just moved stays in sight.
import { announce, toast } from "../base.js";
import { board, inSight, onFresh } from "./page.js";

const GROUPS = [["late", "risk"], ["pickup", "drop"], ["note"], ["unseen"], ["check"]];
const hidden = document.getElementById("bd-hidden");
const chips = document.getElementById("bd-filters");
const menu = document.getElementById("bd-filter");
const alerts = document.getElementById("bd-alerts");
const kept = document.getElementById("bd-kept");
const mine = document.getElementById("bd-mine");
const keep = document.getElementById("bd-keep");
const shown = JSON.parse(document.getElementById("bd-shown").textContent);
const offered = new Set([...menu.querySelectorAll("[data-filter]")].map((button) => button.dataset.filter));
const on = new Set(shown.chips.filter((name) => offered.has(name)));  // a tag may be gone since
const TAG = "tag:", tags = [...offered].filter((name) => name.startsWith(TAG));
let presets = shown.presets, saving = Promise.resolve();

const HAS = {
  late: (stop) => stop.classList.contains("late"),
  risk: (stop) => stop.classList.contains("risk"),
  pickup: (stop) => stop.querySelector(".bead.up") !== null,
  drop: (stop) => stop.querySelector(".bead.up") === null,
  note: (stop) => stop.querySelector(".pen") !== null,
  unseen: (stop) => stop.querySelector("[data-mark=unseen]") !== null,
  check: (stop) => stop.querySelector("[data-mark=check]") !== null,
};

/** A kind of stop, or a tag of the co-op's own. */
const has = (stop, name) => (name.startsWith(TAG) ? (stop.dataset.g ?? "").split(" ").includes(name.slice(TAG.length)) : HAS[name](stop));

/** One of each group that has any on. */
function fits(stop) {
  return [...GROUPS, tags].every((group) => {
    const wanted = group.filter((name) => on.has(name));
    return !wanted.length || wanted.some((name) => has(stop, name));
  });
}

function chip(button) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "chip" });
  made.dataset.filter = button.dataset.filter;
  made.setAttribute("aria-label", chips.dataset.remove.replace("{filter}", button.textContent.trim()));
  made.append(button.textContent.trim(), " ×");
  return made;
}

/** Each preset is two buttons: put it on, and forget it. */
function preset({ name, chips: wanted }) {
  const item = Object.assign(document.createElement("li"), { className: "bd-preset" });
  const use = Object.assign(document.createElement("button"), { type: "button", textContent: name });
  use.dataset.preset = wanted.join(" ");
  const forget = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  forget.dataset.forget = name;
  forget.setAttribute("aria-label", mine.dataset.forget.replace("{name}", name));
  item.append(use, forget);
  return item;
}

function drawPresets() {
  mine.replaceChildren(...presets.map(preset));
  pressPresets();
}

function pressPresets() {
  const now = [...menu.querySelectorAll("[data-filter]")].map((button) => button.dataset.filter).filter((name) => on.has(name)).join(" ");
  for (const use of mine.querySelectorAll("[data-preset]")) use.setAttribute("aria-pressed", String(use.dataset.preset === now));
}

function apply() {
  let count = 0, stays = 0;
  for (const stop of board.querySelectorAll(".stop[data-t]")) {
    const unfit = on.size > 0 && !fits(stop), out = unfit && !inSight.has(stop.dataset.t);
    stays += unfit && !out;
    stop.classList.toggle("bd-out", out);
    count += out && !stop.hasAttribute("data-over");
  }
  hidden.hidden = count === 0;
  hidden.textContent = (count === 1 ? hidden.dataset.one : hidden.dataset.many).replace("{count}", count);
  const said = stays ? (stays === 1 ? kept.dataset.one : kept.dataset.many).replace("{count}", stays) : "";
  if (kept.textContent !== said) kept.textContent = said;
  const buttons = [...menu.querySelectorAll("[data-filter]")];
  for (const button of buttons) button.setAttribute("aria-pressed", String(on.has(button.dataset.filter)));
  for (const alert of alerts.querySelectorAll("[data-only]")) alert.setAttribute("aria-pressed", String(on.has(alert.dataset.only)));
  pressPresets();
  chips.replaceChildren(...buttons.filter((button) => on.has(button.dataset.filter)).map(chip));
}

/** One after the other, so that the last choice is the one that is kept. Gives the answer, or null when it was refused. */
function save(more = []) {
  const body = new FormData();
  for (const name of on) body.append("chip", name);
  for (const [name, value] of more) body.append(name, value);
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const send = () => fetch(board.dataset.shown, { method: "POST", body, keepalive: true, headers: { Accept: "application/json", "X-CSRFToken": token } });
  saving = saving.then(send).then(async (answer) => {
    const json = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
    const data = json ? await answer.json() : null;
    if (!answer.ok || !data) { toast(data?.text ?? menu.dataset.unkept, { refused: true }); return null; }
    if (JSON.stringify(presets) !== JSON.stringify(data.presets)) { presets = data.presets; drawPresets(); }
    return data;
  }).catch(() => { toast(menu.dataset.unkept, { refused: true }); return null; });
  return saving;
}

function change(names, wanted) {
  for (const name of names) on[wanted ? "add" : "delete"](name);
  inSight.clear();
  apply();
  save();
}

alerts.addEventListener("click", (event) => {
  const alert = event.target.closest("[data-only]");
  if (!alert) return;
  const wanted = !on.has(alert.dataset.only);
  for (const name of GROUPS[0]) on.delete(name);
  change([alert.dataset.only], wanted);
});
menu.addEventListener("click", (event) => {
  const button = event.target.closest("[data-filter]");
  if (button) change([button.dataset.filter], !on.has(button.dataset.filter));
});
mine.addEventListener("click", (event) => {
  const use = event.target.closest("[data-preset]"), forget = event.target.closest("[data-forget]");
  if (use) {
    on.clear();
    change(use.dataset.preset.split(" ").filter((name) => offered.has(name)), true);
  }
  if (forget) save([["forget", forget.dataset.forget]]).then(() => keep.querySelector("input").focus());
});
keep.addEventListener("submit", (event) => {
  event.preventDefault();
  const box = keep.querySelector("input");
  save([["keep", box.value]]).then((data) => {
    if (!data) { box.focus(); return; }
    announce(mine.dataset.kept.replace("{name}", box.value.trim()));
    box.value = "";
  });
});
chips.addEventListener("click", (event) => {
  const made = event.target.closest("[data-filter]");
  if (!made) return;
  change([made.dataset.filter], false);
  menu.querySelector("summary").focus();
});
hidden.addEventListener("click", () => change([...on], false));

export function filter() {
  onFresh(apply);
  drawPresets();
  apply();
}
