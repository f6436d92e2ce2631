// Command line: compiles kernels/convolution.ts to WebAssembly, into a module that holds its bytes.

import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import asc from "assemblyscript/asc";

const EXTENSION = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const SOURCE = "kernels/convolution.ts";
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--enable", "relaxed-simd"];

/** The module, made by `compileKernels`. */
export const COMPILED = path.join(EXTENSION, "src", "inference", "convolution-wasm.js");

/**
 * @returns {Promise<string>} text of a module; the same from the same source
 * @throws {Error} with the compiler's messages, warnings too
 */
export async function compileKernels() {
  /** @type {Uint8Array | undefined} */
  let wasm;
  const { error, stderr } = await asc.main([SOURCE, "--baseDir", EXTENSION, "--outFile", "convolution.wasm", ...OPTIONS], {
    writeFile: (_name, contents) => {
      wasm = /** @type {Uint8Array} */ (contents);
    },
  });
  if (error || !wasm || stderr.toString()) throw new Error(`${SOURCE} does not compile:\n${stderr}`);
  const lines = [
    `// Made from ${SOURCE} by \`npm run kernels\`: WebAssembly, in base64.`,
    `export const CONVOLUTION_WASM = "${Buffer.from(wasm).toString("base64")}";`,
  ];
  return `${lines.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await writeFile(`${COMPILED}.tmp`, await compileKernels());
    await rename(`${COMPILED}.tmp`, COMPILED);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
