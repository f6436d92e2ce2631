// Reads the plainest kind of PNG (8-bit RGB, not interlaced): Node has no image decoder of its own.

import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";

/**
 * @param {URL} url
 * @returns {import("../../../extension/src/inference/raster-image.js").RasterImage}
 */
export function readPng(url) {
  const file = readFileSync(url);
  const chunks = [];
  let header;
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const type = file.toString("latin1", at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + file.readUInt32BE(at));
    if (type === "IHDR") header = body;
    if (type === "IDAT") chunks.push(body);
  }
  if (header.subarray(8).join() !== "8,2,0,0,0") throw new Error(`${url} is no plain 8-bit RGB PNG`);
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  return { width, height, channels: 3, data: unfilter(inflateSync(Buffer.concat(chunks)), width * 3, height) };
}

function unfilter(rows, stride, height) {
  const out = new Uint8Array(stride * height);
  for (let row = 0; row < height; row += 1) {
    const filter = rows[row * (stride + 1)];
    for (let column = 0; column < stride; column += 1) {
      const here = row * stride + column;
      const left = column >= 3 ? out[here - 3] : 0;
      const up = row > 0 ? out[here - stride] : 0;
      const corner = row > 0 && column >= 3 ? out[here - stride - 3] : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      out[here] = rows[row * (stride + 1) + 1 + column] + predicted;
    }
  }
  return out;
}

function paeth(left, up, corner) {
  const estimate = left + up - corner;
  const distances = [left, up, corner].map((value) => Math.abs(estimate - value));
  return [left, up, corner][distances.indexOf(Math.min(...distances))];
}
