// Takes frames out of an animated image, where the browser has a decoder for them.

import { formatOf } from "../shared/image-format.js";
import { animationIndices } from "./clip-rule.js";

/** @typedef {{time: number, bytes: ArrayBuffer}} Frame time: seconds from the first; bytes: of a PNG */

/**
 * @param {ArrayBuffer} buffer of an animated image
 * @param {number} count frames at most
 * @returns {Promise<Frame[]>} the first and others spread evenly; none where the browser cannot tell them apart
 */
export async function sampleAnimation(buffer, count) {
  const { ImageDecoder } = /** @type {{ImageDecoder?: any}} */ (globalThis);
  const type = formatOf(new Uint8Array(buffer)).mimeType;
  if (!ImageDecoder || !(await ImageDecoder.isTypeSupported(type))) return [];
  const decoder = new ImageDecoder({ data: buffer, type });
  try {
    await Promise.all([decoder.tracks.ready, decoder.completed]);
    const frames = [];
    for (const frameIndex of animationIndices(decoder.tracks.selectedTrack?.frameCount ?? 0, count)) {
      const { image } = await decoder.decode({ frameIndex });
      try {
        frames.push({ time: image.timestamp / 1e6, bytes: await toPng(image) });
      } finally {
        image.close();
      }
    }
    return frames;
  } catch (error) {
    // A damaged frame further on: the first one is judged all the same.
    console.warn("The frames of an animation could not be read:", error);
    return [];
  } finally {
    decoder.close();
  }
}

/** @param {any} image a VideoFrame */
async function toPng(image) {
  const { displayWidth: width, displayHeight: height } = image;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("The browser gave no canvas for a frame.");
  context.drawImage(image, 0, 0, width, height);
  return (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer();
}
