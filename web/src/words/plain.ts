// Texts of other people, such as reasons. What turns the direction of the text around it, or looks like nothing, is
// shown as a sign that something is there: the same characters as on the command line.

const HIDDEN =
  /[\u0080-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff]|[\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e01ef}]/gu

export function plain(text: string): string {
  return text.replace(HIDDEN, '\ufffd')
}

/** Reads what the server wrote. It writes such characters as they are; controls are escaped in JSON, and shown as nothing. */
export function readJson<T>(text: string): T {
  return JSON.parse(plain(text)) as T
}
