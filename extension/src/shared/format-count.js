// Words a count of 100.

/** @param {number} count of 100; small ones keep a decimal: 0.4 is not "none" */
export function formatCount(count) {
  return count > 0 && count < 10 ? String(Math.round(count * 10) / 10) : String(Math.round(count));
}
