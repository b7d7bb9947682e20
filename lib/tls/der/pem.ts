/**
 * PEM: octets as base64 between two lines that say what they are.
 *
 * No error ever repeats what stands between those lines, as that may be a
 * private key.
 *
 * @see RFC 7468
 * @module
 */

import { DecodeError } from "../../errors.ts";

/** One block of a PEM text. */
export interface PemBlock {
  /** What the octets are: `"CERTIFICATE"`, `"PRIVATE KEY"`. */
  readonly label: string;
  /** The octets. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Lines such as `Proc-Type: 4,ENCRYPTED` of old encrypted keys, by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-16 units from the start of the text to the block. */
  readonly offset: number;
}

/** A label is one line of some words; longer ones are no labels. */
const BEGIN =
  /-----BEGIN ([A-Z0-9][A-Z0-9 #.+\-/]{0,63}?)-----[ \t]*(?=\r|\n|$)/g;

const HEADER = /^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.*)$/;

/**
 * Reads all blocks of a text; what stands between them is passed over.
 *
 * @param text The text of a `.pem`, `.crt` or `.key` file.
 * @param label Only blocks of this label. @default {all}
 * @returns The blocks in order; none if there are none.
 * @throws {DecodeError} If a block does not end, or is not base64; the offset
 * counts from the start of the text.
 * @see RFC 7468 §2
 *
 * @example
 * ```ts
 * import { parsePem } from "./pem.ts";
 * import assert from "node:assert/strict";
 *
 * const [block] = parsePem("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
 * assert.deepEqual([block?.label, block?.bytes], ["CERTIFICATE", Uint8Array.of(0x30, 0)]);
 * ```
 */
export function parsePem(text: string, label?: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  BEGIN.lastIndex = 0;
  for (let from = 0;;) {
    BEGIN.lastIndex = from;
    const begin = BEGIN.exec(text);
    if (!begin) return blocks;
    const found = begin[1]!;
    const offset = begin.index;
    const bodyStart = offset + begin[0].length;
    const marker = `-----END ${found}-----`;
    const bodyEnd = text.indexOf(marker, bodyStart);
    if (bodyEnd < 0) {
      throw new DecodeError(`block ${found} does not end`, {
        layer: "PEM",
        offset,
        hint: `look for the line ${marker}`,
      });
    }
    from = bodyEnd + marker.length;
    if (label !== undefined && found !== label) continue;
    const { headers, base64 } = split(text.slice(bodyStart, bodyEnd));
    blocks.push({
      label: found,
      bytes: decode(base64, found, offset),
      headers,
      offset,
    });
  }
}

/** Takes the headers off a block's lines. */
function split(
  body: string,
): { headers: Record<string, string>; base64: string } {
  if (!body.includes(":")) return { headers: {}, base64: body };
  const headers: Record<string, string> = {};
  const lines = body.trimStart().split(/\r\n|\r|\n/);
  let i = 0;
  for (; i < lines.length; i++) {
    const header = HEADER.exec(lines[i]!);
    if (!header) break;
    headers[header[1]!] = header[2]!.trim();
  }
  return { headers, base64: lines.slice(i).join("\n") };
}

function decode(
  base64: string,
  label: string,
  offset: number,
): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    // The error underneath may quote what it read, so it stays here.
    throw new DecodeError(`block ${label} is not base64`, {
      layer: "PEM",
      offset,
    });
  }
}

/**
 * Writes one block, in lines of 64 characters.
 *
 * @param label What the octets are: `"CERTIFICATE"`.
 * @param bytes The octets.
 * @returns The block with a line feed at its end.
 * @throws {TypeError} If the label has anything but capitals, digits and spaces.
 * @see RFC 7468 §3
 *
 * @example
 * ```ts
 * import { formatPem } from "./pem.ts";
 * import assert from "node:assert/strict";
 *
 * const text = formatPem("CERTIFICATE", Uint8Array.of(0x30, 0));
 * assert.equal(text, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
 * ```
 */
export function formatPem(label: string, bytes: Uint8Array): string {
  if (!/^[A-Z0-9]+(?: [A-Z0-9]+)*$/.test(label)) {
    throw new TypeError(
      `Cannot write PEM as 'label' must be words in capitals: current value is ${label}`,
    );
  }
  const lines = bytes.toBase64().match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""]
    .join("\n");
}
