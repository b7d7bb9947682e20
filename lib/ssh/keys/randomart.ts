/**
 * The picture of a key: what a bishop leaves behind who walks as its
 * fingerprint says. People see a difference sooner than they read it.
 *
 * @see ssh-keygen(1) -lv; Loss, Limmer, von Gernler, The drunken bishop (2009)
 * @module
 */

import { md5 } from "../../bytes/md5.ts";
import { sha256 } from "../../bytes/sha256.ts";
import type { FingerprintOptions } from "./fingerprint.ts";
import { keyTitle } from "./key_size.ts";

const WIDTH = 17;
const HEIGHT = 9;
/** By how often a square was visited; then the start and the end. */
const MARKS = " .o+=*BOX@%&#/^";

/**
 * Draws a key's fingerprint, as `ssh-keygen -lv` does.
 *
 * @param key The key as it goes over the wire.
 * @param options Which digest.
 * @returns Eleven lines of 19 characters.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { publicKey } = await net.ssh.generateKey();
 * const lines = net.ssh.randomart(publicKey).split("\n");
 * assert.equal(lines.length, 11);
 * assert.equal(lines[0], "+--[ED25519 256]--+");
 * ```
 */
export function randomart(
  key: Uint8Array,
  options: FingerprintOptions = {},
): string {
  const { hash = "sha256" } = options;
  const digest = hash === "md5" ? md5(key) : sha256(key);
  const visits = new Uint8Array(WIDTH * HEIGHT);
  const start = [WIDTH >> 1, HEIGHT >> 1] as const;
  let [x, y]: readonly [number, number] = start;
  for (const octet of digest) {
    // Two bits a step, the lowest first.
    for (let shift = 0; shift < 8; shift += 2) {
      const step = octet >> shift;
      x = Math.min(Math.max(x + (step & 1 ? 1 : -1), 0), WIDTH - 1);
      y = Math.min(Math.max(y + (step & 2 ? 1 : -1), 0), HEIGHT - 1);
      const at = y * WIDTH + x;
      visits[at] = Math.min(visits[at]! + 1, MARKS.length - 1);
    }
  }
  const row = (line: number) => {
    const marks = Array.from(
      visits.subarray(line * WIDTH, (line + 1) * WIDTH),
      (count) => MARKS[count],
    );
    if (line === start[1]) marks[start[0]] = "S";
    if (line === y) marks[x] = "E";
    return `|${marks.join("")}|`;
  };
  return [
    frame(keyTitle(key)),
    ...Array.from({ length: HEIGHT }, (_, line) => row(line)),
    frame(hash.toUpperCase()),
  ].join("\n");
}

function frame(title: string): string {
  const boxed = `[${title}]`.slice(0, WIDTH);
  const before = (WIDTH - boxed.length) >> 1;
  return `+${"-".repeat(before)}${boxed.padEnd(WIDTH - before, "-")}+`;
}
