// The two passes of a resize, four channels or sixteen bytes at a time, in the fixed point of Pillow's Resample.c.
//
// AssemblyScript. Addresses are in bytes. For each output position `starts`, `counts` and `weights` (uint32; uint32; int32,
// `taps` places a position) say which input samples it is made of. Both passes read and write up to 16 bytes too far.

const PRECISION_BITS: i32 = 22;

/**
 * Along each line.
 *
 * @param input uint8 [height, width, channels], channels 3 or 4
 * @param output uint8 [height, outWidth, 3]
 */
export function resizeWidth(
  input: usize,
  output: usize,
  height: usize,
  width: usize,
  channels: usize,
  outWidth: usize,
  starts: usize,
  counts: usize,
  weights: usize,
  taps: usize,
): void {
  for (let y: usize = 0; y < height; y++) {
    const line = input + y * width * channels;
    for (let x: usize = 0; x < outWidth; x++) {
      let weight = weights + ((x * taps) << 2);
      const end = weight + (<usize>load<u32>(counts + (x << 2)) << 2);
      let sum = i32x4.splat(1 << (PRECISION_BITS - 1));
      let pixel = line + <usize>load<u32>(starts + (x << 2)) * channels;
      for (; weight < end; weight += 4, pixel += channels) {
        const values = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(pixel)));
        sum = i32x4.add(sum, i32x4.mul(values, v128.load_splat<i32>(weight)));
      }
      const words = i16x8.narrow_i32x4_s(i32x4.shr_s(sum, PRECISION_BITS), sum);
      // The fourth byte is the next pixel's first, which is written after it.
      v128.store_lane<i32>(output, i8x16.narrow_i16x8_u(words, words), 0);
      output += 3;
    }
  }
}

/**
 * Down each column.
 *
 * @param input uint8 [lines, lineBytes]
 * @param output uint8 [outHeight, lineBytes]
 */
export function resizeHeight(
  input: usize,
  output: usize,
  outHeight: usize,
  lineBytes: usize,
  starts: usize,
  counts: usize,
  weights: usize,
  taps: usize,
): void {
  for (let y: usize = 0; y < outHeight; y++, output += lineBytes) {
    const first = weights + ((y * taps) << 2);
    const end = first + (<usize>load<u32>(counts + (y << 2)) << 2);
    const lines = input + <usize>load<u32>(starts + (y << 2)) * lineBytes;
    for (let x: usize = 0; x < lineBytes; x += 16) {
      let a = i32x4.splat(1 << (PRECISION_BITS - 1)), b = a, c = a, d = a;
      let bytes = lines + x;
      for (let weight = first; weight < end; weight += 4, bytes += lineBytes) {
        const values = v128.load(bytes), factor = v128.load_splat<i32>(weight);
        const low = i16x8.extend_low_i8x16_u(values), high = i16x8.extend_high_i8x16_u(values);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), factor));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), factor));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), factor));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), factor));
      }
      a = i32x4.shr_s(a, PRECISION_BITS), b = i32x4.shr_s(b, PRECISION_BITS);
      c = i32x4.shr_s(c, PRECISION_BITS), d = i32x4.shr_s(d, PRECISION_BITS);
      v128.store(output + x, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
    }
  }
}
