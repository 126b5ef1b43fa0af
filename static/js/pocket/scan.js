// The scanning screen: the camera, or the code typed by hand. A code opens its stop and is counted there; one that is not in the day is
// said so; an unknown one can be tied to a stop. Works without network: the codes are in the page.
import { announce } from "../base.js";
import { clean, fits, remember } from "./codes.js";
import { reader } from "./reader.js";
import { say } from "./visits.js";

const AGAIN_MS = 2500;
const LOOK_MS = 200;
const setup = document.getElementById("pocket")?.dataset;
const visits = () => [...document.querySelectorAll("[data-visit]")];

/** Every code of the day of ours begins like this one does: `HE-4021`. */
const isOurs = (code) => visits().some(({ dataset }) => dataset.codes && code.split("-")[0] === dataset.codes.split(" ")[0].split("-")[0]) && /^[A-Z0-9]+-\d+(\/\d+)?$/.test(code);

/** Fill the screen `dialog` and watch until it closes. `front` is the stop that was open; `go(visit)` opens one, `bind(visit, code)` ties a code to one. */
export function scanning(dialog, { front, go, bind }) {
  const said = dialog.querySelector("[data-said]"), tie = dialog.querySelector("[data-tie]"), form = dialog.querySelector("form");
  let last = "", lastAt = 0, unknown = "";

  const tell = (text, wrong = false) => {
    said.textContent = text;
    said.dataset.wrong = wrong ? "1" : "";
    announce(text);
    navigator.vibrate?.(wrong ? [80, 60, 80] : 60);
  };

  async function found(code) {
    const fitting = visits().filter((visit) => visit.dataset.open && fits(code, visit));
    const visit = fitting.find((one) => one === front) ?? fitting[0];
    tie.hidden = true;
    if (!visit) return notFound(code);
    const read = (await remember(visit.dataset.ref, code)).filter((one) => fits(one, visit));
    const count = say(setup.sayRead, { n: visit.dataset.visit, where: visit.dataset.where, read: read.length, all: Math.max(read.length, Number(visit.dataset.pieces) || 0) });
    tell(front && visit !== front && front.dataset.open ? `${setup.sayOther} ${count}` : count, Boolean(front && visit !== front && front.dataset.open));
    return go(visit);
  }

  function notFound(code) {
    if (isOurs(code)) return tell(say(setup.sayNotYours, { code }), true);
    unknown = code;
    tell(say(setup.sayUnknown, { code }), true);
    const list = tie.querySelector("select");
    list.replaceChildren(...visits().filter(({ dataset }) => dataset.open).map(({ dataset }) => new Option(say(setup.sayStop, { n: dataset.visit, where: dataset.where }), dataset.visit, false, dataset.visit === front?.dataset.visit)));
    tie.hidden = !list.options.length;
    return null;
  }

  const read = (code) => {
    const text = clean(code), now = Date.now();
    if (!text || (text === last && now - lastAt < AGAIN_MS)) return;
    [last, lastAt] = [text, now];
    found(text);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    last = "";
    read(form.elements.code.value);
    form.elements.code.value = "";
  });
  tie.querySelector("button").addEventListener("click", async () => {
    const visit = visits().find(({ dataset }) => dataset.visit === tie.querySelector("select").value);
    visit.dataset.codes += ` ${unknown}`;
    await bind(visit, unknown);
    await found(unknown);
  });
  watch(dialog, read);
}

/** The camera looks several times a second until the screen closes. Without one, or without leave, the code is typed. */
async function watch(dialog, read) {
  const video = dialog.querySelector("video"), without = dialog.querySelector("[data-without]");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    const stop = () => stream.getTracks().forEach((track) => track.stop());
    if (!dialog.open) { stop(); return; }
    dialog.addEventListener("close", stop);
    video.srcObject = stream;
    await video.play();
    video.hidden = false;
    const look = await reader();
    while (dialog.open) {
      for (const code of await look(video)) read(code);
      await new Promise((done) => { setTimeout(done, LOOK_MS); });
    }
  } catch {
    video.hidden = true;
    without.hidden = false;
  }
}

