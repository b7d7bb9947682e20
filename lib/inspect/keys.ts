/**
 * Keys as terminals send them, for what has the whole screen.
 *
 * @see ECMA-48 §5.4 (control sequences), xterm's ctlseqs (PC-style function keys)
 * @module
 */

/** Final octet of a sequence, or the number before a tilde, to the key. */
const NAMES: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  "1~": "home",
  "2~": "insert",
  "3~": "delete",
  "4~": "end",
  "5~": "pageup",
  "6~": "pagedown",
  "7~": "home",
  "8~": "end",
};

const CONTROLS: Readonly<Record<number, string>> = {
  0x08: "backspace",
  0x09: "tab",
  0x0a: "enter",
  0x0d: "enter",
  0x20: "space",
  0x7f: "backspace",
};

const ESC = 0x1b;

/** A key, and where the next one begins. */
export interface Key {
  /** The character, or the key's name: `"space"`, `"up"`, `"ctrl-l"`. */
  readonly name: string;
  /** Octets up to the next one. */
  readonly end: number;
}

/**
 * Reads one key.
 *
 * @param octets What the terminal sent, mostly a key a read.
 * @param start Where to begin; there must be an octet.
 * @returns The key; what is no key that has a name is `""`.
 *
 * @example
 * ```ts
 * import { readKey } from "./keys.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(readKey(Uint8Array.of(0x1b, 0x5b, 0x41)), { name: "up", end: 3 });
 * assert.deepEqual(readKey(Uint8Array.of(0x71)), { name: "q", end: 1 });
 * ```
 */
export function readKey(octets: Uint8Array, start = 0): Key {
  const first = octets[start]!;
  const second = octets[start + 1];
  if (first === ESC && (second === 0x5b || second === 0x4f)) {
    let end = start + 2;
    // Parameters and intermediates, then the final octet.
    while (end < octets.length && octets[end]! < 0x40) end++;
    const body = String.fromCharCode(...octets.subarray(start + 2, end + 1));
    // Modifiers stand behind a semicolon: Ctrl-Up is an Up here.
    const name = NAMES[body.replace(/;\d*/, "").replace(/^1?([A-Z])$/, "$1")];
    return { name: name ?? "", end: Math.min(end + 1, octets.length) };
  }
  if (first === ESC) return { name: "escape", end: start + 1 };
  const control = CONTROLS[first];
  if (control !== undefined) return { name: control, end: start + 1 };
  if (first < 0x20) {
    const letter = String.fromCharCode(first + 0x60);
    return { name: `ctrl-${letter}`, end: start + 1 };
  }
  const length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const end = Math.min(start + length, octets.length);
  const name = new TextDecoder().decode(octets.subarray(start, end));
  return { name: name === "\ufffd" ? "" : name, end };
}
