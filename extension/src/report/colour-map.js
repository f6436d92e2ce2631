// The colours of the anomaly map: matplotlib's inferno, which rises evenly in lightness for every kind of colour vision.

const STOPS = ["000004", "0c0826", "240c4f", "420a68", "5d126e", "781c6d", "932667", "ae305c", "c73e4c", "dd513a", "ed6925", "f8850f", "fca50a", "fac62d", "f2e661", "fcffa4"];
const COLOURS = STOPS.map((hex) => [0, 2, 4].map((start) => parseInt(hex.slice(start, start + 2), 16)));

/**
 * @param {number} value in [0, 1]; beyond, the nearer end
 * @returns {number[]} red, green, blue in [0, 255]
 */
export function colourOf(value) {
  const place = Math.min(Math.max(value, 0), 1) * (COLOURS.length - 1);
  const lower = Math.min(Math.floor(place), COLOURS.length - 2);
  const share = place - lower;
  return COLOURS[lower].map((channel, index) => channel * (1 - share) + COLOURS[lower + 1][index] * share);
}

/** The same colours from low to high, as a CSS gradient along the text's direction. @param {boolean} isRightToLeft */
export function gradient(isRightToLeft) {
  return `linear-gradient(to ${isRightToLeft ? "left" : "right"}, ${STOPS.map((hex) => `#${hex}`).join(", ")})`;
}
