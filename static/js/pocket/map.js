// The day on the map: numbered pins in the order of the day; me and the next stop, at once where the phone may say where it is, else on asking.
import { toast } from "../base.js";
import { openMap, unopened } from "../map.js";

for (const element of unopened("pocket")) {
  const pins = JSON.parse(document.getElementById(element.dataset.pins).textContent);
  openMap(element, { pins }).then((shown) => offerMe(shown, pins.find((pin) => pin.next))).catch(() => {});
}

/** Where the phone is stays on the phone. */
function offerMe({ map }, next) {
  const button = document.querySelector("[data-me]");
  if (!next || !navigator.geolocation) return;
  button.hidden = false;
  const frame = (refused) => navigator.geolocation.getCurrentPosition(({ coords }) => {
    const here = [coords.latitude, coords.longitude];
    window.L.circleMarker(here, { className: "map-line", radius: 8, interactive: false }).addTo(map);
    map.fitBounds([here, [next.lat, next.lng]], { padding: [40, 40], maxZoom: 17 });
  }, refused, { enableHighAccuracy: true, timeout: 10000 });
  button.addEventListener("click", () => frame(() => toast(button.dataset.denied, { refused: true })));
  navigator.permissions?.query({ name: "geolocation" }).then(({ state }) => { if (state === "granted") frame(() => {}); }).catch(() => {});
}
