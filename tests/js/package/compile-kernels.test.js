// The kernels' compiled forms, against their sources.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { setFlagsFromString } from "node:v8";

import { compileKernel, KERNELS } from "../../../extension/tools/compile-kernels.mjs";

for (const kernel of KERNELS) {
  test(`${kernel.target} is compiled from ${kernel.source}`, async () => {
    const committed = await readFile(new URL(`../../../extension/${kernel.target}`, import.meta.url), "utf8");
    assert.equal(committed, await compileKernel(kernel), "run `npm run kernels` in extension/");
  });

  test(`${kernel.source} has no data of its own, which would lie over its memory's owner's`, async () => {
    setFlagsFromString("--experimental-wasm-relaxed-simd");
    const { default: base64 } = await import(`../../../extension/${kernel.target}`);
    const memory = new WebAssembly.Memory({ initial: 1 });
    new Uint8Array(memory.buffer).fill(170);
    await WebAssembly.instantiate(Buffer.from(base64, "base64"), { env: { memory } });
    assert.ok(new Uint8Array(memory.buffer).every((value) => value === 170));
  });
}

test("a kernel that does not compile is told", async () => {
  const missing = { source: "kernels/none.ts", features: ["simd"] };
  await assert.rejects(compileKernel(missing), /kernels\/none\.ts does not compile/);
});
