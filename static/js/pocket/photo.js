// Pictures become small on the phone, before they are kept or sent.
const LONGEST = 1600;

/** A JPEG Blob of at most 1600 px; the file itself when this phone cannot draw it. */
export async function shrink(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.8); });
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file;
  }
}

/** Show what was taken under its input; the small picture takes the place of the large one, so that a plain form sends it too. */
export function previews(scope) {
  for (const input of scope.querySelectorAll('input[type="file"]')) {
    input.addEventListener("change", async () => {
      const shot = input.parentElement.querySelector("[data-shot]");
      const [file] = input.files;
      if (shot.src) URL.revokeObjectURL(shot.src);
      shot.hidden = !file;
      if (!file) return;
      const small = await shrink(file);
      if (small !== file) {
        const files = new DataTransfer();
        files.items.add(new File([small], "photo.jpg", { type: "image/jpeg" }));
        input.files = files.files;
      }
      shot.src = URL.createObjectURL(small);
    });
  }
}
