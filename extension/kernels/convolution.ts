// The convolution of WebAssembly: a product of matrices in registers, over the memory of TensorFlow.js.
//
// AssemblyScript, for browsers with relaxed SIMD: one instruction multiplies and adds, where TensorFlow.js's own kernel takes
// two. Everything that the inner loop does not use is made anew after it: a value too many in registers halves the speed. No
// strings and no static arrays: they would be laid over TensorFlow.js's data.

/** Pixels and channels of a tile: its ten sums, two weights and one input fit the sixteen registers of a processor. */
const PIXELS: usize = 5;
const CHANNELS: usize = 8;
const CHANNELS_BYTES: usize = 32;
/** Input that is used again for every eight channels has to stay in the processor's nearest cache. */
const BLOCK_BYTES: usize = 32768;

/**
 * Convolves without padding.
 *
 * Addresses and sizes are in bytes unless said otherwise. The filter is packed by eight output channels (those beyond the
 * last are zeros): eight biases, eight slopes of the activation below zero, then for each input value its eight weights.
 *
 * @param input float32 [images, height, width, channels]
 * @param filter packed
 * @param output float32 [images, outHeight, outWidth, outChannels]
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
 * @param upper what the activation lets through at most
 */
export function convolve(
  input: usize,
  filter: usize,
  output: usize,
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
  upper: f32,
): void {
  const outPixel = outChannels << 2;
  const block = PIXELS * max<usize>(1, BLOCK_BYTES / (PIXELS * filterHeight * filterLine));
  for (let image: usize = 0; image < images; image++) {
    for (let y: usize = 0; y < outHeight; y++) {
      const line = input + image * inputImage + y * stepY;
      const outLine = output + (image * outHeight + y) * outWidth * outPixel;
      for (let start: usize = 0; start < outWidth; start += block) {
        const end = min(outWidth, start + block);
        let panel = filter;
        for (let channel: usize = 0; channel < outChannels; channel += CHANNELS) {
          const next = panel + CHANNELS_BYTES * (2 + filterHeight * (filterLine >> 2));
          for (let x = start; x < end; x += PIXELS) {
            const left = min(outChannels - channel, CHANNELS);
            tile(line, panel, next, outLine + (channel << 2), x, end - 1, left, filterLine, inputLine, stepX, outPixel, upper);
          }
          panel = next;
        }
      }
    }
  }
}

/** Five pixels from `x` by eight channels. Where pixels end at `last`, that one is computed again in place of the others. */
// @ts-ignore: decorator
@inline
function tile(
  line: usize,
  panel: usize,
  panelEnd: usize,
  output: usize,
  x: usize,
  last: usize,
  channels: usize,
  filterLine: usize,
  inputLine: usize,
  stepX: usize,
  outPixel: usize,
  upper: f32,
): void {
  const x1 = min(x + 1, last), x2 = min(x + 2, last), x3 = min(x + 3, last), x4 = min(x + 4, last);
  let in0 = line + x * stepX, in1 = line + x1 * stepX, in2 = line + x2 * stepX, in3 = line + x3 * stepX, in4 = line + x4 * stepX;
  let low0 = v128.load(panel), high0 = v128.load(panel, 16);
  let low1 = low0, low2 = low0, low3 = low0, low4 = low0;
  let high1 = high0, high2 = high0, high3 = high0, high4 = high0;
  let weights = panel + 2 * CHANNELS_BYTES;
  do {
    const lineEnd = weights + filterLine * CHANNELS;
    do {
      const low = v128.load(weights), high = v128.load(weights, 16);
      let value = v128.load_splat<f32>(in0);
      low0 = f32x4.relaxed_madd(value, low, low0), high0 = f32x4.relaxed_madd(value, high, high0);
      value = v128.load_splat<f32>(in1);
      low1 = f32x4.relaxed_madd(value, low, low1), high1 = f32x4.relaxed_madd(value, high, high1);
      value = v128.load_splat<f32>(in2);
      low2 = f32x4.relaxed_madd(value, low, low2), high2 = f32x4.relaxed_madd(value, high, high2);
      value = v128.load_splat<f32>(in3);
      low3 = f32x4.relaxed_madd(value, low, low3), high3 = f32x4.relaxed_madd(value, high, high3);
      value = v128.load_splat<f32>(in4);
      low4 = f32x4.relaxed_madd(value, low, low4), high4 = f32x4.relaxed_madd(value, high, high4);
      weights += CHANNELS_BYTES;
      in0 += 4, in1 += 4, in2 += 4, in3 += 4, in4 += 4;
    } while (weights < lineEnd);
    const skip = inputLine - filterLine;
    in0 += skip, in1 += skip, in2 += skip, in3 += skip, in4 += skip;
  } while (weights < panelEnd);
  store(output + x * outPixel, low0, high0, panel, upper, channels);
  store(output + x1 * outPixel, low1, high1, panel, upper, channels);
  store(output + x2 * outPixel, low2, high2, panel, upper, channels);
  store(output + x3 * outPixel, low3, high3, panel, upper, channels);
  store(output + x4 * outPixel, low4, high4, panel, upper, channels);
}

/** Activates up to eight channels of a pixel and writes them, and nothing beyond. */
// @ts-ignore: decorator
@inline
function store(output: usize, low: v128, high: v128, panel: usize, upper: f32, channels: usize): void {
  const first = activate(low, v128.load(panel, 32), upper), second = activate(high, v128.load(panel, 48), upper);
  if (channels >= 4) {
    v128.store(output, first);
    if (channels == 8) v128.store(output, second, 16);
    else storeSome(output + 16, second, channels - 4);
  } else {
    storeSome(output, first, channels);
  }
}

/** The first `count` < 4 values. */
// @ts-ignore: decorator
@inline
function storeSome(output: usize, values: v128, count: usize): void {
  if (count > 0) v128.store_lane<f32>(output, values, 0);
  if (count > 1) v128.store_lane<f32>(output, values, 1, 4);
  if (count > 2) v128.store_lane<f32>(output, values, 2, 8);
}

/** max(x, 0) + slope min(x, 0), at most `upper`: 1 is no activation, 0 ReLU and ReLU6, another PReLU. */
// @ts-ignore: decorator
@inline
function activate(x: v128, slope: v128, upper: f32): v128 {
  const zero = f32x4.splat(0);
  return f32x4.pmin(f32x4.add(f32x4.pmax(x, zero), f32x4.mul(slope, f32x4.pmin(x, zero))), f32x4.splat(upper));
}
