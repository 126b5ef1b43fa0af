// "Push to this device": ask the browser, then tell the server. Without it the button stays hidden.
import { toast } from "./base.js";

const box = document.getElementById("push");
const button = box?.querySelector("button");
const able = box?.dataset.key && "serviceWorker" in navigator && "PushManager" in window;
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

function bytes(base64url) {
  const padded = base64url.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(base64url.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

async function subscribe() {
  const registration = await navigator.serviceWorker.register(box.dataset.worker);
  await navigator.serviceWorker.ready.catch(() => null);
  const found = await registration.pushManager.getSubscription();
  return found ?? registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) });
}

async function turnOn() {
  if (await Notification.requestPermission() !== "granted") { toast(box.dataset.denied, { refused: true }); return; }
  button.setAttribute("aria-disabled", "true");
  try {
    const subscription = await subscribe();
    const answer = await fetch(box.dataset.save, {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token() }, body: JSON.stringify(subscription),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    location.reload();
  } catch {
    toast(box.dataset.failed, { refused: true });
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

if (button && able) {
  button.hidden = false;
  button.addEventListener("click", () => { if (button.getAttribute("aria-disabled") !== "true") turnOn(); });
}
