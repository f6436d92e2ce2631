// Tiles of the convolution: the sums of some pixels by some channels, in registers from the first input value to the last.
//
// Everything that the inner loop does not use is made anew after it: a value too many in registers halves the speed.

/** Pixels and channels of a tile: its ten sums, two weights and one input fit the sixteen registers of a processor. */
export const PIXELS: usize = 5;
export const CHANNELS: usize = 8;
export const CHANNELS_BYTES: usize = 32;
/** Where no more than four channels are left, a tile is of eight pixels. */
export const NARROW_PIXELS: usize = 8;
export const NARROW_CHANNELS: usize = 4;

/** The window of a pixel of the block. */
// @ts-ignore: decorator
@inline
function windowOf(windows: usize, pixel: usize): usize {
  return <usize>load<u32>(windows + (pixel << 2));
}

/** Five pixels from `pixel` by up to eight channels. Where they end at `last`, that one is computed again in place of the others. */
// @ts-ignore: decorator
@inline
export function tile(
  windows: usize,
  panel: usize,
  panelEnd: usize,
  output: usize,
  pixel: usize,
  last: usize,
  channels: usize,
  filterLine: usize,
  inputLine: usize,
  outPixel: usize,
  isSloped: bool,
  lower: f32,
  upper: f32,
): void {
  const p1 = min(pixel + 1, last), p2 = min(pixel + 2, last), p3 = min(pixel + 3, last), p4 = min(pixel + 4, last);
  let in0 = windowOf(windows, pixel), in1 = windowOf(windows, p1), in2 = windowOf(windows, p2);
  let in3 = windowOf(windows, p3), in4 = windowOf(windows, p4);
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
  if (isSloped) {
    const low = v128.load(panel, 32), high = v128.load(panel, 48);
    low0 = sloped(low0, low), low1 = sloped(low1, low), low2 = sloped(low2, low), low3 = sloped(low3, low), low4 = sloped(low4, low);
    high0 = sloped(high0, high), high1 = sloped(high1, high), high2 = sloped(high2, high);
    high3 = sloped(high3, high), high4 = sloped(high4, high);
  }
  storeMany(output + pixel * outPixel, low0, high0, lower, upper, channels);
  storeMany(output + p1 * outPixel, low1, high1, lower, upper, channels);
  storeMany(output + p2 * outPixel, low2, high2, lower, upper, channels);
  storeMany(output + p3 * outPixel, low3, high3, lower, upper, channels);
  storeMany(output + p4 * outPixel, low4, high4, lower, upper, channels);
}

/** Eight pixels by up to four channels, else as `tile`. */
// @ts-ignore: decorator
@inline
export function narrowTile(
  windows: usize,
  panel: usize,
  panelEnd: usize,
  output: usize,
  pixel: usize,
  last: usize,
  channels: usize,
  filterLine: usize,
  inputLine: usize,
  outPixel: usize,
  isSloped: bool,
  lower: f32,
  upper: f32,
): void {
  const p1 = min(pixel + 1, last), p2 = min(pixel + 2, last), p3 = min(pixel + 3, last), p4 = min(pixel + 4, last);
  const p5 = min(pixel + 5, last), p6 = min(pixel + 6, last), p7 = min(pixel + 7, last);
  let in0 = windowOf(windows, pixel), in1 = windowOf(windows, p1), in2 = windowOf(windows, p2), in3 = windowOf(windows, p3);
  let in4 = windowOf(windows, p4), in5 = windowOf(windows, p5), in6 = windowOf(windows, p6), in7 = windowOf(windows, p7);
  let sum0 = v128.load(panel);
  let sum1 = sum0, sum2 = sum0, sum3 = sum0, sum4 = sum0, sum5 = sum0, sum6 = sum0, sum7 = sum0;
  let weights = panel + 2 * CHANNELS_BYTES;
  do {
    const lineEnd = weights + filterLine * CHANNELS;
    do {
      const low = v128.load(weights);
      sum0 = f32x4.relaxed_madd(v128.load_splat<f32>(in0), low, sum0);
      sum1 = f32x4.relaxed_madd(v128.load_splat<f32>(in1), low, sum1);
      sum2 = f32x4.relaxed_madd(v128.load_splat<f32>(in2), low, sum2);
      sum3 = f32x4.relaxed_madd(v128.load_splat<f32>(in3), low, sum3);
      sum4 = f32x4.relaxed_madd(v128.load_splat<f32>(in4), low, sum4);
      sum5 = f32x4.relaxed_madd(v128.load_splat<f32>(in5), low, sum5);
      sum6 = f32x4.relaxed_madd(v128.load_splat<f32>(in6), low, sum6);
      sum7 = f32x4.relaxed_madd(v128.load_splat<f32>(in7), low, sum7);
      weights += CHANNELS_BYTES;
      in0 += 4, in1 += 4, in2 += 4, in3 += 4, in4 += 4, in5 += 4, in6 += 4, in7 += 4;
    } while (weights < lineEnd);
    const skip = inputLine - filterLine;
    in0 += skip, in1 += skip, in2 += skip, in3 += skip, in4 += skip, in5 += skip, in6 += skip, in7 += skip;
  } while (weights < panelEnd);
  if (isSloped) {
    const slopes = v128.load(panel, 32);
    sum0 = sloped(sum0, slopes), sum1 = sloped(sum1, slopes), sum2 = sloped(sum2, slopes), sum3 = sloped(sum3, slopes);
    sum4 = sloped(sum4, slopes), sum5 = sloped(sum5, slopes), sum6 = sloped(sum6, slopes), sum7 = sloped(sum7, slopes);
  }
  storeFew(output + pixel * outPixel, sum0, lower, upper, channels);
  storeFew(output + p1 * outPixel, sum1, lower, upper, channels);
  storeFew(output + p2 * outPixel, sum2, lower, upper, channels);
  storeFew(output + p3 * outPixel, sum3, lower, upper, channels);
  storeFew(output + p4 * outPixel, sum4, lower, upper, channels);
  storeFew(output + p5 * outPixel, sum5, lower, upper, channels);
  storeFew(output + p6 * outPixel, sum6, lower, upper, channels);
  storeFew(output + p7 * outPixel, sum7, lower, upper, channels);
}

/** Writes five to eight channels of a pixel within bounds, and nothing beyond. */
// @ts-ignore: decorator
@inline
function storeMany(output: usize, low: v128, high: v128, lower: f32, upper: f32, channels: usize): void {
  v128.store(output, within(low, lower, upper));
  const second = within(high, lower, upper);
  if (channels == 8) v128.store(output, second, 16);
  else storeSome(output + 16, second, channels - 4);
}

/** As `storeMany`, of up to four channels. */
// @ts-ignore: decorator
@inline
function storeFew(output: usize, low: v128, lower: f32, upper: f32, channels: usize): void {
  const first = within(low, lower, upper);
  if (channels == 4) v128.store(output, first);
  else storeSome(output, first, channels);
}

/** The first `count` < 4 values. */
// @ts-ignore: decorator
@inline
function storeSome(output: usize, values: v128, count: usize): void {
  if (count > 0) v128.store_lane<f32>(output, values, 0);
  if (count > 1) v128.store_lane<f32>(output, values, 1, 4);
  if (count > 2) v128.store_lane<f32>(output, values, 2, 8);
}

/** PReLU: max(x, 0) + slope min(x, 0). */
// @ts-ignore: decorator
@inline
function sloped(x: v128, slope: v128): v128 {
  const zero = f32x4.splat(0);
  return f32x4.relaxed_madd(slope, f32x4.pmin(x, zero), f32x4.pmax(x, zero));
}

/** At least `lower` and at most `upper`. */
// @ts-ignore: decorator
@inline
export function within(x: v128, lower: f32, upper: f32): v128 {
  return f32x4.pmin(f32x4.pmax(x, f32x4.splat(lower)), f32x4.splat(upper));
}
