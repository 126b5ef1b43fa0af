// Shows pushes and opens their page. Used by the service workers of this site (importScripts).
self.addEventListener("push", (event) => {
  let said = {};
  try { said = event.data ? event.data.json() : {}; } catch { said = {}; }
  const told = said.receipt ? fetch(said.receipt, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ref: said.ref }) }).catch(() => {}) : null;
  event.waitUntil(Promise.all([told, self.registration.showNotification(said.title || "Coopdelivery", {
    body: said.body || "", tag: said.tag || undefined, renotify: Boolean(said.tag), lang: said.lang || undefined,
    icon: "/static/img/icon-192.png", data: { url: said.url || "/" },
  })]));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url || "/", self.location.origin);
  if (url.origin !== self.location.origin) return;
  event.waitUntil((async () => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const open = windows.find((one) => new URL(one.url).pathname === url.pathname);
    return open ? open.focus() : self.clients.openWindow(url.href);
  })());
});
