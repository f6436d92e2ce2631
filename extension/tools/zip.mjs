// Packs a folder into a zip that depends on nothing but its files' names and bytes.

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { crc32 } from "node:zlib";

// Packs a twentieth closer than any other deflate, and alike on every Node; slowly, which only a package has to bear.
import { deflateAsync } from "@gfx/zopfli";

const VERSION = 20;
const DEFLATED = 8;
const UTF8_NAMES = 0x0800;
// 1 January 1980, the first day that a zip can name: the same files give the same zip on any day.
const DATE = (1 << 5) | 1;
// More of them take minutes, and save a few KB of ten million.
const ITERATIONS = 1;

/** By the SHA-256 of what was packed: both browsers' packages hold mostly the same files. @type {Map<string, Promise<Buffer>>} */
const packedBefore = new Map();

/**
 * @param {string} folder
 * @returns {Promise<Buffer>} files in the order of their names, times fixed
 */
export async function zipFolder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
  /** @type {Buffer[]} */
  const parts = [];
  /** @type {Buffer[]} */
  const directory = [];
  let offset = 0;
  for (const file of files) {
    const bytes = await readFile(path.join(folder, file));
    const packed = await pack(bytes);
    const name = Buffer.from(file.split(path.sep).join("/"));
    const common = commonHeader(name, bytes, packed);
    const local = Buffer.concat([fields([[0x04034b50, 4]]), common, name, packed]);
    parts.push(local);
    const rest = fields([[0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]);
    directory.push(Buffer.concat([fields([[0x02014b50, 4], [VERSION, 2]]), common, rest, name]));
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const count = files.length;
  const end = fields([[0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [index.length, 4], [offset, 4], [0, 2]]);
  return Buffer.concat([...parts, index, end]);
}

/** @param {Buffer} bytes @returns {Promise<Buffer>} deflated */
function pack(bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex");
  const packed = packedBefore.get(hash) ?? deflateAsync(bytes, { numiterations: ITERATIONS }).then((data) => Buffer.from(data));
  packedBefore.set(hash, packed);
  return packed;
}

/**
 * The fields that a file's local header and its entry in the directory share.
 *
 * @param {Buffer} name
 * @param {Buffer} bytes
 * @param {Buffer} packed
 */
function commonHeader(name, bytes, packed) {
  return fields([
    [VERSION, 2],
    [UTF8_NAMES, 2],
    [DEFLATED, 2],
    [0, 2],
    [DATE, 2],
    [crc32(bytes), 4],
    [packed.length, 4],
    [bytes.length, 4],
    [name.length, 2],
    [0, 2],
  ]);
}

/** @param {[value: number, bytes: number][]} values little-endian */
function fields(values) {
  const buffer = Buffer.alloc(values.reduce((sum, [, size]) => sum + size, 0));
  let offset = 0;
  for (const [value, size] of values) offset = buffer.writeUIntLE(value, offset, size);
  return buffer;
}
