// What goes wrong with a passkey is said in words.
import { toast } from "./base.js";

const words = document.getElementById("passkeys-words")?.dataset ?? {};
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  toast(window.PublicKeyCredential ? words.refused : words.unknown, { refused: true });
});
