// Phone pages: an order's tick ticks its stops, a line says how many are chosen, and the list stays fresh. The form works without this.
const main = document.getElementById("main");
const form = () => document.getElementById("bp-form");
let timer = 0;

function tell() {
  const count = document.getElementById("bp-count");
  if (!form() || !count) return;
  const chosen = form().querySelectorAll('[name="t"]:checked').length;
  count.textContent = chosen ? (chosen === 1 ? count.dataset.one : count.dataset.many).replace("{count}", chosen) : "";
}

/** An order's own tick is not sent: its stops are ticked one by one instead. */
function adopt() {
  for (const box of form()?.querySelectorAll("[data-group]") ?? []) box.removeAttribute("name");
  tell();
}

main.addEventListener("change", (event) => {
  const { group, of } = event.target.dataset;
  if (group) for (const box of form().querySelectorAll(`[data-of="${group}"]`)) box.checked = event.target.checked;
  if (of) {
    const own = [...form().querySelectorAll(`[data-of="${of}"]`)];
    const whole = form().querySelector(`[data-group="${of}"]`);
    whole.checked = own.every((box) => box.checked);
    whole.indeterminate = !whole.checked && own.some((box) => box.checked);
  }
  tell();
});

/** Somebody is in the middle of something: the list waits, and the button says that there is news. */
const occupied = () => main.querySelector("#bp-form input:checked, details[open]") !== null || main.contains(document.activeElement) && document.activeElement !== main;

async function again() {
  timer = 0;
  if (occupied()) { document.getElementById("bp-again").dataset.fresh = ""; return; }
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok || answer.redirected || occupied()) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  main.replaceChildren(...page.getElementById("main").childNodes);
  adopt();
}

const stream = new EventSource(document.getElementById("bp-top").dataset.live, { withCredentials: true });
for (const name of ["change", "reload"]) stream.addEventListener(name, () => { timer ||= setTimeout(again, 500); });
adopt();
