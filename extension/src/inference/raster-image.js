// The form in which images travel through the pipeline.

/**
 * An upright sRGB image; rows from the top, pixels from the left, channels interleaved. A fourth channel is ignored
 * (the image is opaque): it spares a copy of what the canvas returns.
 *
 * @typedef {object} RasterImage
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {3 | 4} channels
 * @property {Uint8Array} data uint8 [height, width, channels], range [0, 255]
 */

/**
 * @param {import("./image-source.js").Area} area
 * @param {{width: number, height: number}} image pixels
 * @returns {[left: number, top: number, right: number, bottom: number]} whole pixels, no further than the image reaches
 */
export function boxOf(area, { width, height }) {
  const left = Math.max(0, Math.round(area.x * width));
  const top = Math.max(0, Math.round(area.y * height));
  const right = Math.min(width, Math.round((area.x + area.width) * width));
  const bottom = Math.min(height, Math.round((area.y + area.height) * height));
  return [left, top, right, bottom];
}

/**
 * Cuts out a rectangle, for instance the image's place in a copy of the screen.
 *
 * @param {RasterImage} image
 * @param {import("./image-source.js").Area} area
 * @returns {RasterImage}
 * @throws {RangeError} when less than one pixel of the image lies inside
 */
export function cutOut(image, area) {
  const [left, top, right, bottom] = boxOf(area, image);
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
