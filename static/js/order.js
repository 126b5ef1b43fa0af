// The order form: suggestions while typing, steppers, a draft that survives a lost session. The form works without any of it.
import { announce } from "./base.js";

// ---- suggestions: an ARIA combobox over the text field
const WAIT_MS = 180;
let asked = null;

const part = (combo, name) => combo.closest("[data-place], form").querySelector(`[name$="${name}"]`);
const input = (combo) => combo.querySelector("input");
const list = (combo) => combo.querySelector("[role=listbox]");
const options = (combo) => [...list(combo).querySelectorAll("[role=option]")];

function ready(combo) {
  const field = input(combo);
  if (field.getAttribute("role") === "combobox") return;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list(combo).id);
  field.setAttribute("aria-expanded", "false");
}

function close(combo) {
  list(combo).hidden = true;
  input(combo).setAttribute("aria-expanded", "false");
  input(combo).removeAttribute("aria-activedescendant");
}

async function ask(combo) {
  const text = input(combo).value.trim();
  if (text.length < 2) { close(combo); return; }
  asked?.abort();
  asked = new AbortController();
  const url = new URL(combo.dataset.url, location.href);
  url.searchParams.set("q", text);
  url.searchParams.set("list", combo.dataset.list);
  try {
    const answer = await fetch(url, { signal: asked.signal, headers: { "HX-Request": "true" } });
    if (!answer.ok || document.activeElement !== input(combo)) return;
    list(combo).innerHTML = await answer.text();
    const found = options(combo).length;
    list(combo).hidden = !found;
    input(combo).setAttribute("aria-expanded", String(found > 0));
    input(combo).removeAttribute("aria-activedescendant");
  } catch { /* another letter was typed, or no network: the text itself is a good answer */ }
}

function point(combo, option) {
  for (const other of options(combo)) other.setAttribute("aria-selected", String(other === option));
  if (!option) return;
  input(combo).setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function fill(combo, name, value) {
  const field = part(combo, name);
  if (field && value !== undefined) field.value = value;
}

function take(combo, option) {
  const facts = option.dataset;
  input(combo).value = facts.label;
  fill(combo, "picked", facts.label);
  fill(combo, "book", facts.book ?? "");
  fill(combo, "latitude", facts.latitude ?? "");
  fill(combo, "longitude", facts.longitude ?? "");
  if (facts.book) { fill(combo, "-name", facts.name); fill(combo, "-phone", facts.phone); }
  const note = combo.closest("[data-place]")?.querySelector("[data-book-note]");
  if (note) { note.textContent = facts.note ?? ""; note.hidden = !facts.note; }
  close(combo);
  announce(facts.label);
  input(combo).dispatchEvent(new Event("change", { bubbles: true }));
}

function key(event, combo) {
  const all = options(combo);
  const open = !list(combo).hidden && all.length > 0;
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!open) { ask(combo); return; }
    const step = event.key === "ArrowDown" ? 1 : -1;
    point(combo, all[(at + step + all.length) % all.length] ?? all[0]);
  } else if (event.key === "Enter") {
    event.preventDefault(); // Enter never sends a form that is half filled
    if (open && at >= 0) take(combo, all[at]);
    else close(combo);
  } else if (event.key === "Escape" && open) {
    event.stopPropagation();
    close(combo);
  }
}

let timer = 0;
document.addEventListener("input", (event) => {
  const combo = event.target.closest?.("[data-combo]");
  if (combo) { ready(combo); clearTimeout(timer); timer = setTimeout(() => ask(combo), WAIT_MS); }
  keep();
});
document.addEventListener("focusin", (event) => { const combo = event.target.closest?.("[data-combo]"); if (combo) ready(combo); });
document.addEventListener("focusout", (event) => {
  const combo = event.target.closest?.("[data-combo]");
  if (combo && !combo.contains(event.relatedTarget)) close(combo);
});
document.addEventListener("keydown", (event) => {
  const combo = event.target.closest?.("[data-combo]");
  if (combo) key(event, combo);
  else if (event.key === "Enter" && event.target.matches?.("#new-form input")) event.preventDefault();
});
document.addEventListener("mousedown", (event) => { if (event.target.closest?.("[data-combo] [role=option]")) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const option = event.target.closest?.("[data-combo] [role=option]");
  if (option) take(option.closest("[data-combo]"), option);
  const step = event.target.closest?.("[data-step]");
  if (step) move(step);
});

// ---- steppers
function move(button) {
  const field = button.parentElement.querySelector("input");
  const value = Math.max(0, Math.min(Number(field.max || 200), Number(field.value || 0) + Number(button.dataset.step)));
  field.value = String(value);
  field.dispatchEvent(new Event("change", { bubbles: true }));
  announce(`${field.labels[0]?.querySelector("b")?.textContent ?? ""} ${value}`);
}

// ---- the draft: in this tab only, gone when the delivery is ordered
const form = () => document.getElementById("new-form");
const name = () => form()?.dataset.draft;
let fresh = true;

function keep() {
  if (!form()) return;
  fresh = false;
  const kept = [...new FormData(form())].filter(([field]) => !["csrfmiddlewaretoken", "key", "quote", "act"].includes(field));
  sessionStorage.setItem(name(), JSON.stringify(kept));
}

function offer() {
  const kept = name() && sessionStorage.getItem(name());
  const box = document.querySelector("[data-resume]");
  if (!kept || !box || !fresh || document.querySelector('#new [aria-invalid="true"], #new .errs')) return;
  box.hidden = false;
  box.querySelector("[data-resume-yes]").onclick = () => resume(JSON.parse(kept));
  box.querySelector("[data-resume-no]").onclick = () => { sessionStorage.removeItem(name()); box.hidden = true; };
}

function resume(kept) {
  const values = Object.fromEntries(kept);
  values.act = "refresh";
  values.key = form().elements.key.value;
  fresh = false;
  window.htmx.ajax("POST", form().action, { source: "#new", target: "#new", swap: "outerHTML", values });
}

function enhance(scope) {
  for (const button of scope.querySelectorAll("[data-stepper] [data-step]")) button.hidden = false;
}

document.addEventListener("change", keep);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "new") return;
  const section = document.getElementById("new");
  enhance(section);
  if (section.querySelector('[name^="drop-"][name$="-address"]')?.value) form().dispatchEvent(new Event("quote"));
});

const placed = document.querySelector("[data-placed]");
if (placed) sessionStorage.removeItem(placed.dataset.placed);
enhance(document);
offer();
