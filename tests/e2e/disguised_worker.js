// The extension's worker, whose browser draws on the processor and says that it is a GPU.

import "./disguised-gpu.js";

self.importScripts("inference-worker.js");
