// Takes an image by drag and drop, from the clipboard, or from the file picker.

/** Calls back with each image file that the user hands over. */
export class FileDrop {
  #onFile;
  #onOther;
  #picker;

  /**
   * @param {object} parts
   * @param {HTMLInputElement} parts.picker type file
   * @param {HTMLElement} parts.surface where dropping is shown as possible
   * @param {(file: File, isOnly: boolean) => void} parts.onFile isOnly: no other image was handed over with it
   * @param {() => void} parts.onOther what was handed over holds no image
   */
  constructor({ picker, surface, onFile, onOther }) {
    this.#picker = picker;
    this.#onFile = onFile;
    this.#onOther = onOther;
    picker.addEventListener("change", () => {
      if (picker.files?.length) this.#take(picker.files);
      // The same file may be chosen again.
      picker.value = "";
    });
    document.addEventListener("paste", (event) => {
      // Text with a picture in it, pasted into a field, is meant for the field.
      const isText = event.target instanceof Element && event.target.matches("textarea, input");
      if (!isText && event.clipboardData?.files.length) this.#take(event.clipboardData.files);
    });
    document.addEventListener("dragover", (event) => {
      // Without this the browser opens the file in place of the page.
      event.preventDefault();
      surface.classList.add("dragging");
    });
    document.addEventListener("dragleave", (event) => event.relatedTarget === null && surface.classList.remove("dragging"));
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      surface.classList.remove("dragging");
      this.#take(event.dataTransfer?.files ?? null);
    });
  }

  /** Opens the file picker; call it inside a click. */
  choose() {
    this.#picker.click();
  }

  /** @param {FileList | null} files */
  #take(files) {
    const images = [...(files ?? [])].filter(({ type }) => type === "" || type.startsWith("image/"));
    if (images.length > 0) this.#onFile(images[0], images.length === 1);
    else this.#onOther();
  }
}
