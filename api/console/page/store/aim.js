/**
 * A click acts on what was aimed at, and once. The second click of a double click acts on nothing; nor does one on what came under a pointer that
 * was already on its way, or at rest, within the last moment: the screen changed, and whoever clicked meant what had been there. One guard for every
 * button and link, before any of them hears of the click. A key is never held back: it acts where the focus is.
 */

import { t } from "../i18n/index.js";
import { say } from "./actions.js";

const MOMENT_MS = 500;
const REST_MS = 150;
const STEADY_PX = 1; // no hand rests quite still
/** Parts that move nothing outside of them when something comes or goes in them. */
const APART = "[role=log], .transcript, .strip, .head, .board, .talk, .side, .caller, dialog";
/** Parts that stand on their foot: what joins above makes the log shorter, and moves nothing below. */
const ON_FOOT = ".talk, .caller";
const WHOLE = ".frame, main";

let changes = []; // {at, records}: what the tree of the page went through of late
new MutationObserver((records) => {
  const at = performance.now();
  changes = [...changes.filter((each) => at - each.at < MOMENT_MS), { at, records }];
}).observe(document.getElementById("app"), { childList: true, subtree: true, attributes: true, attributeFilter: ["data-view", "data-layout", "open", "hidden"] });

/** Where the pointer rests, whether it does, when it was last moved, and when it set out for where it is. A finger sets out unseen. */
let [place, rests, moved, since] = [{ x: -1, y: -1 }, true, -Infinity, -Infinity];
addEventListener("pointermove", ({ clientX: x, clientY: y, timeStamp }) => {
  rests ||= timeStamp - moved > REST_MS;
  moved = timeStamp;
  if (rests && Math.hypot(x - place.x, y - place.y) <= STEADY_PX) return;
  if (rests) since = timeStamp;
  [rests, place] = [false, { x, y }];
}, { capture: true, passive: true });
addEventListener("pointerdown", ({ clientX: x, clientY: y, pointerType }) => {
  [rests, place] = [true, { x, y }];
  if (pointerType !== "mouse") since = -Infinity;
}, { capture: true, passive: true });

const after = (node, hit) => node.isConnected && !node.contains(hit) && Boolean(node.compareDocumentPosition(hit) & Node.DOCUMENT_POSITION_FOLLOWING);
const isPart = (node) => node.nodeType === Node.ELEMENT_NODE;

/** Whether what was clicked is new by this change, or may stand elsewhere since. */
function displaces({ type, target, addedNodes, removedNodes, nextSibling }, hit) {
  if (type === "attributes") return target.contains(hit) || (!target.closest(APART) && after(target, hit));
  if (![...addedNodes, ...removedNodes].some(isPart)) return false;
  if ([...addedNodes].some((node) => node.contains(hit))) return true;
  if (target.matches(WHOLE)) return target.contains(hit);
  const part = target.closest(APART);
  if (target.matches(ON_FOOT) || (part && !part.contains(hit))) return false;
  return nextSibling?.isConnected ? nextSibling.contains(hit) || after(nextSibling, hit) : after(target, hit);
}
const came = (hit, timeStamp) => changes.some(({ at, records }) => at >= since && timeStamp - at < MOMENT_MS && records.some((each) => displaces(each, hit)));

addEventListener("click", (event) => {
  const hit = event.target.closest?.("button, a[href], summary");
  if (!hit || !event.detail) return; // by a key
  const again = event.detail > 1 && !hit.closest("[data-quick]");
  if (!again && !came(hit, event.timeStamp)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!again) say(t("moved"));
}, { capture: true });
