/**
 * The Trivial File Transfer Protocol.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record, when } from "../compound.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { terminatedTextOrOctets } from "../text_or_octets.ts";
import { valueText } from "../value.ts";

const REQUEST = [1, 2] as const;

const text = terminatedTextOrOctets();

/** The fields of a packet of TFTP; a block's data are its payload. */
export const tftpFields = {
  /** What it is. */
  opcode: {
    bits: 16,
    names: {
      1: "read request",
      2: "write request",
      3: "data",
      4: "acknowledgement",
      5: "error",
      6: "option acknowledgement",
    },
  },
  /** In requests: which file. */
  fileName: when({ opcode: REQUEST }, text),
  /** In requests: `"octet"`, `"netascii"`, or of old `"mail"`. */
  mode: when({ opcode: REQUEST }, text),
  /** Number of the block, from 1; the acknowledgement of a request has 0. */
  block: when({ opcode: [3, 4] }, 16),
  /** What went wrong. */
  errorCode: when({ opcode: 5 }, {
    bits: 16,
    names: {
      0: "not defined",
      1: "file not found",
      2: "access violation",
      3: "disk full",
      4: "illegal operation",
      5: "unknown transfer id",
      6: "file exists",
      7: "no such user",
      8: "option refused",
    },
  }),
  /** The same for people. */
  errorMessage: when({ opcode: 5 }, text),
  /** Options asked for or agreed to, such as blksize (RFC 2347). */
  options: when(
    { opcode: [1, 2, 6] },
    list(record({ name: text, value: text })),
  ),
} as const satisfies FieldTable;

/** How much of a file name a summary shows. */
const SHOWN = 80;

/** TFTP; only requests come to port 69, the transfer has ports of its own. */
export const tftp: Layer<"tftp", typeof tftpFields> = layer(
  "tftp",
  tftpFields,
  {
    source: "RFC 1350 §5",
    under: [["udp", 69]],
    header: "parsed",
    defaults: { opcode: 1 },
    implied: ({ fileName }) => fileName === undefined ? {} : { mode: "octet" },
    summary({ opcode, fileName, block, errorMessage }) {
      const name = tftpFields.opcode.names[opcode as 1] ?? `opcode ${opcode}`;
      const what = fileName ?? block ?? errorMessage;
      return what === undefined
        ? name
        : `${name} ${valueText(what).slice(0, SHOWN)}`;
    },
  },
);
