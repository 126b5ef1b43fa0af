// Where the phone is, told to dispatch: only while the page says so (on shift, a stop under way, the members decided for it, not paused),
// at most once a minute, never kept on the phone. A phone that does not say where it is changes nothing else.
const EVERY_MS = 60000;
let watching = null, last = 0;

/** Begin or end, as the page of now asks. */
export function follow() {
  const strip = document.querySelector("[data-share]");
  if (strip && watching === null && navigator.geolocation) watching = navigator.geolocation.watchPosition(tell, stop, { enableHighAccuracy: false, maximumAge: EVERY_MS });
  if (!strip) stop();
}

function stop() {
  if (watching !== null) navigator.geolocation.clearWatch(watching);
  watching = null;
}

async function tell({ coords, timestamp }) {
  const strip = document.querySelector("[data-share]");
  if (!strip) { stop(); return; }
  if (Date.now() - last < EVERY_MS || !navigator.onLine) return;
  last = Date.now();
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const body = JSON.stringify({ latitude: coords.latitude, longitude: coords.longitude, at: new Date(timestamp).toISOString() });
  const answer = await fetch(strip.dataset.share, { method: "POST", redirect: "manual", body, headers: { "Content-Type": "application/json", "X-CSRFToken": token } }).catch(() => null);
  if (answer?.status === 409) stop(); // the server knows better
}
