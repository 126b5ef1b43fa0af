// The week by keyboard: one Tab stop for the whole grid, arrow keys inside it. Without this file every shift is a Tab stop of its own.
const table = document.querySelector("[data-week]");

/** Links of the grid as rows of cells of links. */
function grid() {
  return [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll(".wk-cell")].map((cell) => [...cell.querySelectorAll("a")]));
}

function place(link) {
  const row = link.closest("tr");
  const cell = link.closest("td");
  const rows = [...table.tBodies[0].rows];
  const cells = [...row.querySelectorAll(".wk-cell")];
  return [rows.indexOf(row), cells.indexOf(cell), [...cell.querySelectorAll("a")].indexOf(link)];
}

/** The link one step away, or null at the edge. Left and right pass through all links of a row; up and down stay on the day. */
function neighbour(link, key) {
  const rows = grid();
  const [row, cell] = place(link);
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const line = rows[row].flat();
    return line[line.indexOf(link) + (key === "ArrowRight" ? 1 : -1)] ?? null;
  }
  const way = key === "ArrowDown" ? 1 : -1;
  for (let at = row + way; at >= 0 && at < rows.length; at += way) {
    if (rows[at][cell][0]) return rows[at][cell][0];
  }
  return null;
}

function rove(to) {
  for (const link of table.querySelectorAll(".wk-cell a")) link.setAttribute("tabindex", link === to ? "0" : "-1");
}

if (table) {
  const first = table.querySelector(".wk-cell a");
  if (first) rove(first);
  table.addEventListener("keydown", (event) => {
    const link = event.target.closest?.(".wk-cell a");
    if (!link || !event.key.startsWith("Arrow")) return;
    const next = neighbour(link, event.key);
    if (!next) return;
    event.preventDefault();
    rove(next);
    next.focus();
  });
  table.addEventListener("focusin", (event) => {
    const link = event.target.closest?.(".wk-cell a");
    if (link) rove(link);
  });
}
