// The depthwise convolution of WebAssembly, of windows of 3 x 3 pixels, over the memory of TensorFlow.js.
//
// AssemblyScript, for browsers with relaxed SIMD, as convolution.ts is, with its rules. A line is walked through once for every
// four channels: their nine weights stay in registers, and each input value is read once and added to all the sums that it is
// part of. Four times four channels are one line of the processor's cache, so that three of four walks find theirs in the nearest.

import { within } from "./convolution-tiles";

const VECTOR: usize = 16;
/** A bias and nine weights of four channels each. */
const PANEL: usize = 160;

/**
 * Convolves each channel by itself, as "same" says: with stride 1 padded by a pixel on all sides, with stride 2 by one to the
 * right and below.
 *
 * Sizes are in pixels unless said otherwise. The filter is packed: four zeros, then for every four channels their biases and nine
 * times their weights, line by line of the window.
 *
 * @param input float32 [images, height, width, channels], its address
 * @param filter packed, its address
 * @param output float32 [images, height / stride, width / stride, channels], its address
 * @param images their number
 * @param height a multiple of the stride
 * @param width a multiple of the stride
 * @param channels their number, a multiple of four
 * @param stride 1 or 2
 * @param lower what the activation lets through at least
 * @param upper and at most
 */
export function convolveDepthwise(
  input: usize,
  filter: usize,
  output: usize,
  images: usize,
  height: usize,
  width: usize,
  channels: usize,
  stride: usize,
  lower: f32,
  upper: f32,
): void {
  const pixel = channels << 2;
  const line = width * pixel;
  let out = output;
  for (let image: usize = 0; image < images; image++) {
    for (let y: usize = 0; y < height; y += stride) {
      const middle = input + (image * height + y + stride - 1) * line;
      const hasAbove = y + stride > 1;
      const hasBelow = y + stride < height;
      let panel = filter + VECTOR;
      for (let offset: usize = 0; offset < pixel; offset += VECTOR) {
        // A line outside the image is one pixel of zeros, from which no step leads on.
        const above = hasAbove ? middle - line + offset : filter;
        const below = hasBelow ? middle + line + offset : filter;
        const stepAbove = hasAbove ? pixel : 0;
        const stepBelow = hasBelow ? pixel : 0;
        if (stride == 1) everyPixel(above, middle + offset, below, stepAbove, pixel, stepBelow, width, panel, out + offset, lower, upper);
        else everySecond(above, middle + offset, below, stepAbove, pixel, stepBelow, width, panel, out + offset, lower, upper);
        panel += PANEL;
      }
      out += line / stride;
    }
  }
}

/** One line of four channels, stride 1. */
// @ts-ignore: decorator
@inline
function everyPixel(
  above: usize,
  middle: usize,
  below: usize,
  stepAbove: usize,
  step: usize,
  stepBelow: usize,
  width: usize,
  panel: usize,
  output: usize,
  lower: f32,
  upper: f32,
): void {
  const bias = v128.load(panel);
  const w0 = v128.load(panel, 16), w1 = v128.load(panel, 32), w2 = v128.load(panel, 48);
  const w3 = v128.load(panel, 64), w4 = v128.load(panel, 80), w5 = v128.load(panel, 96);
  const w6 = v128.load(panel, 112), w7 = v128.load(panel, 128), w8 = v128.load(panel, 144);
  let value = v128.load(above);
  let here = f32x4.relaxed_madd(value, w1, bias), next = f32x4.relaxed_madd(value, w0, bias);
  value = v128.load(middle);
  here = f32x4.relaxed_madd(value, w4, here), next = f32x4.relaxed_madd(value, w3, next);
  value = v128.load(below);
  here = f32x4.relaxed_madd(value, w7, here), next = f32x4.relaxed_madd(value, w6, next);
  const end = output + (width - 1) * step;
  while (output < end) {
    above += stepAbove, middle += step, below += stepBelow;
    value = v128.load(above);
    let last = f32x4.relaxed_madd(value, w2, here);
    here = f32x4.relaxed_madd(value, w1, next);
    next = f32x4.relaxed_madd(value, w0, bias);
    value = v128.load(middle);
    last = f32x4.relaxed_madd(value, w5, last);
    here = f32x4.relaxed_madd(value, w4, here);
    next = f32x4.relaxed_madd(value, w3, next);
    value = v128.load(below);
    last = f32x4.relaxed_madd(value, w8, last);
    here = f32x4.relaxed_madd(value, w7, here);
    next = f32x4.relaxed_madd(value, w6, next);
    v128.store(output, within(last, lower, upper));
    output += step;
  }
  v128.store(output, within(here, lower, upper));
}

/** One line of four channels, stride 2. */
// @ts-ignore: decorator
@inline
function everySecond(
  above: usize,
  middle: usize,
  below: usize,
  stepAbove: usize,
  step: usize,
  stepBelow: usize,
  width: usize,
  panel: usize,
  output: usize,
  lower: f32,
  upper: f32,
): void {
  const bias = v128.load(panel);
  const w0 = v128.load(panel, 16), w1 = v128.load(panel, 32), w2 = v128.load(panel, 48);
  const w3 = v128.load(panel, 64), w4 = v128.load(panel, 80), w5 = v128.load(panel, 96);
  const w6 = v128.load(panel, 112), w7 = v128.load(panel, 128), w8 = v128.load(panel, 144);
  const end = output + (width / 2 - 1) * step;
  let here = bias;
  let value = v128.load(above);
  here = f32x4.relaxed_madd(value, w0, here);
  value = v128.load(middle);
  here = f32x4.relaxed_madd(value, w3, here);
  value = v128.load(below);
  here = f32x4.relaxed_madd(value, w6, here);
  while (output < end) {
    above += stepAbove, middle += step, below += stepBelow;
    here = f32x4.relaxed_madd(v128.load(above), w1, here);
    here = f32x4.relaxed_madd(v128.load(middle), w4, here);
    here = f32x4.relaxed_madd(v128.load(below), w7, here);
    above += stepAbove, middle += step, below += stepBelow;
    value = v128.load(above);
    here = f32x4.relaxed_madd(value, w2, here);
    let next = f32x4.relaxed_madd(value, w0, bias);
    value = v128.load(middle);
    here = f32x4.relaxed_madd(value, w5, here);
    next = f32x4.relaxed_madd(value, w3, next);
    value = v128.load(below);
    here = f32x4.relaxed_madd(value, w8, here);
    next = f32x4.relaxed_madd(value, w6, next);
    v128.store(output, within(here, lower, upper));
    here = next;
    output += step;
  }
  above += stepAbove, middle += step, below += stepBelow;
  here = f32x4.relaxed_madd(v128.load(above), w1, here);
  here = f32x4.relaxed_madd(v128.load(middle), w4, here);
  here = f32x4.relaxed_madd(v128.load(below), w7, here);
  v128.store(output, within(here, lower, upper));
}
