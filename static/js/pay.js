// Stripe's own card form on the pay page. The intent is asked for when the button is pressed; the server learns the result from Stripe.
const form = document.getElementById("pay-form");
const problem = document.getElementById("pay-problem");
const button = form?.querySelector("button");

function show(text) {
  problem.textContent = text;
  problem.hidden = !text;
  button.disabled = false;
}

async function secret() {
  const answer = await fetch(form.dataset.intent, {
    method: "POST", headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.problem);
  return body.client_secret;
}

async function pay(stripe, elements) {
  const checked = await elements.submit();
  if (checked.error) return checked.error.message;
  const clientSecret = await secret();
  const { error } = await stripe.confirmPayment({ elements, clientSecret, confirmParams: { return_url: form.dataset.back } });
  return error?.message ?? "";
}

function look() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  return { theme: theme === "dark" ? "night" : "stripe" };
}

function start() {
  if (!window.Stripe) { show(form.dataset.unreachable); return; }
  const account = form.dataset.account ? { stripeAccount: form.dataset.account } : {};
  const stripe = window.Stripe(form.dataset.key, { ...account, locale: document.documentElement.lang });
  const elements = stripe.elements({
    mode: "payment", amount: Number(form.dataset.amount), currency: form.dataset.currency, paymentMethodTypes: ["card"], appearance: look(),
  });
  const card = elements.create("payment");
  card.mount("#pay-card");
  card.on("ready", () => { button.disabled = false; });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    show("");
    button.disabled = true;
    try {
      show(await pay(stripe, elements));
    } catch (error) {
      show(error.message || form.dataset.unreachable);
    }
  });
}

if (form) start();
