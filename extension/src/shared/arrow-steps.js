// Tells a step over radio buttons from a choice among them: an arrow key chooses each one that it passes.

/**
 * @param {EventTarget} group holds the radio buttons
 * @returns {() => boolean} whether the change that is being handled is such a step
 */
export function watchSteps(group) {
  let isStep = false;
  group.addEventListener("keydown", (event) => (isStep = /** @type {KeyboardEvent} */ (event).key.startsWith("Arrow")));
  for (const type of ["keyup", "pointerdown"]) group.addEventListener(type, () => (isStep = false));
  return () => isStep;
}
