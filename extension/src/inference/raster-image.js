// The form in which images travel through the pipeline.

/**
 * An upright sRGB image; rows from the top, pixels from the left, channels interleaved. A fourth channel is ignored
 * (the image is opaque): it spares a copy of what the canvas returns.
 *
 * @typedef {object} RasterImage
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {3 | 4} channels
 * @property {Uint8Array | Uint8ClampedArray} data uint8 [height, width, channels], range [0, 255]
 */

/**
 * Cuts out a rectangle, for instance the image's place in a copy of the screen.
 *
 * @param {RasterImage} image
 * @param {{x: number, y: number, width: number, height: number}} area fractions of the image, 0 to 1
 * @returns {RasterImage}
 * @throws {RangeError} when less than one pixel of the image lies inside
 */
export function cutOut(image, area) {
  const left = Math.max(0, Math.round(area.x * image.width));
  const top = Math.max(0, Math.round(area.y * image.height));
  const right = Math.min(image.width, Math.round((area.x + area.width) * image.width));
  const bottom = Math.min(image.height, Math.round((area.y + area.height) * image.height));
  if (!(right > left && bottom > top)) throw new RangeError("nothing of the image is visible on the screen");
  const width = right - left;
  const height = bottom - top;
  const data = new Uint8Array(width * height * image.channels);
  for (let row = 0; row < height; row += 1) {
    const start = ((top + row) * image.width + left) * image.channels;
    data.set(image.data.subarray(start, start + width * image.channels), row * width * image.channels);
  }
  return { width, height, channels: image.channels, data };
}
