// Suggestions for an address while it is typed. The list is a fragment of the server; without this the plain fields work.
//
// <div data-address>
//   <div class="combo"><input data-suggest-url="…/places/suggest" role="combobox" aria-expanded="false" aria-controls="x" autocomplete="off">
//   <ul id="x" role="listbox" aria-label="…" hidden></ul></div>
//   <input data-part="postcode"> <input data-part="city"> <input type="hidden" data-part="latitude"> <input type="hidden" data-part="longitude">
// </div>
const PAUSE_MS = 180;
const POINT_PARTS = ["latitude", "longitude"];

function combobox(input) {
  const list = document.getElementById(input.getAttribute("aria-controls"));
  const box = input.closest("[data-address]");
  const parts = [...box.querySelectorAll("[data-part]")];
  let timer = 0, asked = 0, current = -1;

  const options = () => [...list.querySelectorAll('[role="option"]:not([aria-disabled])')];
  const close = () => {
    list.hidden = true;
    current = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (index) => {
    const all = options();
    current = (index + all.length) % all.length;
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === current)));
    input.setAttribute("aria-activedescendant", all[current].id);
    all[current].scrollIntoView({ block: "nearest" });
  };
  const take = (option) => {
    input.value = option.dataset.streetAddress;
    for (const part of parts) {
      const name = part.dataset.part;
      if (POINT_PARTS.includes(name) && option.dataset.precision !== "address") part.value = "";
      else part.value = option.dataset[name] ?? part.value;
    }
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
    box.dispatchEvent(new CustomEvent("places:chosen", { bubbles: true, detail: { ...option.dataset } }));
  };
  const ask = async () => {
    const mine = ++asked;
    const url = new URL(input.dataset.suggestUrl, location.href);
    url.searchParams.set("q", input.value);
    url.searchParams.set("list", list.id);
    let text = "";
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" } });
      text = answer.ok ? await answer.text() : "";
    } catch {
      text = "";
    }
    if (mine !== asked || document.activeElement !== input) return;
    list.innerHTML = text;
    const any = list.childElementCount > 0;
    list.hidden = !any;
    current = -1;
    input.setAttribute("aria-expanded", String(any));
    input.removeAttribute("aria-activedescendant");
  };

  input.addEventListener("input", () => {
    for (const part of parts) if (POINT_PARTS.includes(part.dataset.part)) part.value = "";
    clearTimeout(timer);
    if (input.value.trim().length < 2) { asked++; close(); return; }
    timer = setTimeout(ask, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || !options().length) return;
    if (event.key === "ArrowDown") mark(current + 1);
    else if (event.key === "ArrowUp") mark(current < 0 ? -1 : current - 1);
    else if (event.key === "Enter" && current >= 0) take(options()[current]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]:not([aria-disabled])');
    if (option) take(option);
  });
  input.addEventListener("blur", () => { asked++; clearTimeout(timer); close(); });
}

function attach(root) {
  for (const input of root.querySelectorAll("[data-suggest-url]:not([data-suggests])")) {
    input.dataset.suggests = "";
    combobox(input);
  }
}

attach(document);
document.addEventListener("htmx:load", (event) => attach(event.target));
