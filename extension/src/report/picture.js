// The image of a report, decoded once: for the page, for its faces, and small for a message.

import { boxOf } from "../inference/raster-image.js";

/** @typedef {import("../inference/face-crop.js").CropSquare} CropSquare */

const JPEG_QUALITY = 0.85;

/** An upright image and what can be drawn of it. */
export class Picture {
  #bitmap;

  /** @param {ImageBitmap} bitmap owned by the picture from here on */
  constructor(bitmap) {
    this.#bitmap = bitmap;
  }

  /**
   * @param {ArrayBuffer} buffer of an image file
   * @param {import("./subject.js").Area | null} crop the part that was judged
   * @returns {Promise<Picture>}
   */
  static async decode(buffer, crop) {
    const whole = await createImageBitmap(new Blob([buffer]), { imageOrientation: "from-image" });
    if (!crop) return new Picture(whole);
    const [left, top, right, bottom] = boxOf(crop, whole);
    const part = await createImageBitmap(whole, left, top, right - left, bottom - top);
    whole.close();
    return new Picture(part);
  }

  get width() {
    return this.#bitmap.width;
  }

  get height() {
    return this.#bitmap.height;
  }

  /**
   * @param {number} longerSide pixels at most
   * @returns {HTMLCanvasElement} the whole image
   */
  draw(longerSide) {
    const scale = Math.min(1, longerSide / Math.max(this.width, this.height));
    const canvas = createCanvas(Math.max(1, Math.round(this.width * scale)), Math.max(1, Math.round(this.height * scale)));
    contextOf(canvas).drawImage(this.#bitmap, 0, 0, canvas.width, canvas.height);
    return canvas;
  }

  /**
   * @param {CropSquare} square
   * @param {number} side of the result, pixels
   * @returns {HTMLCanvasElement} what the network saw of a face; beyond the image's edge nothing is drawn
   */
  drawCrop({ cx, cy, side: cropSide, angle }, side) {
    const canvas = createCanvas(side, side);
    const context = contextOf(canvas);
    context.translate(side / 2, side / 2);
    context.scale(side / cropSide, side / cropSide);
    context.rotate(-angle);
    context.drawImage(this.#bitmap, -cx, -cy);
    return canvas;
  }

  /** @param {number} longerSide pixels at most @returns {string} a JPEG as a data: URL */
  toDataUrl(longerSide) {
    return this.draw(longerSide).toDataURL("image/jpeg", JPEG_QUALITY);
  }

  /** Frees its pixels. */
  close() {
    this.#bitmap.close();
  }
}

/** @param {number} width @param {number} height */
function createCanvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The browser gave no canvas to draw on.");
  context.imageSmoothingQuality = "high";
  return context;
}
