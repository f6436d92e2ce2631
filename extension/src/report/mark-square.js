// The square that is put around a face by hand: where it begins, how it moves and grows. It never leaves the picture.

/** @typedef {{x: number, y: number, side: number}} Square left, top and side, whole pixels of the picture */
/** @typedef {{x: number, y: number}} Point pixels of the picture, from its left and top */
/**
 * @typedef {object} Bounds
 * @property {number} width of the picture, pixels
 * @property {number} height of the picture, pixels
 * @property {number} least side of the smallest face that is judged, pixels; no more than width and height
 */

/**
 * @param {Bounds} bounds
 * @returns {Square} in the middle, half as large as the picture
 */
export function middleSquare(bounds) {
  const side = withinSide(Math.min(bounds.width, bounds.height) / 2, bounds);
  return inside({ x: (bounds.width - side) / 2, y: (bounds.height - side) / 2, side }, bounds);
}

/**
 * @param {Square} square
 * @param {Point} by
 * @param {Bounds} bounds
 * @returns {Square}
 */
export function moved({ x, y, side }, by, bounds) {
  return inside({ x: x + by.x, y: y + by.y, side }, bounds);
}

/**
 * @param {Square} square
 * @param {number} by pixels a side; negative: smaller
 * @param {Bounds} bounds
 * @returns {Square} around the same centre, as far as the picture reaches
 */
export function grown({ x, y, side: before }, by, bounds) {
  const side = withinSide(before + by, bounds);
  return inside({ x: x + (before - side) / 2, y: y + (before - side) / 2, side }, bounds);
}

/**
 * Drawn anew, or by one of its corners: the one across stays.
 *
 * @param {Point} fixed the corner that stays
 * @param {Point} to where the pointer is, on any side of it
 * @param {Bounds} bounds
 * @returns {Square} from one to the other, and no larger than there is room
 */
export function drawn(fixed, to, bounds) {
  const [isLeftwards, isUpwards] = [to.x < fixed.x, to.y < fixed.y];
  const room = Math.min(isLeftwards ? fixed.x : bounds.width - fixed.x, isUpwards ? fixed.y : bounds.height - fixed.y);
  const side = withinSide(Math.min(Math.max(Math.abs(to.x - fixed.x), Math.abs(to.y - fixed.y)), room), bounds);
  return inside({ x: isLeftwards ? fixed.x - side : fixed.x, y: isUpwards ? fixed.y - side : fixed.y, side }, bounds);
}

/** @param {Square} square @returns {Point} */
export function centreOf({ x, y, side }) {
  return { x: x + side / 2, y: y + side / 2 };
}

/** @param {Square} square @returns {number} pixels that one key press moves it: little for a small face */
export function stepOf({ side }) {
  return Math.max(1, Math.round(side / 20));
}

/**
 * @param {Square} square
 * @param {{width: number, height: number}} picture pixels
 * @returns {import("./subject.js").Area}
 */
export function areaOf({ x, y, side }, { width, height }) {
  return { x: x / width, y: y / height, width: side / width, height: side / height };
}

/**
 * @param {import("./subject.js").Area} area as areaOf gives it
 * @param {{width: number, height: number}} picture pixels
 * @returns {Square}
 */
export function squareOf(area, { width, height }) {
  return { x: Math.round(area.x * width), y: Math.round(area.y * height), side: Math.round(area.width * width) };
}

/** @param {number} side @param {Bounds} bounds */
function withinSide(side, { width, height, least }) {
  return Math.round(clamp(side, least, Math.min(width, height)));
}

/** @param {Square} square @param {Bounds} bounds @returns {Square} moved back into the picture, in whole pixels */
function inside({ x, y, side }, { width, height }) {
  return { x: Math.round(clamp(x, 0, width - side)), y: Math.round(clamp(y, 0, height - side)), side };
}

/** @param {number} value @param {number} least @param {number} most */
function clamp(value, least, most) {
  return Math.min(Math.max(value, least), most);
}
