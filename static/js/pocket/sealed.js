// The phone's own drawers, with the same words as idb-keyval. Where the person has a PIN (a shared phone), what a row says is sealed with a
// key made from that PIN: without it nobody on this phone reads it, and it goes out only when its author is back. Ids, author, order and
// state stay open, so that the phone can say how much waits for whom.
import * as drawers from "../../vendor/idb-keyval/index.js";

export const { createStore, del } = drawers;
const keys = createStore("pocket-keys", "keys");
const salts = createStore("pocket-salts", "salts");
const OPEN = ["client_id", "id", "person", "collective", "order", "state", "after"];
const ROUNDS = 210000;
const me = () => document.getElementById("pocket")?.dataset.person ?? (document.querySelector("form[data-pin]")?.dataset.pin || undefined);
const cached = new Map();

async function keyOf(person) {
  if (!person || !globalThis.crypto?.subtle) return undefined;
  if (!cached.has(person)) cached.set(person, drawers.get(person, keys));
  return cached.get(person);
}

/** Make the person's key from their PIN and keep it until the phone is handed on; it cannot be read out, only used. */
export async function unseal(person, pin) {
  if (!globalThis.crypto?.subtle) return; // plain http on a test machine: nothing can be sealed
  let salt = await drawers.get(person, salts);
  const isNew = !salt;
  salt ??= crypto.getRandomValues(new Uint8Array(16));
  const raw = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  if (isNew) await drawers.set(person, salt, salts);
  await drawers.set(person, key, keys);
  cached.set(person, Promise.resolve(key));
}

/** No more pushes of who leaves on the next person's screen; a push service that does not answer holds nobody up. */
async function hush() {
  const worker = await navigator.serviceWorker?.getRegistration("/courier/");
  const subscription = await worker?.pushManager?.getSubscription();
  if (subscription) await Promise.race([subscription.unsubscribe(), new Promise((done) => { setTimeout(done, 1500); })]);
}

/** The worker keeps nothing any more of what was asked for until now; one that does not answer holds nobody up. */
async function tellWorker() {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return;
  const { port1, port2 } = new MessageChannel();
  const heard = new Promise((done) => { port1.onmessage = done; setTimeout(done, 1500); });
  worker.postMessage("forget", [port2]);
  await heard;
}

/** No page that was kept is left. */
async function forgetPages() {
  const names = await globalThis.caches?.keys().catch(() => []) ?? [];
  await Promise.all(names.filter((name) => name.startsWith("pocket-pages-")).map((name) => caches.delete(name)));
}

/** Nobody's rows can be read any more, no page that was kept, and no push comes. */
export async function lock() {
  await tellWorker();
  cached.clear();
  await drawers.clear(keys).catch(() => {});
  await forgetPages();
  await hush().catch(() => {});
}

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

async function shut(row) {
  const key = row?.person === me() ? await keyOf(row?.person) : undefined;
  if (!key) return row;
  const { bytes, ...rest } = row;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(rest));
  const open = Object.fromEntries(OPEN.filter((name) => name in row).map((name) => [name, row[name]]));
  const sealed = { iv: hex(iv), text: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text) };
  if (bytes) { sealed.biv = hex(crypto.getRandomValues(new Uint8Array(12))); sealed.bytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv: unhex(sealed.biv) }, key, bytes); }
  return { ...open, sealed };
}

/** The row as it was; undefined when it is somebody else's, or the key is not here. */
async function opened(row) {
  if (!row?.sealed) return row;
  const key = row.person === me() ? await keyOf(row.person) : undefined;
  if (!key) return undefined;
  try {
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: unhex(row.sealed.iv) }, key, row.sealed.text);
    const found = JSON.parse(new TextDecoder().decode(text));
    if (row.sealed.bytes) found.bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: unhex(row.sealed.biv) }, key, row.sealed.bytes);
    return found;
  } catch {
    return undefined; // another PIN
  }
}

export const get = async (id, store) => opened(await drawers.get(id, store));
export const set = async (id, row, store) => drawers.set(id, await shut(row), store);

/** Rows that can be read now. */
export async function entries(store) {
  const all = await drawers.entries(store);
  const read = await Promise.all(all.map(async ([id, row]) => [id, await opened(row)]));
  return read.filter(([, row]) => row !== undefined);
}

/** Change a row without losing what somebody else changed of it. */
export async function update(id, change, store) {
  if (!await keyOf(me())) return drawers.update(id, change, store);
  const again = async () => drawers.set(id, await shut(change(await opened(await drawers.get(id, store)))), store);
  return navigator.locks ? navigator.locks.request(`pocket-row-${id}`, again) : again();
}

// Signing out, or handing the phone on: first nothing can be read here any more, then the form goes.
document.addEventListener("submit", (event) => {
  if (!("leave" in event.target.dataset) || !globalThis.crypto?.subtle) return;
  event.preventDefault();
  const form = event.target;
  lock().catch(() => {}).finally(() => {
    if (!form.isConnected) { form.hidden = true; document.body.append(form); } // the day was drawn anew meanwhile, and its form with it
    form.submit();
  });
}, { capture: true });

/** How many rows wait to be sent, by their author: this much may be known of others. */
export async function waitingBy() {
  const rows = await drawers.values(createStore("pocket-taps", "taps"));
  const found = new Map();
  for (const { person, state } of rows) if (state === "waiting") found.set(person, (found.get(person) ?? 0) + 1);
  return found;
}

/** A new PIN: what the old key opens is sealed again with the new one. Pages that were kept are asked for again. */
export async function reseal(person, pin) {
  const stores = [createStore("pocket-taps", "taps"), createStore("pocket-photos", "photos")];
  const kept = await Promise.all(stores.map((store) => drawers.entries(store)));
  const before = await keyOf(person);
  const plain = await Promise.all(kept.map((rows) => Promise.all(rows.filter(([, row]) => row.person === person && (!row.sealed || before)).map(async ([id, row]) => [id, await opened(row)]))));
  await unseal(person, pin);
  for (const [index, rows] of plain.entries()) for (const [id, row] of rows) if (row) await set(id, row, stores[index]);
  await tellWorker();
  await forgetPages();
}
