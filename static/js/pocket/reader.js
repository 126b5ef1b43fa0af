// Reads bar codes and squares from pictures: what the phone brings, else a library that is fetched only now.
const KINDS = ["qr_code", "data_matrix", "code_128", "code_39", "ean_13", "ean_8", "itf"];

/** A function from a video or canvas to the codes seen in it; `library` leaves out what the phone brings. */
export async function reader({ library = false } = {}) {
  if (!library && "BarcodeDetector" in window) {
    try {
      const known = await window.BarcodeDetector.getSupportedFormats();
      const detector = new window.BarcodeDetector({ formats: KINDS.filter((kind) => known.includes(kind)) });
      return async (picture) => (await detector.detect(picture)).map(({ rawValue }) => rawValue);
    } catch { /* some phones promise it and have none: the library then */ }
  }
  await import("../../vendor/zxing-library/index.min.js");
  return withLibrary(window.ZXing);
}

function withLibrary(zxing) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const decoder = new zxing.MultiFormatReader();
  decoder.setHints(new Map([[zxing.DecodeHintType.TRY_HARDER, true]]));
  return async (picture) => {
    const width = picture.videoWidth ?? picture.width, height = picture.videoHeight ?? picture.height;
    const scale = Math.min(1, 800 / Math.max(width, height, 1));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    if (!canvas.width || !canvas.height) return [];
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const grey = new Uint8ClampedArray(canvas.width * canvas.height);
    for (let i = 0; i < grey.length; i += 1) grey[i] = (data[4 * i] * 2 + data[4 * i + 1] * 5 + data[4 * i + 2]) >> 3;
    const source = new zxing.RGBLuminanceSource(grey, canvas.width, canvas.height);
    try {
      return [decoder.decode(new zxing.BinaryBitmap(new zxing.HybridBinarizer(source))).getText()];
    } catch {
      return []; // nothing readable in this picture
    }
  };
}
