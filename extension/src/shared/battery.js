// Whether the battery runs low, in the browsers that tell (Chromium, on https pages).

const LOW_LEVEL = 0.2;

/** @typedef {EventTarget & {charging: boolean, level: number}} Battery level: 0 to 1 */

/** @returns {Promise<Battery | null>} null where the browser does not tell, or not to this frame */
export async function readBattery() {
  const { getBattery } = /** @type {{getBattery?: () => Promise<Battery>}} */ (/** @type {unknown} */ (navigator));
  return (await getBattery?.call(navigator).catch(() => null)) ?? null;
}

/** @param {Battery | null} battery @returns {boolean} */
export function isLow(battery) {
  return battery !== null && !battery.charging && battery.level < LOW_LEVEL;
}
