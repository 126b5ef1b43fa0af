// The dispatcher's board. The server makes every row; this only moves them, asks and listens.
import "./around.js";
import "./chosen.js";
import "./dialogs.js";
import { enableDragging } from "./drag.js";
import { filter } from "./filters.js";
import "./keys.js";
import { drawTheRest } from "./later.js";
import { listen } from "./live.js";
import { showMap } from "./mapped.js";
import { board, columns, laneOf } from "./page.js";
import "./search.js";
import { openFolds, refresh } from "./send.js";

// A narrow screen gets the pages made for it
if (matchMedia("(max-width: 700px)").matches && !new URLSearchParams(location.search).has("layout")) {
  location.replace(`${board.dataset.phone}?on=${board.dataset.on}`);
}

// Day and layout
document.getElementById("bd-on").addEventListener("change", (event) => { if (event.target.value) location.assign(`?on=${event.target.value}`); });
function layout(name) {
  board.dataset.layout = name;
  for (const button of document.querySelectorAll("button[data-layout]")) button.setAttribute("aria-pressed", String(button.dataset.layout === name));
  document.cookie = `board_layout=${name}; path=/; max-age=31536000; samesite=lax`;
}
for (const button of document.querySelectorAll("button[data-layout]")) button.addEventListener("click", () => layout(button.dataset.layout));
document.getElementById("bd-mapbig").addEventListener("click", () => layout(board.dataset.layout === "map" ? "cols" : "map"));

// What is finished is fetched when its fold is opened
columns.addEventListener("click", (event) => {
  const fold = event.target.closest(".fold");
  if (!fold || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  fold.dataset.fold = fold.dataset.fold ? "" : "1";
  refresh({ lanes: [laneOf(fold).dataset.lane, ...openFolds()] }).catch(() => location.assign(fold.href));
});

// The co-op's clock, whatever zone the browser is in
const clock = document.getElementById("bd-clock");
const format = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: board.dataset.zone, hour12: /m$/i.test(clock.textContent) });
setInterval(() => { clock.textContent = format.format(new Date()); }, 10000);

filter();
enableDragging();
showMap();
listen();
drawTheRest();
