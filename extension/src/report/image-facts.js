// What the bytes of an image file say of it, without decoding: its format, how strongly it was compressed, its maker's notes.

import { formatOf, latin1 } from "../shared/image-format.js";

/** @typedef {import("../shared/image-format.js").Format} Format */
/**
 * @typedef {object} ImageFacts
 * @property {Format} format
 * @property {string} mimeType
 * @property {number | null} jpegQuality 1 to 100 on the scale of the common encoder; null where there is none to be read
 * @property {boolean} saysScreenshot the file's own notes call it a screenshot
 */

const NOTES_LENGTH = 64 * 1024;
const START_OF_SCAN = 0xda;
const QUANTISATION = 0xdb;
const HIGHEST_RESTART = 0xd7;
const LOWEST_RESTART = 0xd0;
// Means of the standard luminance table (ITU T.81 K.1), which encoders scale by the quality.
const STANDARD_MEAN = 57.625;

/**
 * @param {ArrayBuffer} buffer of an image file
 * @returns {ImageFacts}
 */
export function readImageFacts(buffer) {
  const bytes = new Uint8Array(buffer);
  const { format, mimeType } = formatOf(bytes);
  const notes = latin1(bytes.subarray(0, NOTES_LENGTH));
  return {
    format,
    mimeType,
    jpegQuality: format === "jpeg" ? jpegQuality(bytes) : null,
    // Apple's screenshots say so in their EXIF comment.
    saysScreenshot: /Screenshot/.test(notes),
  };
}

/**
 * @param {Uint8Array} bytes of a JPEG file
 * @returns {number | null} from the mean of its luminance quantisation table
 */
function jpegQuality(bytes) {
  let place = 2;
  while (place + 4 <= bytes.length && bytes[place] === 0xff) {
    const marker = bytes[place + 1];
    if (marker === START_OF_SCAN) return null;
    if (marker >= LOWEST_RESTART && marker <= HIGHEST_RESTART) {
      place += 2;
      continue;
    }
    const length = bytes[place + 2] * 256 + bytes[place + 3];
    if (marker === QUANTISATION) return qualityOfTable(bytes.subarray(place + 4, place + 2 + length));
    place += 2 + length;
  }
  return null;
}

/**
 * @param {Uint8Array} segment of the first quantisation table, which is the luminance's
 * @returns {number | null}
 */
function qualityOfTable(segment) {
  const isWide = segment[0] >> 4 === 1;
  const length = isWide ? 128 : 64;
  if (segment.length < 1 + length) return null;
  let sum = 0;
  for (let index = 0; index < 64; index += 1) sum += isWide ? segment[1 + index * 2] * 256 + segment[2 + index * 2] : segment[1 + index];
  const percent = (sum / 64 / STANDARD_MEAN) * 100;
  // The common encoder scales its table by 200 - 2q percent from quality 50 on, by 5000 / q below.
  const quality = percent <= 100 ? (200 - percent) / 2 : 5000 / percent;
  return Math.min(100, Math.max(1, Math.round(quality)));
}
