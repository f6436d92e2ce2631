// Resizing, four channels or sixteen bytes at a time: antialiased as Pillow does it, and averages over areas.
//
// AssemblyScript. Addresses are in bytes. For each output position `starts`, `counts` (uint32) and `weights` (`taps` places a
// position) say which input samples it is made of. Every pass reads and writes up to 64 bytes too far.

/** Pillow's fixed point: weights in units of 2^-22, int32. */
const PRECISION_BITS: i32 = 22;

/**
 * Pillow's first pass, along each line.
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
 * Pillow's second pass, down each column.
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

/**
 * Averages areas: down the columns into `line`, then along it, in float32, and brings the values to the range of the face
 * detector's networks, (value - 127.5) / 128. `weights` are float32 here; those of each position add up to 1, to float32's
 * precision of the positions.
 *
 * @param input uint8 [height, width, channels], channels 3 or 4
 * @param output float32 [outHeight, outWidth, 3]
 * @param line float32 [width, channels], of use to nobody afterwards
 */
export function averageAreas(
  input: usize,
  output: usize,
  line: usize,
  width: usize,
  channels: usize,
  outHeight: usize,
  outWidth: usize,
  rowStarts: usize,
  rowCounts: usize,
  rowWeights: usize,
  rowTaps: usize,
  columnStarts: usize,
  columnCounts: usize,
  columnWeights: usize,
  columnTaps: usize,
): void {
  const lineBytes = width * channels;
  for (let y: usize = 0; y < outHeight; y++) {
    const first = rowWeights + ((y * rowTaps) << 2);
    const end = first + (<usize>load<u32>(rowCounts + (y << 2)) << 2);
    averageRows(input + <usize>load<u32>(rowStarts + (y << 2)) * lineBytes, line, lineBytes, first, end);
    for (let x: usize = 0; x < outWidth; x++, output += 12) {
      let weight = columnWeights + ((x * columnTaps) << 2);
      const last = weight + (<usize>load<u32>(columnCounts + (x << 2)) << 2);
      let pixel = line + ((<usize>load<u32>(columnStarts + (x << 2)) * channels) << 2);
      let sum = f32x4.splat(0);
      for (; weight < last; weight += 4, pixel += channels << 2) {
        sum = f32x4.add(sum, f32x4.mul(v128.load(pixel), v128.load_splat<f32>(weight)));
      }
      // The fourth value is the next pixel's first, which is written after it.
      v128.store(output, f32x4.mul(f32x4.sub(sum, f32x4.splat(127.5)), f32x4.splat(1.0 / 128.0)));
    }
  }
}

/** The weighted sum of lines of bytes, as float32. */
function averageRows(input: usize, output: usize, lineBytes: usize, first: usize, end: usize): void {
  for (let x: usize = 0; x < lineBytes; x += 16, output += 64) {
    let a = f32x4.splat(0), b = a, c = a, d = a;
    let bytes = input + x;
    for (let weight = first; weight < end; weight += 4, bytes += lineBytes) {
      const values = v128.load(bytes), factor = v128.load_splat<f32>(weight);
      const low = i16x8.extend_low_i8x16_u(values), high = i16x8.extend_high_i8x16_u(values);
      a = f32x4.add(a, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low)), factor));
      b = f32x4.add(b, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low)), factor));
      c = f32x4.add(c, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high)), factor));
      d = f32x4.add(d, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high)), factor));
    }
    v128.store(output, a), v128.store(output, b, 16), v128.store(output, c, 32), v128.store(output, d, 48);
  }
}
