import { t } from "../i18n/index.js";
import { say } from "../store/actions.js";
import { acts, state } from "../store/link.js";

/** Why nothing can be changed now, in a sentence; "" while it can. @param {{value: boolean}} can `whole` for what all hosts have */
export const whyOff = (can = acts) => (can.value ? "" : t(state.value === "away" ? "off.away" : "off.cut"));
/** What a press does; while nothing can be changed it says why. @param {() => void} does */
export const press = (does, can = acts) => () => (can.value ? does() : say(whyOff(can)));
