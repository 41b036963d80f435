/**
 * Loading the page anew, when its files are of two releases: while a new one takes the place of an old one, the page may come from one and a file of
 * it from the other. Where one was stays: the address, the scroll, the token, what was being written.
 */

const KEY = "slotline.renewed";
/** Where two releases stand beside each other for longer, the second time is not hurried, nor any after it. */
const AGAIN_MS = 10_000;

export function renew() {
  const since = Date.now() - Number(sessionStorage.getItem(KEY));
  setTimeout(() => {
    sessionStorage.setItem(KEY, String(Date.now()));
    location.reload();
  }, since < AGAIN_MS ? AGAIN_MS : 0);
}
/** The page has come whole: the next time is a first time again. */
export const whole = () => sessionStorage.removeItem(KEY);
