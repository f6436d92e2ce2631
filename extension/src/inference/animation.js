// Tells an animated image from a still one by its bytes, whatever it is called, and judges it by several of its frames.

import { sampleAnimation } from "./animation-frames.js";
import { judgeClip } from "./clip-verdict.js";

/** @typedef {import("./verdict.js").ScoredVerdict | import("./verdict.js").UnscoredVerdict} Verdict */

/**
 * @param {ArrayBuffer} bytes of an animated image
 * @param {Verdict} first of its first frame
 * @param {(frame: ArrayBuffer, index: number) => Promise<Verdict>} judgeFrame
 * @param {import("./model-manifest.js").ModelManifest} manifest
 * @param {import("./verdict.js").Mode} mode
 * @returns {Promise<Verdict & {isAnimated?: true, clip?: import("./clip-verdict.js").Clip}>} with the clip's verdict where its frames
 *   give one, and the first frame's otherwise; faces: of the first frame, which is what a page shows of it at first
 */
export async function judgeAnimation(bytes, first, judgeFrame, manifest, mode) {
  const [, ...further] = await sampleAnimation(bytes, manifest.clip.animationFrames);
  const frames = [{ time: 0, result: first }];
  for (const [index, frame] of further.entries()) frames.push({ time: frame.time, result: await judgeFrame(frame.bytes, index + 1) });
  const { status, band, fakeScore, clip } = judgeClip(frames, manifest, mode);
  if (status !== "scored" || band === undefined || fakeScore === undefined) return { ...first, isAnimated: true };
  const faces = first.status === "scored" ? first.faces : [];
  return { status, band, fakeScore, faces, imageSize: first.imageSize, clip: { ...clip, worstFrame: undefined } };
}

/**
 * @param {ArrayBuffer} buffer the file
 * @returns {boolean} whether it shows more than one frame
 */
export function isAnimated(buffer) {
  const bytes = new Uint8Array(buffer);
  const text = (/** @type {number} */ at, /** @type {number} */ length) => String.fromCharCode(...bytes.subarray(at, at + length));
  if (text(0, 4) === "GIF8") return hasTwoGifFrames(bytes);
  // Bit 1 of the flags of an extended WebP; the first chunk starts at 12, its content at 20.
  if (text(0, 4) === "RIFF" && text(8, 8) === "WEBPVP8X") return (bytes[20] & 2) !== 0;
  if (text(1, 3) === "PNG") return hasPngAnimation(new DataView(buffer), text);
  return text(4, 8) === "ftypavis";
}

/** @param {Uint8Array} bytes */
function hasTwoGifFrames(bytes) {
  const tableSize = (/** @type {number} */ flags) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  /** @param {number} start @returns {number} behind a chain of data blocks, each with its length in front */
  const skipBlocks = (start) => {
    let at = start;
    while (bytes[at] > 0) at += bytes[at] + 1;
    return at + 1;
  };
  let frames = 0;
  let at = 13 + tableSize(bytes[10]);
  while (at < bytes.length) {
    if (bytes[at] === 0x21) {
      at = skipBlocks(at + 2);
    } else if (bytes[at] === 0x2c) {
      frames += 1;
      if (frames > 1) return true;
      at = skipBlocks(at + 11 + tableSize(bytes[at + 9]));
    } else {
      return false; // the end, or a damaged file
    }
  }
  return false;
}

/**
 * @param {DataView} view
 * @param {(at: number, length: number) => string} text
 */
function hasPngAnimation(view, text) {
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const type = text(at + 4, 4);
    if (type === "acTL") return true;
    if (type === "IDAT") return false;
  }
  return false;
}
