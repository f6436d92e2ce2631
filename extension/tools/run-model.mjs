// Command line: runs a TensorFlow.js graph model on numbers in a file, so that the trainer can compare it with Keras.

import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";

import { loadGraphModel, runGraphModel } from "../src/inference/graph-model.js";
import { fileReader, useWasm } from "./model-files.mjs";

const USAGE = `Usage: node run-model.mjs --model DIR/model.json --input IN.f32 --shape 4,224,224,3 --output OUT.json

  --model   TensorFlow.js graph model with a signature
  --input   little-endian float32 values, as many as the shape holds
  --shape   of the input, separated by commas
  --output  JSON: {"<output name>": {"shape": [...], "values": [...]}, ...}
`;

/**
 * Reads the command line.
 *
 * @returns {{model: string, input: string, shape: number[], output: string}}
 */
function readArguments() {
  const { values } = parseArgs({
    options: {
      model: { type: "string" },
      input: { type: "string" },
      shape: { type: "string" },
      output: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const { model, input, shape, output } = values;
  if (!model || !input || !shape || !output) throw new Error(`An option is missing.\n${USAGE}`);
  return { model, input, shape: shape.split(",").map(Number), output };
}

async function main() {
  const options = readArguments();
  const bytes = await readFile(options.input);
  const values = new Float32Array(new Uint8Array(bytes).buffer);
  const expected = options.shape.reduce((product, size) => product * size, 1);
  if (values.length !== expected) {
    throw new Error(`${options.input} holds ${values.length} numbers, but the shape ${options.shape} wants ${expected}.`);
  }
  await useWasm();
  const model = await loadGraphModel(fileReader(path.dirname(options.model)), path.basename(options.model));
  const signature = /** @type {{outputs: Record<string, unknown>}} */ (model.modelSignature);
  const names = Object.keys(signature.outputs).sort();
  const outputs = await runGraphModel(model, values, options.shape, names);
  const named = names.map((name, index) => [
    name,
    { shape: outputs[index].shape, values: Array.from(outputs[index].values) },
  ]);
  const unfinished = `${options.output}.tmp`;
  await writeFile(unfinished, JSON.stringify(Object.fromEntries(named)));
  await rename(unfinished, options.output);
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
