// What a picture is called between the page's script and the rest of the extension.

const MAX_KEY_LENGTH = 2000;
// Characters of long addresses that are remembered; a page that draws each frame into a data: URL makes many.
const MAX_REMEMBERED = 64e6;

let lastNumber = 0;
let remembered = 0;
const numbers = /** @type {Map<string, number>} */ (new Map());

/**
 * Two images never have one key. A hash would do for accidents, but a page could make a second picture for that of a first.
 *
 * @param {string} url
 * @returns {string} names the image within its page; short also for a data: URL
 */
export function imageKeyOf(url) {
  if (url.length <= MAX_KEY_LENGTH) return url;
  const number = numbers.get(url) ?? (lastNumber += 1);
  remember(url, number);
  return `${url.slice(0, 64)}#${url.length}-${number}`;
}

/** @param {string} url @param {number} number is known until others have been used so much more lately that there is no room */
function remember(url, number) {
  if (!numbers.delete(url)) remembered += url.length;
  numbers.set(url, number);
  for (const [oldest] of numbers) {
    if (remembered <= MAX_REMEMBERED || oldest === url) return;
    numbers.delete(oldest);
    remembered -= oldest.length;
  }
}
