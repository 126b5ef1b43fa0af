// What every page shares: messages, dialogs, menus, the guard against double sending, colours. All of it is comfort: pages work without.
const root = document.documentElement;
const toasts = document.getElementById("toasts");
const live = document.getElementById("live");
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** Say something to screen readers only, politely. */
export function announce(text) {
  if (!live) return;
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
}

/** Take a message away, and give the focus back to the page if the message held it. */
function dismiss(toast) {
  if (toast.contains(document.activeElement)) document.getElementById("main")?.focus({ preventScroll: true });
  toast.remove();
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.dataset.dismiss = "";
  button.textContent = toasts.dataset.close;
  return button;
}

/**
 * Show a message. refused: stays until closed and interrupts. action: {label, run} adds a button.
 * seconds: how long it stays; countdown draws the time left (for undo).
 */
export function toast(text, { refused = false, action = null, seconds = 8, countdown = false } = {}) {
  if (!toasts) return null;
  const box = document.createElement("div");
  box.className = refused ? "toast refused" : "toast";
  box.setAttribute("role", refused ? "alert" : "status");
  const words = document.createElement("span");
  words.className = "grow";
  words.textContent = text;
  box.append(words);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = action.label;
    button.addEventListener("click", () => { action.run(); dismiss(box); });
    box.append(button);
  }
  if (refused || !action) box.append(closeButton());
  if (countdown) {
    const left = document.createElement("span");
    left.className = "left";
    box.style.setProperty("--toast-for", `${seconds}s`);
    box.append(left);
  }
  toasts.append(box);
  if (!refused) expire(box, seconds);
  return box;
}

/** A message waits while somebody points at it or has the focus in it. */
function expire(box, seconds) {
  setTimeout(() => {
    if (box.matches(":hover, :focus-within")) expire(box, 2);
    else dismiss(box);
  }, seconds * 1000);
}

function adoptServerMessages(scope) {
  for (const box of scope.querySelectorAll("[data-toast]")) {
    delete box.dataset.toast;
    box.querySelector("[data-dismiss]")?.removeAttribute("hidden");
    if (!box.classList.contains("refused")) expire(box, 8);
  }
}

// Clicks: dialogs, messages, menus
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.open);
    if (dialog?.showModal) { event.preventDefault(); dialog.showModal(); }
  }
  const closer = event.target.closest("[data-close]");
  if (closer && closer !== toasts && closer.closest("dialog")) { event.preventDefault(); closer.closest("dialog").close(); }
  const dismisser = event.target.closest("[data-dismiss]");
  if (dismisser) dismiss(dismisser.closest(".toast"));
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// One press, one request. The button keeps its focus and its value; it only stops answering.
function hold(form, button) {
  form.dataset.sent = "";
  if (!button) return;
  button.dataset.held = "";
  button.setAttribute("aria-disabled", "true");
}

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-held]")) {
    delete button.dataset.held;
    button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("sent" in form.dataset || event.submitter?.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, { capture: true });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.matches("[data-theme-form]")) { chooseTheme(event, form); return; }
  hold(form, event.submitter);
  setTimeout(() => release(form), 10000); // a download leaves the page where it is
});

addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
});

// Colours: at once, then remembered by the server
async function chooseTheme(event, form) {
  const button = event.submitter;
  if (!button) return;
  event.preventDefault();
  if (button.value) root.dataset.theme = button.value; else delete root.dataset.theme;
  for (const other of form.querySelectorAll("button[name=theme]")) other.setAttribute("aria-pressed", String(other === button));
  document.dispatchEvent(new CustomEvent("themechange"));
  const body = new FormData(form);
  body.set("theme", button.value);
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.status >= 400) toast(toasts.dataset.broken, { refused: true });
  } catch {
    toast(toasts.dataset.network, { refused: true });
  }
}

// htmx: the token, the guard, and a sentence when something fails
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (form && event.detail.requestConfig.verb !== "get") hold(form, event.detail.requestConfig.triggeringEvent?.submitter);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  if (form) release(form);
});
// What somebody types while a part of their form is on its way again stays typed.
let typed = [];
document.addEventListener("htmx:beforeSwap", ({ detail: { target, requestConfig, shouldSwap } }) => {
  const sent = requestConfig?.formData;
  const fields = shouldSwap && sent && requestConfig.verb === "post" ? target.querySelectorAll("input:is([type=text], [type=tel], [type=email], :not([type])), textarea") : [];
  typed = [...fields].filter(({ name, value }) => sent.getAll(name).length === 1 && sent.get(name) !== value).map(({ name, value }) => [name, value]);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const [name, value] of typed.splice(0)) {
    const fields = document.getElementsByName(name);
    if (fields.length === 1) fields[0].value = value;
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const xhr = event.detail.xhr;
  const plain = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
  const known = xhr.status === 403 || xhr.status === 404 ? toasts?.dataset.refused : toasts?.dataset.broken;
  toast(plain && xhr.responseText ? xhr.responseText : known, { refused: true });
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => toast(toasts?.dataset.network, { refused: true }));
}
document.addEventListener("htmx:afterSettle", () => { if (toasts) adoptServerMessages(toasts); });
// A view may answer `HX-Trigger: {"toast": {"text": "…", "refused": false}, "announce": {"text": "…"}}`
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail));
document.addEventListener("announce", (event) => announce(event.detail.text));

if (toasts) adoptServerMessages(toasts);
// with the next drawing: measuring now would lay the page out once more
requestAnimationFrame(() => {
  for (const here of document.querySelectorAll(":is(.nav, .tabs) [aria-current]")) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 40;
});
const invalid = document.querySelector('main [aria-invalid="true"]');
if (invalid) invalid.focus();
