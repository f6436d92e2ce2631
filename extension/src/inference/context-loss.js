// What computes can be taken away by the browser at any time: watches for it, and keeps what was computed meanwhile from being used.

/** @typedef {{isLost: () => boolean, onLoss: (listener: () => void) => () => void}} ContextWatch onLoss: returns how to stop listening */
/** @typedef {{canvas: EventTarget, isContextLost: () => boolean}} Context the part of a WebGL context that is needed here */

/** What was being computed is worthless: a lost context gives back zeros, or never answers. */
export class ContextLostError extends Error {
  constructor() {
    super("The browser reset the graphics processor during the check. Try again.");
    this.name = "ContextLostError";
  }
}

/** The watch of what cannot be lost. @type {ContextWatch} */
export const NEVER_LOST = Object.freeze({ isLost: () => false, onLoss: () => () => undefined });

/**
 * @param {Context} context
 * @returns {ContextWatch}
 */
export function watchContext(context) {
  // Remembered: a context that was restored is no longer lost, and its textures are still gone.
  let wasLost = false;
  const listeners = new Set(/** @type {(() => void)[]} */ ([]));
  context.canvas.addEventListener(
    "webglcontextlost",
    () => {
      wasLost = true;
      for (const listener of listeners) listener();
    },
    { once: true },
  );
  return {
    isLost: () => wasLost || context.isContextLost(),
    onLoss: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/**
 * @template T
 * @param {ContextWatch} watch
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @throws {ContextLostError} the context went while the work ran, or before
 */
export async function whileIntact(watch, work) {
  // Its event has come and gone, and the work would wait for an answer for ever.
  if (watch.isLost()) throw new ContextLostError();
  let stop = () => {};
  try {
    const loss = new Promise((resolve) => (stop = watch.onLoss(() => resolve(undefined))));
    const value = await Promise.race([work(), loss]);
    if (!watch.isLost()) return /** @type {T} */ (value);
  } catch (error) {
    if (!watch.isLost()) throw error;
  } finally {
    stop();
  }
  throw new ContextLostError();
}
