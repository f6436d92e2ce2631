// The one error that a check turns into a failed result: a code for the interface, a sentence for the reader.

/**
 * refused: the server wants a login (401, 403). not_found: 404, 410. unreachable: no answer. http_error: any other bad
 * answer. not_an_image: the bytes do not decode. too_large: more bytes or pixels than allowed. timeout: a time limit
 * passed. canvas_noise: the browser changes the pixels that are read. engine: the model could not be loaded or run.
 *
 * @typedef {"refused" | "not_found" | "unreachable" | "http_error" | "not_an_image" | "too_large" | "timeout" |
 *   "canvas_noise" | "engine"} FailureCode
 */

/** Why an image has no verdict; the message is fit to be shown. */
export class CheckError extends Error {
  /**
   * @param {FailureCode} code
   * @param {string} message
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = "CheckError";
    this.code = code;
  }
}
