// A signature with the finger. The typed name beside it says the same, for whoever cannot or will not draw.
import SignaturePad from "../../vendor/signature_pad/signature_pad.min.js";

/** Make the field of a dialog ready; resolve it later with `taken()`: a JPEG Blob, or null when nothing was drawn. Call once it is shown. */
export function signature(field) {
  const canvas = field.querySelector("[data-sign]");
  const pad = new SignaturePad(canvas, { backgroundColor: "#fff", penColor: "#000" });
  const fit = () => {
    const drawn = pad.toData(), scale = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = canvas.clientWidth * scale;
    canvas.height = canvas.clientHeight * scale;
    canvas.getContext("2d").scale(scale, scale);
    pad.clear(); // paints it white
    pad.fromData(drawn);
  };
  fit();
  new ResizeObserver(fit).observe(canvas);
  field.querySelector("[data-clear]").addEventListener("click", () => pad.clear());
  return {
    empty: () => pad.isEmpty(),
    taken: () => (pad.isEmpty() ? Promise.resolve(null) : new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.9); })),
  };
}
