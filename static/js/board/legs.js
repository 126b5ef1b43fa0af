// The other legs of the chosen deliveries that nobody has yet: asked about once, remembered in this browser, changed in the selection bar.
import { otherLegs, paint, refs } from "./chosen.js";
import { counted, row } from "./page.js";

const KEY = "board_legs";
const box = document.getElementById("bd-withpairs");
const dialog = document.getElementById("bd-legs");

function remember(include) {
  box.checked = include;
  try { localStorage.setItem(KEY, include ? "yes" : "no"); } catch { /* asked again next time */ }
  paint();
}
function remembered() {
  try { return localStorage.getItem(KEY); } catch { return null; }
}

/** Pickups in front of what was chosen, drops after it. */
function joined(list, legs) {
  const isPickup = (ref) => row(ref).querySelector(".bead.up") !== null;
  return [...legs.filter(isPickup), ...list, ...legs.filter((ref) => !isPickup(ref))];
}

function ask(count) {
  document.getElementById("bd-legs-count").textContent = counted("legs", count);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => { dialog.addEventListener("close", () => answer(dialog.returnValue), { once: true }); });
}

/** These stops, or the chosen ones, with their free other legs when the person wants them; null when the question was dismissed. */
export async function withLegs(list = refs()) {
  const legs = otherLegs(list);
  if (!legs.length) return list;
  if (!remembered()) {
    const answer = await ask(legs.length);
    if (!answer) return null;
    remember(answer === "yes");
  }
  return box.checked ? joined(list, legs) : list;
}

box.checked = remembered() === "yes";
box.addEventListener("change", () => remember(box.checked));
