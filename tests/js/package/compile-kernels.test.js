// The kernels' compiled forms, against their sources.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { compileKernel, KERNELS } from "../../../extension/tools/compile-kernels.mjs";

for (const kernel of KERNELS) {
  test(`${kernel.target} is compiled from ${kernel.source}`, async () => {
    const committed = await readFile(new URL(`../../../extension/${kernel.target}`, import.meta.url), "utf8");
    assert.equal(committed, await compileKernel(kernel), "run `npm run kernels` in extension/");
  });
}

test("a kernel that does not compile is told", async () => {
  const missing = { source: "kernels/none.ts", features: ["simd"] };
  await assert.rejects(compileKernel(missing), /kernels\/none\.ts does not compile/);
});
