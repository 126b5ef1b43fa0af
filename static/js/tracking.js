// Renews the time on the recipient's page every minute while it is in view; what is being typed below stays untouched.
const EVERY_MS = 60_000;

async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { credentials: "omit" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const hero = page.getElementById("hero");
    const shown = document.getElementById("hero");
    if (hero && shown && hero.innerHTML !== shown.innerHTML) shown.innerHTML = hero.innerHTML;
  } catch { /* no network: the time shown is the last one known */ }
}

setInterval(renew, EVERY_MS);
document.addEventListener("visibilitychange", renew);
