// Decodes the bytes of an image file to upright, opaque sRGB pixels.

import { createCanvasProbe } from "../shared/canvas-probe.js";
import { CheckError } from "./check-error.js";
import { headerSize } from "./header-size.js";

/** @typedef {import("./raster-image.js").RasterImage} RasterImage */

export const MAX_PIXELS = 100e6;
// A canvas's longest side in Chromium.
const MAX_SIDE = 16384;

const isCanvasExact = createCanvasProbe(() => createContext(64, 64));

/**
 * EXIF orientation is applied, colours are converted to sRGB, alpha is laid over white, and of an animation the first
 * frame is taken. What the file is, is decided by its bytes, not by a header.
 *
 * @param {ArrayBuffer} bytes
 * @returns {Promise<RasterImage>} four channels, the fourth 255 throughout
 * @throws {CheckError} not_an_image, too_large, or canvas_noise: what is read would not be what was drawn
 */
export async function decodeImage(bytes) {
  if (bytes.byteLength === 0) throw new CheckError("not_an_image", "The file is empty.");
  if (!isCanvasExact()) {
    throw new CheckError("canvas_noise", "A protection against fingerprinting changes the picture before it can be judged. Allow this extension to read canvases.");
  }
  // Before the pixels, which a small file can ask gigabytes for; and after, for kinds of files whose header is not read.
  requireSize(headerSize(bytes));
  const bitmap = await createBitmap(bytes);
  try {
    const { width, height } = bitmap;
    requireSize(bitmap);
    const context = createContext(width, height);
    if (!context) throw new CheckError("engine", "The browser gave no canvas to decode the image on.");
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    // Its pixels go now, rather than with some later collection of garbage.
    context.canvas.width = context.canvas.height = 0;
    // The same bytes in the kind of array that all other images have: code that meets two kinds runs slower.
    return { width, height, channels: 4, data: new Uint8Array(data.buffer) };
  } finally {
    bitmap.close();
  }
}

/**
 * @param {{width: number, height: number} | null} size pixels
 * @throws {CheckError} too_large
 */
function requireSize(size) {
  if (!size || (size.width * size.height <= MAX_PIXELS && Math.max(size.width, size.height) <= MAX_SIDE)) return;
  const limits = `${MAX_PIXELS / 1e6} megapixels or ${MAX_SIDE} a side`;
  throw new CheckError("too_large", `The image is too large: ${size.width} × ${size.height} is over ${limits}.`);
}

/**
 * @param {number} width
 * @param {number} height
 */
function createContext(width, height) {
  // willReadFrequently keeps the pixels off the GPU, whose blending and colour conversion round differently.
  return new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
}

/**
 * @param {ArrayBuffer} bytes
 * @returns {Promise<ImageBitmap>}
 */
async function createBitmap(bytes) {
  try {
    return await createImageBitmap(new Blob([bytes]), {
      imageOrientation: "from-image",
      premultiplyAlpha: "none",
      colorSpaceConversion: "default",
    });
  } catch (cause) {
    const message = "The file is damaged, or no image in a format that this browser decodes.";
    throw new CheckError("not_an_image", message, { cause });
  }
}
