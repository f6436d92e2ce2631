// The size of an image as the header of its file tells it: of what would be too large not even the pixels are asked for.

import { formatOf } from "../shared/image-format.js";

const MARKER = 0xff;
/** JPEG's frames, which tell the size; the numbers between them are tables. */
const isFrame = (/** @type {number} */ code) => code >= 0xc0 && code <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(code);

/**
 * @param {ArrayBuffer} buffer of an image file
 * @returns {{width: number, height: number} | null} pixels, before any turn; null where a header of this kind is not read
 */
export function headerSize(buffer) {
  const view = new DataView(buffer);
  try {
    switch (formatOf(new Uint8Array(buffer)).format) {
      case "png":
        return { width: view.getUint32(16), height: view.getUint32(20) };
      case "gif":
        return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
      case "webp":
        return webpSize(view);
      case "jpeg":
        return jpegSize(view);
      default:
        return null;
    }
  } catch {
    return null; // cut off: the decoder says what is wrong
  }
}

/** @param {DataView} view */
function jpegSize(view) {
  for (let at = 2; view.getUint8(at) === MARKER; ) {
    const code = view.getUint8(at + 1);
    if (isFrame(code)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // Any marker may be led by more of the same byte.
    at += code === MARKER ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}

/** @param {DataView} view */
function webpSize(view) {
  const low = (/** @type {number} */ at, /** @type {number} */ bits) => view.getUint32(at, true) & (2 ** bits - 1);
  switch (view.getUint8(15)) {
    case 0x58: // "X" of VP8X: three bytes each
      return { width: low(24, 24) + 1, height: (view.getUint32(26, true) >>> 8) + 1 };
    case 0x4c: // "L" of VP8L: 14 bits each
      return { width: low(21, 14) + 1, height: ((view.getUint32(21, true) >>> 14) & 0x3fff) + 1 };
    default: // VP8: 14 bits of two bytes each
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
}
