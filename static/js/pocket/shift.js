// My shift on the day's page: begin, rest, go on, stop count at the moment of the tap, with or without network.
// Without this script the link leads to a page with the same buttons.
import { announce, toast } from "../base.js";
import { keep, mine, send } from "./outbox.js";
import { clock, say } from "./visits.js";

const NEXT = { clock_on: "on", back: "on", rest: "rest", clock_off: "off" };
const bar = () => document.querySelector("header.ptop[data-work]");
const fresh = (tap) => tap.state === "waiting" || tap.settledAt > new Date(document.getElementById("pocket").dataset.rendered).toISOString();

/** {state: off, on or rest; since}, with the taps that the page does not show yet. */
function counted(taps) {
  const { work, since } = bar().dataset;
  const last = taps.filter((tap) => NEXT[tap.verb] && tap.state !== "refused" && fresh(tap)).at(-1);
  return last ? { state: NEXT[last.verb], since: last.at, begun: last.verb } : { state: work, since };
}

/** Say in the bar what the taps say, and offer what comes next. */
export function drawShift(taps) {
  if (!bar()) return;
  const { state, since, begun } = counted(taps);
  const { sayOn, sayRest, sayOff } = bar().dataset;
  if (begun) bar().querySelector("[data-shift-state]").textContent = say({ on: sayOn, rest: sayRest, off: sayOff }[state], { time: clock(since) });
  for (const form of document.querySelectorAll("[data-for]")) {
    if (form.dataset.act === "clock") form.hidden = !form.dataset.for.split(" ").includes(state);
  }
  for (const strip of document.querySelectorAll("[data-begin]")) strip.hidden = state !== "off";
}

/** The screen over the day, from its template. */
export async function openShift() {
  const dialog = document.getElementById("screen-shift").content.firstElementChild.cloneNode(true);
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("[data-shut]").addEventListener("click", () => dialog.close());
  drawShift(await mine());
  dialog.showModal();
}

/** Something about my work, for a person to answer. */
export async function tapAsk(form) {
  const { reason, about, note } = form.elements;
  const text = reason.selectedOptions[0].textContent;
  await keep({ verb: "ask", tasks: [], reason: reason.value, about: about.value || undefined, note: note.value.trim() }, { shown: { text } });
  document.querySelector("dialog[open]")?.close();
  toast(bar().dataset.sayAsked);
  await send();
}

/** A tap on begin, rest, go on or stop. */
export async function tapShift(form) {
  const verb = form.elements.verb.value;
  const { sayOn, sayRest, sayOff } = bar().dataset;
  const text = say({ on: sayOn, rest: sayRest, off: sayOff }[NEXT[verb]], { time: clock(new Date()) });
  await keep({ verb, tasks: [] }, { shown: { text } });
  drawShift(await mine());
  document.querySelector("dialog[open]")?.close();
  announce(text);
  await send();
}
