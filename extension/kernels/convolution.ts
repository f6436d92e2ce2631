// The convolution of WebAssembly: a product of matrices in registers, over the memory of TensorFlow.js.
//
// AssemblyScript, for browsers with relaxed SIMD: one instruction multiplies and adds, where TensorFlow.js's own kernel takes
// two. No strings and no static arrays: they would be laid over TensorFlow.js's data.

import { CHANNELS, CHANNELS_BYTES, NARROW_CHANNELS, NARROW_PIXELS, narrowTile, PIXELS, tile } from "./convolution-tiles";

/** Input that is used again for every eight channels has to stay in the processor's nearest cache. */
const BLOCK_BYTES: usize = 32768;

/**
 * Convolves without padding.
 *
 * Addresses and sizes are in bytes unless said otherwise. The filter is packed by eight output channels (those beyond the
 * last are zeros): eight biases, eight slopes, then for each input value its eight weights.
 * Tiles run on from one line, and from one image, to the next: each pixel's window is looked up.
 *
 * @param input float32 [images, height, width, channels]
 * @param filter packed
 * @param output float32 [images, outHeight, outWidth, outChannels]
 * @param windows 32,768 bytes, of use to nobody afterwards
 * @param images their number
 * @param outHeight pixels
 * @param outWidth pixels
 * @param outChannels their number
 * @param filterHeight pixels
 * @param filterLine of one line of the filter's window in the input: its width in pixels x channels x 4
 * @param inputLine of a line of the input
 * @param inputImage of an image of the input
 * @param stepX from the window of one output pixel to that of the next
 * @param stepY from the windows of one output line to those of the next
 * @param isSloped whether sums below zero are multiplied by their channel's slope (PReLU)
 * @param lower what the activation lets through at least
 * @param upper and at most
 */
export function convolve(
  input: usize,
  filter: usize,
  output: usize,
  windows: usize,
  images: usize,
  outHeight: usize,
  outWidth: usize,
  outChannels: usize,
  filterHeight: usize,
  filterLine: usize,
  inputLine: usize,
  inputImage: usize,
  stepX: usize,
  stepY: usize,
  isSloped: bool,
  lower: f32,
  upper: f32,
): void {
  const outPixel = outChannels << 2;
  // A window has four bytes at least, its place in the list as many: the list is no longer than the block.
  const block = PIXELS * max<usize>(1, BLOCK_BYTES / (PIXELS * filterHeight * filterLine));
  const nextLine = stepY - outWidth * stepX;
  const nextImage = inputImage - outHeight * stepY;
  let left = images * outHeight * outWidth;
  let window = input, x: usize = 0, y: usize = 0;
  while (left > 0) {
    const count = min(left, block);
    for (let place = windows; place < windows + (count << 2); place += 4) {
      store<u32>(place, <u32>window);
      window += stepX;
      if (++x < outWidth) continue;
      x = 0, window += nextLine;
      if (++y < outHeight) continue;
      y = 0, window += nextImage;
    }
    let panel = filter;
    for (let channel: usize = 0; channel < outChannels; channel += CHANNELS) {
      const next = panel + CHANNELS_BYTES * (2 + filterHeight * (filterLine >> 2));
      const channels = min(outChannels - channel, CHANNELS), out = output + (channel << 2);
      if (channels > NARROW_CHANNELS) {
        for (let pixel: usize = 0; pixel < count; pixel += PIXELS) {
          tile(windows, panel, next, out, pixel, count - 1, channels, filterLine, inputLine, outPixel, isSloped, lower, upper);
        }
      } else {
        for (let pixel: usize = 0; pixel < count; pixel += NARROW_PIXELS) {
          narrowTile(windows, panel, next, out, pixel, count - 1, channels, filterLine, inputLine, outPixel, isSloped, lower, upper);
        }
      }
      panel = next;
    }
    output += count * outPixel;
    left -= count;
  }
}
