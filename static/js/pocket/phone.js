// The pages of a shared phone: the PIN opens the server's door and, on the phone itself, the person's sealed rows. Whoever was here before
// leaves nothing that can be read.
import { lock, reseal, unseal, waitingBy } from "./sealed.js";

const form = document.querySelector("form[data-pin]");

form?.addEventListener("submit", async (event) => {
  if (event.submitter?.name === "verb") return;
  event.preventDefault();
  const pin = form.elements.pin.value;
  const own = form.dataset.pin;
  if (own) await reseal(own, pin).catch(() => {});
  else {
    const person = new FormData(form).get("person");
    await lock().catch(() => {});
    await unseal(person, pin).catch(() => {});
  }
  form.submit();
});

for (const [person, count] of await waitingBy().catch(() => new Map())) {
  const line = document.querySelector(`[data-waits="${person}"]`);
  if (!line) continue;
  line.textContent = line.dataset.say.replace("{n}", count);
  line.hidden = false;
}
