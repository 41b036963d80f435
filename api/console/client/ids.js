/** The ids of events: "milliseconds-number", in one order for all calls. */

/**
 * Whether one id comes after another; every id comes after "".
 *
 * @param {string} id
 * @param {string} other
 */
export function after(id, other) {
  if (!id || !other) return Boolean(id);
  const [[ms, number = 0], [otherMs, otherNumber = 0]] = [id, other].map((each) => each.split("-").map(Number));
  return ms === otherMs ? number > otherNumber : ms > otherMs;
}
