// Takes a verdict back where another picture was judged than the one that the page shows.

/** @typedef {import("../shared/verdict-wording.js").Result} Result */

// Beyond what rounding to whole pixels explains: sites hand out the same picture in several sizes.
const SHAPE_TOLERANCE = 0.02;

/**
 * An address may give another picture than it gave the page: one made for each request, a newer one, one for those without
 * cookies. They are told apart by their shapes.
 *
 * @param {Result} result of what the address gave, or of a copy of the screen: that is of what shows, perhaps of a part of it
 * @param {{width: number, height: number} | undefined} shown upright, as what was judged is; undefined where it is not known
 * @returns {Result} a failure where they cannot be the same picture
 */
export function asShown(result, shown) {
  const { imageSize, via } = result;
  if (!shown || !imageSize || via === "screen_copy") return result;
  const ratio = (imageSize.width * shown.height) / (imageSize.height * shown.width);
  if (Math.abs(ratio - 1) <= SHAPE_TOLERANCE + 1 / Math.min(shown.width, shown.height)) return result;
  return { status: "failed", code: "not_as_shown", reason: "The address of the image gives another one than the page shows." };
}
