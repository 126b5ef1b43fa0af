// The durable outbox: every tap is kept on the phone under its own id, sent in order, taps first and photos later. Sending twice is
// harmless: the server knows the ids. What one person tapped is only ever sent while that person is signed in.
import { createStore, del, entries, get, set, update } from "./sealed.js";

const taps = createStore("pocket-taps", "taps");
const photos = createStore("pocket-photos", "photos");
const KEEP_MS = 24 * 3600 * 1000;
const TIMEOUT_MS = 20000;
const setup = document.getElementById("pocket")?.dataset ?? {};
const listeners = new Set();
const hearers = new Set();
let last = 0;

/** What the outbox knows about the network: "ok", "offline" or "signed-out". */
export const net = { state: navigator.onLine ? "ok" : "offline" };

/** An id that no other phone makes; also on plain http, where randomUUID is missing. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Call `listener()` whenever something was added, sent, refused or taken back. */
export function onChange(listener) { listeners.add(listener); }
/** Call `listener(answers)` once for each sending, with what the server said to each tap. */
export function onAnswers(listener) { hearers.add(listener); }
const changed = () => listeners.forEach((listener) => listener());

/** This person's taps, oldest first. `state` is waiting, sent or refused. */
export async function mine() {
  const all = (await entries(taps)).map(([, tap]) => tap);
  return all.filter((tap) => tap.person === setup.person && tap.collective === setup.collective).sort((a, b) => a.order - b.order);
}

/** How many taps and photos still have to be sent. */
export async function waiting() {
  const open = (await mine()).filter((tap) => tap.state === "waiting" && tap.verb !== "shown" && !tap.undone && !tap.shown.quiet).length;
  return open + (await myPhotos()).length;
}

async function myPhotos() {
  const all = (await entries(photos)).map(([, photo]) => photo);
  return all.filter((photo) => photo.person === setup.person && photo.collective === setup.collective && !photo.refused);
}

/**
 * Keep a tap {verb, tasks, …} with its photos and signatures (Blobs); resolves to it once it is safe on the phone. Throws when there is no room.
 * `shown` is what the screens need to draw it.
 */
export async function keep(action, { pictures = [], signatures = [], shown = {}, order = 0 } = {}) {
  const now = new Date();
  last = Math.max(last + 1, now.getTime());
  const tap = {
    ...action, client_id: newId(), at: now.toISOString(), order: order || last, person: setup.person, collective: setup.collective,
    state: "waiting", shown, photos: pictures.map(newId), signatures: signatures.map(newId),
  };
  for (const [index, blob] of pictures.entries()) await keepPhoto(tap.photos[index], tap, blob);
  for (const [index, blob] of signatures.entries()) await keepPhoto(tap.signatures[index], tap, blob, "signature");
  await set(tap.client_id, tap, taps);
  changed();
  return tap;
}

async function keepPhoto(id, tap, blob, kind = "photo") {
  const bytes = await blob.arrayBuffer(); // some phones lose blobs that are kept as such
  const photo = { id, kind, after: tap.client_id, tasks: tap.tasks, taken_at: tap.at, person: tap.person, collective: tap.collective, bytes };
  await set(id, photo, photos);
}

/** A photo that comes after its tap, such as the door after a report. */
export async function addPhoto(tap, blob) {
  await keepPhoto(newId(), tap, blob);
  changed();
}

/**
 * Take a tap back, by another tap. While the first still waits the second goes out before it, and the server never applies the first;
 * nothing is removed here, because the first may be on its way right now.
 */
export async function takeBack(id) {
  const tap = await get(id, taps);
  if (!tap) return;
  for (const photo of (await myPhotos()).filter(({ after }) => after === id)) await del(photo.id, photos);
  const early = tap.state === "waiting";
  await change(id, { undone: true });
  const after_s = Math.max(0, Math.round((Date.now() - new Date(tap.at)) / 1000));
  await keep({ verb: "undo", tasks: [], about: id, after_s }, early ? { order: tap.order - 0.5, shown: { quiet: true } } : {});
}

/** Change what is kept of a tap, without losing what somebody else changed of it. */
const change = (id, values) => update(id, (kept) => ({ ...kept, ...values }), taps);

let sending = null;
let again = false;

/** Send what waits, once at a time also across tabs; resolves to the answers. Never throws. */
export function send() {
  if (sending) { again = true; return sending; }
  const run = () => sendAll().catch(() => []);
  sending = (navigator.locks ? navigator.locks.request("pocket-send", run) : run()).finally(() => {
    sending = null;
    if (again) { again = false; send(); }
  });
  return sending;
}

async function sendAll() {
  const open = (await mine()).filter((tap) => tap.state === "waiting");
  const answers = [];
  while (open.length) {
    const batch = open.splice(0, 50);
    const told = await post(batch);
    if (!told) { changed(); return answers; }
    for (const result of told.results) answers.push(await settle(result, told.at));
  }
  await sendPhotos();
  await forgetOld();
  changed();
  if (answers.length) hearers.forEach((hear) => hear(answers));
  return answers;
}

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

async function request(url, options) {
  try {
    const answer = await fetch(url, { method: "POST", redirect: "manual", signal: AbortSignal.timeout?.(TIMEOUT_MS), ...options, headers: { ...options.headers, "X-CSRFToken": token() } });
    net.state = answer.type === "opaqueredirect" ? "signed-out" : answer.status >= 500 ? "offline" : "ok";
    return net.state === "ok" ? answer : null;
  } catch {
    net.state = "offline";
    return null;
  }
}

/** The results of a batch and the server's time after it; null when the server was not reached, or is not ours to talk to now. */
async function post(batch, fresh = false) {
  const actions = batch.map(({ client_id, verb, tasks, at, received_by, reason, note, about, photos: ids, signatures, digests, code, scans, collected_cents, after_s }) => (
    { client_id, verb, tasks, at, received_by, reason, note, about, photos: ids, signatures, digests, code, scans, collected_cents, after_s }));
  const body = JSON.stringify({ person: setup.person, actions });
  const answer = await request(setup.sync, { body, headers: { "Content-Type": "application/json" } });
  if (answer?.status === 403 && !fresh && await newToken()) return post(batch, true);
  if (!answer?.ok) { if (answer) net.state = "signed-out"; return null; }
  return answer.json();
}

/** After signing in again, pages from before carry an old token: ask for one of now. */
async function newToken() {
  const answer = await fetch(setup.day, { redirect: "manual", headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const meta = page.querySelector('meta[name="csrf-token"]');
  if (meta) document.querySelector('meta[name="csrf-token"]').content = meta.content;
  return Boolean(meta);
}

/** When it was settled is said by the server's clock, as is when a day was read: a day read before that does not show it yet. */
async function settle({ client_id: id, outcome, message }, at) {
  const taken = outcome === "done" || outcome === "withdrawn" || outcome === "conflict";
  const sent = { state: taken ? "sent" : "refused", outcome, message, settledAt: new Date(at).toISOString() };
  const tap = await get(id, taps);
  if (tap?.verb === "shown") await del(id, taps);
  else if (tap) await change(id, sent);
  return { id, outcome, message, tap };
}

async function sendPhotos() {
  for (const photo of await myPhotos()) {
    const tap = await get(photo.after, taps);
    if (tap?.state === "waiting") continue;
    const form = new FormData();
    form.set("client_id", photo.id);
    form.set("kind", photo.kind ?? "photo");
    form.set("taken_at", photo.taken_at);
    for (const ref of photo.tasks) form.append("tasks", ref);
    form.set("photo", new Blob([photo.bytes], { type: "image/jpeg" }), "photo.jpg");
    const answer = await request(setup.proofs, { body: form, headers: {} });
    if (!answer) return;
    if (answer.ok) await del(photo.id, photos);
    else if (answer.status === 400) await update(photo.id, (kept) => ({ ...kept, refused: true }), photos);
  }
}

async function forgetOld() {
  const limit = Date.now() - KEEP_MS;
  for (const tap of await mine()) if (tap.state !== "waiting" && tap.order < limit) await del(tap.client_id, taps);
}
