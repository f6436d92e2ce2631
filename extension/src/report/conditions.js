// What about an image makes its verdict less certain.

/** @typedef {import("../shared/verdict-wording.js").Result} Result */
/** @typedef {import("./image-facts.js").ImageFacts} ImageFacts */
/**
 * @typedef {"screen_copy" | "screenshot" | "tiny_image" | "compressed" | "few_bytes" | "small_face" | "unjudged_face" | "marked_face"} ConditionName
 * @typedef {{name: ConditionName, values: (string | number)[]}} Condition values: for its sentence
 */

// Below this quality the blocks of JPEG are as large as the traces that the network looks for.
const LOW_QUALITY = 60;
const FEW_BITS_PER_PIXEL = 0.6;
const SCREENSHOT_NAME = /screen.?shot|screen.?cap|bildschirmfoto|capture.d.?.cran|captura.de.pantalla|ekran.g.r.nt/i;

/**
 * @param {object} check
 * @param {Pick<Result, "via" | "faces" | "imageSize">} check.result
 * @param {ImageFacts} check.facts
 * @param {number} check.byteLength of the file
 * @param {string} check.name of the file, or ""
 * @param {number} check.inputSize pixels a side of what the network sees
 * @returns {Condition[]} what concerns the whole image first
 */
export function conditionsOf({ result, facts, byteLength, name, inputSize }) {
  const { width, height } = result.imageSize ?? { width: 0, height: 0 };
  const faces = result.faces ?? [];
  /** @type {Condition[]} */
  const found = [];
  if (result.via === "screen_copy") found.push({ name: "screen_copy", values: [] });
  else if (facts.saysScreenshot || SCREENSHOT_NAME.test(name)) found.push({ name: "screenshot", values: [] });
  if (width > 0 && Math.max(width, height) < inputSize) found.push({ name: "tiny_image", values: [width, height] });
  if (result.via !== "screen_copy" && width > 0) {
    const bitsPerPixel = (byteLength * 8) / (width * height);
    const isLossy = facts.format === "webp" || facts.format === "avif" || facts.format === "heic";
    if (facts.jpegQuality !== null && facts.jpegQuality < LOW_QUALITY) found.push({ name: "compressed", values: [facts.jpegQuality] });
    else if (isLossy && bitsPerPixel < FEW_BITS_PER_PIXEL) found.push({ name: "few_bytes", values: [oneDecimal(bitsPerPixel)] });
  }
  if (faces.some(({ isMarked }) => isMarked)) found.push({ name: "marked_face", values: [] });
  faces.forEach(({ status, cropSquare, boxXyxy: [x1, y1, x2, y2] }, index) => {
    const side = Math.round(Math.max(x2 - x1, y2 - y1));
    if (status === "too_small") found.push({ name: "unjudged_face", values: [index + 1, side] });
    else if (cropSquare && cropSquare.side < inputSize / 2) {
      found.push({ name: "small_face", values: [index + 1, side, oneDecimal(inputSize / cropSquare.side)] });
    }
  });
  return found;
}

/** @param {number} value */
function oneDecimal(value) {
  return Math.round(value * 10) / 10;
}
