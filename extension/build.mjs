// Builds the extension: bundles, static files, model and WebAssembly for each browser, and a zip of what may be shipped.

import { cp, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { readModelManifest, verifiedReader } from "./src/inference/model-files.js";
import { bundle } from "./tools/bundle.mjs";
import { extensionManifest } from "./tools/extension-manifest.mjs";
import { kernelsOf } from "./tools/kernels.mjs";
import { fileReader, WASM_FOLDER } from "./tools/model-files.mjs";
import { zipFolder } from "./tools/zip.mjs";

/** @typedef {"chrome" | "firefox"} Browser */

const USAGE = `Usage: node build.mjs [options]

  --models DIR         converted models to ship (default: ../converted_models)
  --out DIR            receives chrome/, firefox/ and a zip of each (default: dist, or dist/test)
  --test-permissions   grant every host at installation: for tests without a window, never to be shipped and not zipped
`;

const ROOT = path.dirname(fileURLToPath(import.meta.url));
/** @type {Browser[]} */
const BROWSERS = ["chrome", "firefox"];
const SHIPPED_MODEL = "ifmd";
const WASM_FILES = ["tfjs-backend-wasm-simd.wasm"];
/** @type {{source: string, target: string, format: "esm" | "iife", only?: Browser}[]} */
const SCRIPTS = [
  { source: "background.js", target: "background.js", format: "esm" },
  { source: "content/content.js", target: "content.js", format: "iife" },
  { source: "popup/popup.js", target: "popup/popup.js", format: "esm" },
  { source: "options/options.js", target: "options/options.js", format: "esm" },
  { source: "report/report.js", target: "report/report.js", format: "esm" },
  { source: "credentials/credentials-worker.js", target: "credentials/credentials-worker.js", format: "iife" },
  { source: "welcome/welcome.js", target: "welcome/welcome.js", format: "esm" },
  { source: "inference/inference-worker.js", target: "inference-worker.js", format: "iife" },
  { source: "offscreen/offscreen.js", target: "offscreen/offscreen.js", format: "iife", only: "chrome" },
];
/** @type {{source: string, target: string, only?: Browser}[]} */
const STATIC_FILES = [
  { source: "_locales", target: "_locales" },
  { source: "icons", target: "icons" },
  { source: "src/popup/popup.html", target: "popup/popup.html" },
  { source: "src/popup/popup.css", target: "popup/popup.css" },
  { source: "src/options/options.html", target: "options/options.html" },
  { source: "src/options/options.css", target: "options/options.css" },
  { source: "src/report/report.html", target: "report/report.html" },
  { source: "src/report/report.css", target: "report/report.css" },
  { source: "src/report/report-parts.css", target: "report/report-parts.css" },
  { source: "src/report/report-mark.css", target: "report/report-mark.css" },
  { source: "src/report/report-print.css", target: "report/report-print.css" },
  { source: "src/welcome/welcome.html", target: "welcome/welcome.html" },
  { source: "src/welcome/welcome.css", target: "welcome/welcome.css" },
  { source: "src/welcome/try-it.webp", target: "welcome/try-it.webp" },
  { source: "src/shared/theme.css", target: "shared/theme.css" },
  { source: "node_modules/@contentauth/c2pa-wasm/pkg/c2pa_bg.wasm", target: "wasm/c2pa_bg.wasm" },
  { source: "trust-lists/C2PA-TRUST-LIST.pem", target: "credentials/C2PA-TRUST-LIST.pem" },
  { source: "trust-lists/C2PA-TSA-TRUST-LIST.pem", target: "credentials/C2PA-TSA-TRUST-LIST.pem" },
  { source: "trust-lists/README.md", target: "credentials/README.md" },
  { source: "src/offscreen/offscreen.html", target: "offscreen/offscreen.html", only: "chrome" },
];

/** A sentence for whoever builds, without a stack. */
class BuildError extends Error {}

/**
 * @param {Browser} browser
 * @param {string} folder to be filled
 * @param {{models: string, kernels: ReadonlySet<string>, testPermissions: boolean}} options kernels: that the model runs
 */
async function build(browser, folder, { models, kernels, testPermissions }) {
  await mkdir(folder, { recursive: true });
  const wanted = (/** @type {{only?: Browser}} */ file) => !file.only || file.only === browser;
  for (const { source, target, format } of SCRIPTS.filter(wanted)) {
    const file = path.join(ROOT, "src", source);
    await requireFile(file);
    await bundle(browser, file, path.join(folder, target), format, kernels);
  }
  for (const { source, target } of STATIC_FILES.filter(wanted)) {
    await copy(path.join(ROOT, source), path.join(folder, target));
  }
  for (const file of WASM_FILES) await copy(path.join(WASM_FOLDER, file), path.join(folder, "wasm", file));
  await copyModel(models, path.join(folder, "converted_models"));
  for (const name of ["manifest.json", `manifest.${browser}.json`]) await requireFile(path.join(ROOT, name));
  const manifest = await extensionManifest(ROOT, browser, testPermissions);
  await writeFile(path.join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * @param {string} models
 * @param {string} target
 */
async function copyModel(models, target) {
  const source = path.join(models, SHIPPED_MODEL);
  const readFromSource = fileReader(source);
  const { manifest } = await readModelManifest(readFromSource);
  const read = verifiedReader(readFromSource, manifest);
  for (const file of manifest.files) {
    const place = path.join(target, SHIPPED_MODEL, file.path);
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, new Uint8Array(await read(file.path)));
  }
  await copy(path.join(source, "manifest.json"), path.join(target, SHIPPED_MODEL, "manifest.json"));
}

/**
 * @param {string} source file or folder
 * @param {string} target
 */
async function copy(source, target) {
  await requireFile(source);
  await cp(source, target, { recursive: true });
}

/** @param {string} file */
async function requireFile(file) {
  await stat(file).catch(() => {
    throw new BuildError(`${path.relative(process.cwd(), file)} is missing.`);
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      models: { type: "string", default: path.join(ROOT, "..", "converted_models") },
      out: { type: "string" },
      "test-permissions": { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const testPermissions = values["test-permissions"];
  const models = path.resolve(values.models);
  await requireFile(path.join(models, SHIPPED_MODEL, "manifest.json"));
  const kernels = await kernelsOf(models, SHIPPED_MODEL);
  const out = path.resolve(values.out ?? path.join(ROOT, "dist", testPermissions ? "test" : ""));
  for (const browser of BROWSERS) {
    const unfinished = path.join(out, `.${browser}.tmp`);
    const finished = path.join(out, browser);
    await rm(unfinished, { recursive: true, force: true });
    await build(browser, unfinished, { models, kernels, testPermissions });
    if (!testPermissions) {
      await writeFile(`${unfinished}.zip`, await zipFolder(unfinished));
      await rename(`${unfinished}.zip`, `${finished}.zip`);
    }
    await rm(finished, { recursive: true, force: true });
    await rename(unfinished, finished);
    process.stdout.write(`${finished}\n`);
  }
}

main().catch((error) => {
  process.stderr.write(`${error instanceof BuildError ? `The build stopped: ${error.message}` : error.stack}\n`);
  process.exitCode = 1;
});
