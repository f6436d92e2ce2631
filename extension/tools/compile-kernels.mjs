// Command line: compiles the kernels of kernels/ to WebAssembly, each into a module that holds its bytes.

import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

// The compiler to WebAssembly that npm installs by itself; what it makes is committed, so nobody needs it but who changes a kernel.
import asc from "assemblyscript/asc";

const EXTENSION = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--importMemory"];

/**
 * What is compiled, with the WebAssembly features that a browser needs for it.
 *
 * @type {{source: string, target: string, features: string[]}[]} paths from the extension's folder
 */
export const KERNELS = [
  { source: "kernels/convolution.ts", target: "src/inference/convolution-wasm.js", features: ["simd", "relaxed-simd"] },
  { source: "kernels/depthwise.ts", target: "src/inference/depthwise-wasm.js", features: ["simd", "relaxed-simd"] },
  { source: "kernels/resample.ts", target: "src/inference/resample-wasm.js", features: ["simd"] },
];

/**
 * @param {{source: string, features: string[]}} kernel
 * @returns {Promise<string>} text of a module; the same from the same source
 * @throws {Error} with the compiler's messages, warnings too
 */
export async function compileKernel({ source, features }) {
  /** @type {Uint8Array | undefined} */
  let wasm;
  const enabled = features.flatMap((feature) => ["--enable", feature]);
  const { error, stderr } = await asc.main([source, "--baseDir", EXTENSION, "--outFile", "kernel.wasm", ...OPTIONS, ...enabled], {
    writeFile: (_name, contents) => {
      wasm = /** @type {Uint8Array} */ (contents);
    },
  });
  if (error || !wasm || stderr.toString()) throw new Error(`${source} does not compile:\n${stderr}`);
  const lines = [
    `// Made from ${source} by \`npm run kernels\`: WebAssembly, in base64.`,
    `export default "${Buffer.from(wasm).toString("base64")}";`,
  ];
  return `${lines.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const kernel of KERNELS) {
      const target = path.join(EXTENSION, kernel.target);
      await writeFile(`${target}.tmp`, await compileKernel(kernel));
      await rename(`${target}.tmp`, target);
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
