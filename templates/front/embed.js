// Puts the delivery form of the co-op where this script stands. Nothing is read from the page around it, nothing is sent anywhere.
(() => {
  const here = document.currentScript;
  const frame = document.createElement("iframe");
  frame.src = "{{ address|escapejs }}";
  frame.title = "{{ coop.name|escapejs }}";
  frame.loading = "lazy";
  frame.width = "100%";
  frame.height = here.dataset.height || "980";
  frame.style.border = "0";
  here.after(frame);
})();
