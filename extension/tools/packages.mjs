// Command line: builds both browsers' store packages from nothing into dist/packages, and tells their sizes and hashes.

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const EXTENSION = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const USAGE = `Usage: node packages.mjs [--out DIR]

  --out DIR   receives deepfake-detector-VERSION-chrome.zip and -firefox.zip (default: dist/packages)
`;

/**
 * @param {string} out
 * @returns {Promise<string>} what was written, a line each
 */
async function makePackages(out) {
  await mkdir(out, { recursive: true });
  // In a new folder beside the packages: nothing left by an earlier build gets in, and the move at the end is whole.
  const folder = await mkdtemp(path.join(out, ".build-"));
  try {
    const built = spawnSync(process.execPath, [path.join(EXTENSION, "build.mjs"), "--out", folder], { encoding: "utf8" });
    if (built.status !== 0) throw new Error(built.stderr.trim() || `The build ended with ${built.status ?? built.signal}.`);
    const { version } = JSON.parse(await readFile(path.join(EXTENSION, "manifest.json"), "utf8"));
    let report = "";
    let total = 0;
    for (const browser of ["chrome", "firefox"]) {
      const name = `deepfake-detector-${version}-${browser}.zip`;
      const bytes = await readFile(path.join(folder, `${browser}.zip`));
      await writeFile(path.join(folder, name), bytes);
      await rename(path.join(folder, name), path.join(out, name));
      total += bytes.length;
      report += `${path.join(out, name)}  ${megabytes(bytes.length)}  sha256 ${createHash("sha256").update(bytes).digest("hex")}\n`;
    }
    return `${report}Both packages: ${megabytes(total)}\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

const { values } = parseArgs({ options: { out: { type: "string" }, help: { type: "boolean", short: "h" } } });
if (values.help) {
  process.stdout.write(USAGE);
} else {
  makePackages(path.resolve(values.out ?? path.join(EXTENSION, "dist", "packages"))).then(
    (report) => process.stdout.write(report),
    (error) => {
      process.stderr.write(`The packages were not made: ${error.message}\n`);
      process.exitCode = 1;
    },
  );
}
