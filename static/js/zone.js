// A GeoJSON file chosen for a zone is shown on the map before it is sent. The server reads the file itself as well.
const file = document.querySelector("input[type=file][name=file]");
const area = document.querySelector("textarea[name=area]");

file?.addEventListener("change", async () => {
  const [chosen] = file.files;
  if (!chosen || chosen.size > 400000) return;
  area.value = await chosen.text();
  area.dispatchEvent(new Event("change", { bubbles: true }));
});
