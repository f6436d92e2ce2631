// Looks into an image's bytes for a trace of Content Credentials: cheap, where the library that reads them is not.

const encoder = new TextEncoder();
// The label of every manifest store, and the XMP entry that says where else one lies.
const [LABEL, ADDRESS] = ["c2pa", "dcterms:provenance"].map((words) => encoder.encode(words));

/**
 * In every format and wherever it lies, by words that stand in the file as they are. Four letters may stand there by chance, in
 * one image of thousands: then the library finds nothing.
 *
 * @param {ArrayBuffer} buffer of an image file
 * @returns {boolean} whether the library is worth loading; without these words there is nothing for it to find
 */
export function mayHaveCredentials(buffer) {
  const bytes = new Uint8Array(buffer);
  for (let place = 0; place < bytes.length; place += 1) {
    const first = bytes[place];
    if (first === LABEL[0] && isAt(bytes, place, LABEL)) return true;
    if (first === ADDRESS[0] && isAt(bytes, place, ADDRESS)) return true;
  }
  return false;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} place
 * @param {Uint8Array} words
 */
function isAt(bytes, place, words) {
  let length = 0;
  while (length < words.length && bytes[place + length] === words[length]) length += 1;
  return length === words.length;
}
