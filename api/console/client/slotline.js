/** The event client. */
export const service = new URL("../../../", import.meta.url).href;
