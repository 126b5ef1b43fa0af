// The courier's service worker: keeps the shell and the pages that were looked at, so that they open without network.
// It never answers for a form that is sent: taps go through the outbox of the page.
// Each version of the files has caches of its own. The old ones go as soon as the day is kept in the new one, and not before: until
// then the old day opens with the old files.
const SHELL_CACHE = `pocket-shell-${self.VERSION}`;
const PAGES = `pocket-pages-${self.VERSION}`;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const PATIENCE_MS = 2500;
const SIGNED_OUT = "/courier/signed-out";
const WHOSE = "X-Pocket-Person", SEALED = "X-Pocket-Sealed";
const WHOLE = '<link rel="expect" href="#screen-shift" blocking="render">'; // what is kept is all here: it is drawn once, whole
let age = 0; // goes up when the phone is to forget: nothing that was asked for before is kept after it
let closed = false; // from then on until somebody opens a page: nor is what an open page asks for by itself

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL_CACHE);
    await Promise.all(self.SHELL.map((url) => cache.add(url).catch(() => {})));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    if (await (await caches.open(PAGES)).match(self.DAY)) await sweep();
    await self.clients.claim();
  })());
});

/** Remove what earlier versions kept. */
async function sweep() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("pocket-") && name !== SHELL_CACHE && name !== PAGES).map((name) => caches.delete(name)));
}

/** Nothing that is kept stays, and nothing that is under way comes back. */
async function forget() {
  age += 1;
  closed = true;
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("pocket-pages-")).map((name) => caches.delete(name)));
}

self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(forget().finally(() => event.ports[0]?.postMessage("forgotten")));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || request.headers.has("range")) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(shell(request));
  else if (request.mode === "navigate" && url.pathname.startsWith(self.DAY)) event.respondWith(page(request));
  else if (request.headers.get("X-Pocket") && url.pathname === self.DAY) event.respondWith(fresh(request));
});

/** Files with their content in their name never change; others are asked for first. */
async function shell(request) {
  const cache = await caches.open(SHELL_CACHE);
  const known = await cache.match(request) ?? await caches.match(request);
  if (known && HASHED.test(new URL(request.url).pathname)) return known;
  try {
    const answer = await fetch(request);
    if (answer.status === 200) await cache.put(request, new Response(await answer.clone().arrayBuffer(), { status: 200, headers: answer.headers }));
    return answer;
  } catch (error) {
    if (known) return known;
    throw error;
  }
}

/**
 * The day as it is kept, at once: the page itself asks for the newest behind it. Other pages, and the day after a form or a sign-in, by
 * network, or as they were when the network keeps us waiting.
 */
async function page(request) {
  closed = false;
  const asking = age;
  const cache = await caches.open(PAGES);
  const { pathname: key, search } = new URL(request.url);
  const known = await find(cache, key);
  if (known && key === self.DAY && !search && fromHere(request) && !await cache.match(SIGNED_OUT)) return known;
  const asked = fetch(request).then(async (answer) => { await remember(cache, key, answer, asking); return answer; });
  try {
    if (!known) return await asked;
    asked.catch(() => {});
    const answer = await Promise.race([asked, new Promise((done) => { setTimeout(() => done(known), PATIENCE_MS); })]);
    return answer.status >= 500 ? known : answer;
  } catch {
    return known ?? await find(cache, self.DAY) ?? await caches.match(self.OFFLINE) ?? Response.error();
  }
}

/**
 * Opened from the home screen, or by a link of a page that changes nothing: a form or a sign-in may mean another day, or person; and who
 * loads the page again asks for the newest.
 */
function fromHere({ referrer, isReloadNavigation }) {
  if (isReloadNavigation) return false;
  return !referrer || [self.DAY, `${self.DAY}map/`, `${self.DAY}menu/`, self.OFFLINE].includes(new URL(referrer).pathname);
}

/** The day asked for by the page itself: only the network knows whether it changed. Once the session is over, nobody is shown the kept one unasked. */
async function fresh(request) {
  const asking = age;
  const cache = await caches.open(PAGES);
  const answer = await fetch(request);
  if (answer.type === "opaqueredirect") await cache.put(SIGNED_OUT, new Response(""));
  await remember(cache, self.DAY, answer, asking);
  return answer;
}

/**
 * Only pages of a person that are what was asked for: no sign-in page in place of the day, no refusal. The whole page comes first: a page
 * cut off in the middle by a dying network must not replace the one that is kept.
 */
async function remember(cache, key, answer, asking) {
  const person = answer.headers.get(WHOSE);
  if (answer.status !== 200 || answer.redirected || answer.type !== "basic" || !person || asking !== age || closed) return;
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  const body = (await answer.clone().text()).replace('<div id="pocket"', "$& data-kept").replace("</head>", `${WHOLE}$&`);
  const kept = await seal(person, body, headers);
  if (asking !== age || closed) return;
  await cache.put(key, kept);
  if (asking !== age) { await cache.delete(key); return; }
  if (key !== self.DAY) return;
  await cache.delete(SIGNED_OUT);
  await sweep();
}

// ---- a shared phone: what is kept is sealed, with the key that the person's PIN made (static/js/pocket/sealed.js)

/** Let `work` have a cabinet that the pages keep; resolves to what its request finds. */
function cabinet(name, work, mode = "readonly") {
  return new Promise((done, failed) => {
    const ask = indexedDB.open(`pocket-${name}`);
    ask.onupgradeneeded = () => ask.result.createObjectStore(name);
    ask.onerror = () => failed(ask.error);
    ask.onsuccess = () => {
      const turn = ask.result.transaction(name, mode), found = work(turn.objectStore(name));
      turn.oncomplete = () => { ask.result.close(); done(found.result); };
      turn.onabort = () => { ask.result.close(); failed(turn.error); };
    };
  });
}

/** Made from the person's PIN; else the phone's own, for who came in without one. Both go when the phone is handed on. */
const keyOf = async (person) => await cabinet("keys", (keys) => keys.get(person)) ?? cabinet("keys", (keys) => keys.get(`${person} day`));

async function newKey(person) {
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await cabinet("keys", (keys) => keys.put(made, `${person} day`), "readwrite");
  return made;
}

/** The page as it is kept: readable on somebody's own phone, sealed where any PIN was ever set. */
async function seal(person, body, headers) {
  if (!crypto.subtle || !await cabinet("salts", (salts) => salts.count())) return new Response(body, { status: 200, headers });
  const iv = crypto.getRandomValues(new Uint8Array(12));
  headers.set(SEALED, btoa(String.fromCharCode(...iv)));
  const text = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(person) ?? await newKey(person), new TextEncoder().encode(body));
  return new Response(text, { status: 200, headers });
}

/** A page that is kept; undefined when there is none, or the key that opens it is not here. */
async function find(cache, key) {
  const known = await cache.match(key) ?? await caches.match(key);
  const sealed = known?.headers.get(SEALED);
  if (!sealed) return known;
  try {
    const iv = Uint8Array.from(atob(sealed), (letter) => letter.charCodeAt(0));
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await keyOf(known.headers.get(WHOSE)), await known.arrayBuffer());
    return new Response(text, { status: 200, headers: known.headers });
  } catch {
    return undefined; // the key is gone, or is another than the one it was sealed with
  }
}
