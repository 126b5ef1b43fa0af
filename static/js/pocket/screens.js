// Screens that open over the day, from templates of the page: they work without network. Proof, incident, what was told, what waits.
import { addPhoto, keep, mine, net, send, takeBack } from "./outbox.js";
import { previews } from "./photo.js";
import { clock, say } from "./visits.js";

const setup = document.getElementById("pocket")?.dataset;


function open(name) {
  const dialog = document.getElementById(`screen-${name}`).content.firstElementChild.cloneNode(true);
  document.body.append(dialog);
  previews(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  for (const button of dialog.querySelectorAll("[data-shut]")) button.addEventListener("click", () => dialog.close());
  dialog.showModal();
  return dialog;
}

const heading = (dialog, visit) => {
  dialog.querySelector("[data-heading]").textContent = say(setup.sayStop, { n: visit.dataset.visit, where: visit.dataset.where });
};

function complain(dialog, sentence, input) {
  const box = dialog.querySelector("[data-error]");
  box.textContent = sentence;
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
  input?.setAttribute("aria-invalid", "true");
  input?.focus();
}

/** The scanning screen, its script and its library fetched only now; it opens once it can read. */
export async function openScan(acts) {
  const { scanning } = await import("./scan.js");
  scanning(open("scan"), acts);
}

const KINDS = ["photo", "name", "code", "scan"];

/** What a stop asks: {photo, name, signature, code, scan: off|optional|required, cash: cents or null}. */
export function askedOf(visit, failed = false) {
  const { dataset } = visit;
  if (failed) return { cash: null, ...Object.fromEntries(dataset.failed.split(" ").map((pair) => pair.split(":"))) };
  const { photo, name, signature, code, scan } = dataset;
  return { photo, name, signature, code, scan, cash: dataset.cash ? Number(dataset.cash) : null };
}

function fields(dialog, asked, visit, scans) {
  for (const kind of KINDS) {
    const field = dialog.querySelector(`[data-for="${kind}"]`);
    field.hidden = asked[kind] === "off";
    field.querySelector("[data-optional]").hidden = asked[kind] === "required";
  }
  const cash = dialog.querySelector('[data-for="cash"]');
  cash.hidden = asked.cash === null;
  if (asked.cash !== null) {
    cash.querySelector("[data-due]").textContent = visit.dataset.due;
    cash.querySelector("input").value = (asked.cash / 100).toFixed(2);
  }
  dialog.querySelector("#scans").value = scans.join(" ");
  const signing = dialog.querySelector('[data-for="signature"]');
  signing.hidden = asked.signature === "off";
  const pad = { signed: () => false, taken: async () => null };
  if (!signing.hidden) {
    import("./signature.js").then(({ signature }) => {
      const drawn = signature(signing);
      pad.signed = () => !drawn.empty();
      pad.taken = drawn.taken;
    }).catch(() => { signing.hidden = true; });
  }
  return pad;
}

/** Cents of `24,50`; NaN for what is no amount. */
const cents = (typed) => (/^\d{1,6}([.,]\d{0,2})?$/.test(typed.trim()) ? Math.round(Number(typed.trim().replace(",", ".")) * 100) : NaN);

/**
 * Proof, and "except…": resolves to {action, pictures, signatures} or null. The same rules hold here as on the server. `failed` asks what
 * a stop that cannot be done must show.
 */
export function askProof(visit, { tasks, act, list = null, failed = false, scans = [] }) {
  const dialog = open("done");
  const form = dialog.querySelector("form");
  heading(dialog, visit);
  dialog.querySelector("[data-act-label]").textContent = act;
  if (list) dialog.querySelector("[data-list]").append(list.content.cloneNode(true));
  const asked = askedOf(visit, failed);
  const pad = fields(dialog, asked, visit, scans);
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(null));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const data = new FormData(form);
      const chosen = list ? data.getAll("tasks") : tasks;
      const [photo] = form.elements.photo.files;
      const shown = { photo, name: data.get("received_by").trim(), signed: pad.signed(), code: data.get("code").trim(), scans: data.get("scans").split(/\s+/).filter(Boolean), cash: cents(data.get("collected")) };
      const missing = chosen.length ? lacks(asked, shown) : { sentence: setup.sayNone };
      if (missing) { complain(dialog, missing.sentence, form.elements[missing.input]); return; }
      const action = { verb: "done", tasks: chosen, received_by: shown.name, note: data.get("note").trim(), code: shown.code, scans: shown.scans };
      if (asked.cash !== null) action.collected_cents = shown.cash;
      const drawn = await pad.taken();
      done({ action, pictures: photo ? [photo] : [], signatures: drawn ? [drawn] : [], rest: data.get("rest") ?? "", left: tasks.filter((ref) => !chosen.includes(ref)) });
      dialog.close();
    });
  });
}

function lacks(asked, { photo, name, signed, code, scans, cash }) {
  if (asked.cash !== null && Number.isNaN(cash)) return { sentence: setup.sayNeedCash, input: "collected" };
  if (asked.photo === "required" && !photo) return { sentence: setup.sayNeedPhoto, input: "photo" };
  if (asked.name === "required" && !name && !signed) return { sentence: setup.sayNeedName, input: "received_by" };
  if (asked.signature === "required" && !signed) return { sentence: setup.sayNeedSignature };
  if (asked.code === "required" && !code) return { sentence: setup.sayNeedCode, input: "code" };
  if (asked.scan === "required" && !scans.length) return { sentence: setup.sayNeedScan, input: "scans" };
  return null;
}

/** The reason of a problem, by one tap: {reason, label}, or null. */
export function askReason(visit) {
  const dialog = open("incident");
  heading(dialog, visit);
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(null));
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      done({ reason: event.submitter.value, label: event.submitter.textContent.trim() });
      dialog.close();
    });
  });
}

/** Words for dispatch, or for the address: {verb, note}, or null. */
export function askWord(visit) {
  const dialog = open("word");
  heading(dialog, visit);
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(null));
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const note = event.target.elements.note.value.trim();
      if (!note) return;
      done({ verb: event.submitter.value, note });
      dialog.close();
    });
  });
}

/** Sent, or kept to be sent; a photo and a word may follow. Resolves when the courier goes on. */
export function tellReported(visit, tap, label) {
  const dialog = open("told");
  const form = dialog.querySelector("form");
  heading(dialog, visit);
  dialog.querySelector("[data-reported]").textContent = say(setup.sayReported, { reason: label.toLocaleLowerCase(document.documentElement.lang) });
  const sentence = net.state === "ok" ? setup.sayAt : setup.sayAtOffline;
  dialog.querySelector("[data-when]").textContent = say(sentence, { time: clock(tap.at) });
  return new Promise((done) => {
    dialog.addEventListener("close", () => done());
    dialog.querySelector("[data-withdraw]").addEventListener("click", async () => { await takeBack(tap.client_id); dialog.close(); });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const [photo] = form.elements.photo.files;
      const note = form.elements.note.value.trim();
      if (photo) await addPhoto(tap, photo);
      if (note) await keep({ verb: "note", tasks: tap.tasks, about: tap.client_id, note });
      dialog.close();
    });
  });
}

/** Each act with its time, and whether the server has it. */
export async function showQueue() {
  const dialog = open("queue");
  const list = dialog.querySelector("[data-items]");
  const fill = async () => {
    const taps = (await mine()).filter((tap) => tap.shown.text).reverse();
    list.replaceChildren(...taps.map(item));
  };
  dialog.querySelector("[data-retry]").addEventListener("click", async () => { await send(); await fill(); });
  await fill();
}

function item(tap) {
  const row = document.getElementById("queue-item").content.firstElementChild.cloneNode(true);
  row.querySelector("[data-what]").textContent = tap.shown.text;
  row.querySelector("[data-detail]").textContent = [tap.shown.where, ...(tap.photos.length ? [`${tap.photos.length} ${setup.sayPhoto}`] : []), tap.message].filter(Boolean).join(", ");
  const words = { waiting: setup.sayWaiting, sent: say(setup.saySent, { time: clock(tap.settledAt ?? tap.at) }), refused: setup.sayRefused };
  for (const sign of row.querySelectorAll("[data-sign]")) {
    sign.hidden = sign.dataset.sign !== tap.state;
    sign.querySelector("span").textContent = words[sign.dataset.sign];
  }
  return row;
}


