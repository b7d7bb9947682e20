/**
 * Secure Shell: what crosses the wire before encryption starts.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { sized, when } from "../compound.ts";
import type { Cursor, Format } from "../format.ts";
import { octets } from "../formats.ts";
import { latin1, latin1Text } from "../latin1.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { valueText } from "../value.ts";

/** The characters `SSH-` as a number. */
const SSH = 0x5353482d;

/** Octets of a packet's length. */
const HEAD = 4;

/** The unit in which packets are filled up, and the least padding (RFC 4253 §6). */
const UNIT = 8;
const LEAST_PADDING = 4;

/** The most octets that everybody takes (RFC 4253 §6.1). */
const MOST = 35_000;

const KEXINIT = 20;

/** The messages that may come before encryption (RFC 4250 §4.1). */
const MESSAGES = {
  1: "disconnect",
  2: "ignore",
  3: "unimplemented",
  4: "debug",
  20: "kexinit",
  21: "newkeys",
  30: "kexRequest",
  31: "kexReply",
  32: "kexGexInit",
  33: "kexGexReply",
  34: "kexGexRequest",
} as const;

type Start = { readonly start: number };

/** Whether what follows the length looks like a packet that is not encrypted. */
function isPlain({ octets, at, end, fields }: Cursor): boolean {
  const { start } = fields as unknown as Start;
  if (start === SSH || end - at < 2) return false;
  const padding = octets[at]!;
  return padding >= LEAST_PADDING && padding + 2 <= start &&
    (start + HEAD) % UNIT === 0 && octets[at + 1]! in MESSAGES;
}

/** The line with which each side starts, behind `SSH-`. */
const identification: Format<string | undefined, string> = {
  ...latin1(),
  about: "version and name of the software",
  empty: undefined,
  read(from) {
    const { start } = from.fields as unknown as Start;
    if (start !== SSH) return undefined;
    const feed = from.octets.indexOf(0x0a, from.at);
    const end = feed < 0 || feed >= from.end ? from.end : feed;
    const line = latin1Text(from.bytes(end - from.at));
    from.take(1);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  },
  write(to, value) {
    if (value === undefined) return;
    if (/[\r\n]/.test(value)) to.refuse("be one line", value);
    latin1().write(to, `${value}\r\n`);
  },
  random: (random, fields) =>
    fields.start === SSH ? latin1().random(random, fields) : undefined,
  text: (value) => value === undefined ? "absent" : valueText(value),
};

/** The length of the padding; writing the padding puts it right. */
const paddingLength: Format<number | undefined, number> = {
  about: "octets of padding, of a packet in the clear",
  isQuiet: true,
  read: (from) => isPlain(from) ? from.u8() : undefined,
  write(to, value) {
    const { message } = to.fields;
    if (value === undefined && message === undefined) return;
    if (value !== undefined && !(value >= 0 && value < 256)) {
      to.refuse("be a whole number from 0 to 255", value, RangeError);
    }
    to.u8(value ?? 0);
  },
  random: () => undefined,
  text: (value) => String(value),
};

const isPacket = ({ paddingLength }: { readonly paddingLength: unknown }) =>
  paddingLength !== undefined;

/** The number of a message. */
const message: Format<number | undefined, number> = {
  about: `the message: ${Object.values(MESSAGES).join(", ")}`,
  isQuiet: true,
  read: (from) => isPacket(from.fields as never) ? from.u8() : undefined,
  write(to, value) {
    if (value === undefined) return;
    if (!(Number.isInteger(value) && value >= 0 && value < 256)) {
      to.refuse("be a whole number from 0 to 255", value, RangeError);
    }
    to.u8(value);
  },
  random: () => undefined,
  text: (value) => `${value} ${MESSAGES[value as 1] ?? ""}`.trim(),
};

/** Names with commas between them (RFC 4251 §5). */
const names: Format<readonly string[]> = {
  about: "a list of names",
  empty: [],
  read(from) {
    const text = latin1Text(from.bytes());
    return text === "" ? [] : text.split(",");
  },
  write(to, value = []) {
    if (!Array.isArray(value)) to.refuse("be a list of names", value);
    latin1().write(to, value.join(","));
  },
  random: () => ["none"],
  text: (value) => value.join(", "),
};

const offer = when({ message: KEXINIT }, sized(32, names));

interface Packet {
  readonly start: number;
  readonly message: number | undefined;
  readonly paddingLength: number | undefined;
  readonly identification: string | undefined;
}

/** What a message other than an offer holds. */
const data: Format<Uint8Array | undefined, Uint8Array> = {
  ...octets(),
  about: "what other messages hold",
  empty: undefined,
  read(from) {
    const { start, message, paddingLength } = from.fields as unknown as Packet;
    if (message === undefined || message === KEXINIT) return undefined;
    return from.bytes(start - 2 - paddingLength!);
  },
  random: () => undefined,
  text: (value) => valueText(value),
};

/** Octets that fill a packet up; as many as it takes if nobody sets them. */
const padding: Format<Uint8Array | undefined, Uint8Array> = {
  about: "octets that fill the packet up",
  isQuiet: true,
  takesOctets: true,
  read(from) {
    const { paddingLength } = from.fields as unknown as Packet;
    return paddingLength === undefined ? undefined : from.bytes(paddingLength);
  },
  write(to, value) {
    const { message, paddingLength } = to.fields as unknown as Packet;
    if (message === undefined && value === undefined) return;
    const least = to.at + LEAST_PADDING;
    const filled = value ??
      new Uint8Array(LEAST_PADDING + (UNIT - least % UNIT) % UNIT);
    to.bytes(filled);
    if (paddingLength === undefined) to.octets[HEAD] = filled.length;
  },
  random: () => undefined,
  text: (value) => valueText(value),
};

/** Octets that are encrypted, or go on from another segment. */
const fragment: Format<Uint8Array | undefined, Uint8Array> = {
  ...octets(),
  about: "what is encrypted",
  empty: undefined,
  read(from) {
    const { start, message, identification } = from
      .fields as unknown as Packet;
    if (message !== undefined || identification !== undefined) return undefined;
    return from.bytes(Math.min(start, from.left));
  },
  random: (random, fields) =>
    fields.start === SSH ? undefined : Uint8Array.from(
      { length: Math.min(Number(fields.start ?? 0), 40) },
      () => 0x80 + Math.floor(random() * 64),
    ),
  text: (value) => value === undefined ? "absent" : valueText(value),
};

/** The fields of an SSH packet, or of the line before the first. */
export const sshFields = {
  /**
   * Octets of the packet behind this field; in the line with which each side
   * starts, the characters `SSH-`.
   */
  start: { bits: 32, names: { [SSH]: "SSH-" } },
  /** What each side says first, behind `SSH-`: `2.0-OpenSSH_9.2`. */
  identification,
  /** Octets of `padding`, 4 at least. */
  paddingLength,
  /** Which message it is. */
  message,
  /** KEXINIT: chance. */
  cookie: when({ message: KEXINIT }, { octets: 16 }),
  /** KEXINIT: ways to agree on a key. */
  kexAlgorithms: offer,
  /** KEXINIT: kinds of keys that the server may have. */
  hostKeyAlgorithms: offer,
  /** KEXINIT: ciphers, client to server. */
  ciphersToServer: offer,
  /** KEXINIT: ciphers, server to client. */
  ciphersToClient: offer,
  /** KEXINIT: message authentication, client to server. */
  macsToServer: offer,
  /** KEXINIT: message authentication, server to client. */
  macsToClient: offer,
  /** KEXINIT: compression, client to server. */
  compressionToServer: offer,
  /** KEXINIT: compression, server to client. */
  compressionToClient: offer,
  /** KEXINIT: languages, client to server. */
  languagesToServer: offer,
  /** KEXINIT: languages, server to client. */
  languagesToClient: offer,
  /** KEXINIT: 1 if a guess at the exchange follows at once. */
  firstKexFollows: when({ message: KEXINIT }, 8),
  /** KEXINIT: not in use. */
  reserved: when({ message: KEXINIT }, 32),
  /** What other messages hold. */
  data,
  /** Octets that fill the packet up. */
  padding,
  /** What is encrypted, up to the end of the packet, or of the segment. */
  fragment,
} as const satisfies FieldTable;

/** SSH: one packet a layer, as long as they are in the clear. */
export const ssh: Layer<"ssh", typeof sshFields> = layer("ssh", sshFields, {
  source: "RFC 4253 §4.2, §6, §7.1",
  under: [["tcp", 22], ["tcp", 2222], ["ssh", 0]],
  select: ({ fragment }) => fragment === undefined ? 0 : undefined,
  header: "parsed",
  tentative: true,
  check: ({ start }) =>
    start === SSH || start >= 12 && start <= MOST ? undefined : "no SSH packet",
  implied: ({ identification, message }) => ({
    ...identification !== undefined && { start: SSH },
    ...message === KEXINIT && { reserved: 0, firstKexFollows: 0 },
  }),
  computed: { start: ({ header }) => header - HEAD },
  summary: ({ identification, message, fragment }) =>
    identification !== undefined
      ? `SSH-${identification}`
      : message === undefined
      ? `encrypted ${fragment?.length ?? 0} octets`
      : MESSAGES[message as 1] ?? `message ${message}`,
});
