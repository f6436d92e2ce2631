// Which backend is faster, found out with the extension's own worker.

import { findFasterBackend } from "../../extension/src/inference/faster-backend.js";

const WORKERS = 2;

/** @returns {Promise<ArrayBuffer>} */
async function readPicture() {
  return (await fetch("/welcome/try-it.webp")).arrayBuffer();
}

/**
 * @param {string} script of the worker
 * @param {number} slowdown how many times as slow as it is the clock makes WebAssembly: a processor that plays the GPU is slower than by itself
 * @returns {Promise<{faster: string, workers: {wanted: string, faces: number[], isEnded: boolean}[]}>} faces: in each picture that it was given
 */
async function trial(script, slowdown) {
  const workers = [];
  const { now } = performance;
  let added = 0;
  performance.now = () => now.call(performance) + added;

  const start = (wanted) => {
    const worker = new Worker(`/${script}?backend=${wanted}`);
    const told = { wanted, faces: [], isEnded: false };
    workers.push(told);
    let sentAt = 0;
    // Before the extension hears of it, which then looks at the clock.
    worker.addEventListener("message", ({ data }) => {
      if (!data.evidence) return;
      told.faces.push(data.evidence.faces.length);
      if (wanted === "wasm") added += (now.call(performance) - sentAt) * (slowdown - 1);
    });
    return {
      addEventListener: worker.addEventListener.bind(worker),
      postMessage(message, transfer) {
        sentAt = now.call(performance);
        worker.postMessage(message, transfer);
      },
      terminate() {
        told.isEnded = true;
        worker.terminate();
      },
    };
  };

  try {
    return { faster: await findFasterBackend(start, readPicture, WORKERS), workers };
  } finally {
    performance.now = now;
  }
}

Object.assign(globalThis, { trial });
