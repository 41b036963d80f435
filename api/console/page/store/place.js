/** A reload keeps the place on the board: it is scrolled to where it was, as soon as there is enough of it again. */

import { effect } from "../ui.js";
import { live, needing } from "./calls.js";

const KEY = "slotline.scroll";
const PATIENCE_MS = 10_000;
/** What is drawn a moment later may be less high than what stood there first: the place is held until it is. */
const SETTLES_MS = 1_000;

const board = () => document.getElementById("board");
let wanted = performance.getEntriesByType("navigation")[0]?.type === "reload" ? Number(sessionStorage.getItem(KEY)) : 0;
sessionStorage.removeItem(KEY);
addEventListener("pagehide", () => {
  const place = wanted || board()?.scrollTop; // left before it was back where it had been
  if (place) sessionStorage.setItem(KEY, String(place));
});

const give = () => { wanted = 0; };
for (const moved of ["wheel", "pointerdown", "keydown"]) addEventListener(moved, give, { capture: true, once: true, passive: true });
setTimeout(give, PATIENCE_MS);
let again = 0, settles = 0;
function back() {
  clearTimeout(again);
  if (!wanted) return;
  if (board()) board().scrollTop = wanted;
  if (board()?.scrollTop >= wanted - 1) settles ||= setTimeout(give, SETTLES_MS);
  again = setTimeout(back, 50); // the calls may come before the board is drawn; rows and closed calls come a little later
}
effect(() => {
  live.value;
  needing.value;
  requestAnimationFrame(back);
});
