// One box: the server looks, a hit brings its row into view, or opens its details when it is not on the screen.
import { openStop } from "./dialogs.js";
import { board, inSight, row } from "./page.js";

const box = document.getElementById("bd-q");
const found = document.getElementById("bd-found");
let timer = 0, asked = 0;

async function look() {
  const words = box.value.trim();
  if (!words) { found.hidden = true; return; }
  const mine = ++asked;
  const answer = await fetch(`${box.dataset.url}?${new URLSearchParams({ q: words, on: board.dataset.on })}`);
  if (!answer.ok || mine !== asked) return;
  found.innerHTML = await answer.text();
  found.hidden = false;
}

function go(ref) {
  found.hidden = true;
  const stop = row(ref);
  if (!stop) { openStop(ref); return; }
  inSight.add(ref);
  stop.classList.remove("bd-out");
  stop.scrollIntoView({ block: "center", inline: "center" });
  stop.focus({ preventScroll: true });
}

// The list of what needs attention leads to the rows as well
document.getElementById("bd-dialog").addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.currentTarget.close();
  go(link.dataset.goto);
});

box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 160); });
box.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { box.value = ""; found.hidden = true; box.blur(); }
  const links = [...found.querySelectorAll("[data-goto]")];
  if (event.key === "Enter" && links.length) { event.preventDefault(); go(links[0].dataset.goto); }
  if (event.key === "ArrowDown" && links.length) { event.preventDefault(); links[0].focus(); }
});
found.addEventListener("keydown", (event) => {
  const links = [...found.querySelectorAll("[data-goto]")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) { event.preventDefault(); (links[links.indexOf(document.activeElement) + step] ?? box).focus(); }
  if (event.key === "Escape") { found.hidden = true; box.focus(); }
});
found.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  go(link.dataset.goto);
});
document.addEventListener("click", (event) => { if (!event.target.closest(".bd-search")) found.hidden = true; });
