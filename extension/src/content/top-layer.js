// Where the overlay has to lie to be seen and reached: what is shown in full screen, and an open modal dialog, lie over all else.

/**
 * @param {Iterable<Element>} pictures that have something of ours over them
 * @returns {Element} the innermost that holds one of them and lies over the rest of the page; else the document's root
 */
export function placeOver(pictures) {
  const over = [document.fullscreenElement, ...document.querySelectorAll("dialog:modal")].filter((element) => element !== null);
  if (over.length === 0) return document.documentElement;
  const shown = [...pictures];
  // A dialog that was opened out of another lies further down in the document, or inside it.
  return over.findLast((element) => shown.some((picture) => picture !== element && element.contains(picture))) ?? document.documentElement;
}
