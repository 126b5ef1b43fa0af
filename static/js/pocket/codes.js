// Codes on parcels: which stop they belong to, and which were read. Known from the page, so that reading works without network.
import { createStore, get, update } from "./sealed.js";

const store = createStore("pocket-scans", "scans");
const person = document.getElementById("pocket")?.dataset.person;

/** As on the server: no blanks, capitals. */
export const clean = (code) => code.trim().toUpperCase().slice(0, 80);

/** Whether a code is on a parcel of this stop: `HE-4021/3` within `HE-4021/1-5`, `HE-4021` alone, or one that was tied to it. */
export function fits(code, visit) {
  const [number, piece] = clean(code).split("/");
  return visit.dataset.codes.split(" ").filter(Boolean).some((known) => {
    const [of, span] = known.split("/");
    if (span === undefined || !/^\d+-\d+$/.test(span)) return clean(known) === clean(code);
    const [first, last] = span.split("-").map(Number);
    return of.toUpperCase() === number && (piece === undefined || last < first || (Number(piece) >= first && Number(piece) <= last));
  });
}

/** The codes read at a stop, in their order, each once. */
export const scanned = async (ref) => (await get(ref, store))?.codes ?? [];

/** Remember one; resolves to all of the stop. */
export async function remember(ref, code) {
  await update(ref, (known) => ({ person, codes: [...new Set([...(known?.codes ?? []), clean(code)])] }), store);
  return scanned(ref);
}
