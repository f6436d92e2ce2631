// A renderer that draws on the processor is no GPU.

import assert from "node:assert/strict";
import test from "node:test";

import { isGpuRenderer } from "../../../extension/src/inference/backend.js";

test("software renderers are refused", () => {
  for (const renderer of [
    "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)",
    "llvmpipe (LLVM 15.0.6, 256 bits)",
    "ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)",
    "Apple Software Renderer",
    "",
    null,
  ]) {
    assert.equal(isGpuRenderer(renderer), false, String(renderer));
  }
});

test("graphics processors are taken", () => {
  for (const renderer of [
    "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)",
    "ANGLE (Apple, ANGLE Metal Renderer: Apple M2, Unspecified Version)",
    "Mesa Intel(R) UHD Graphics 620 (KBL GT2)",
  ]) {
    assert.equal(isGpuRenderer(renderer), true, renderer);
  }
});
