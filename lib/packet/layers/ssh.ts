/**
 * The Secure Shell's transport, as far as it goes in the clear: up to the
 * message that turns encryption on.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { sized, when } from "../compound.ts";
import type { Format } from "../format.ts";
import { octets } from "../formats.ts";
import { latin1, latin1Text } from "../latin1.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { textOrOctets } from "../text_or_octets.ts";
import { valueText } from "../value.ts";

/** What the letters "SSH-" are as the length of a packet. */
const LETTERS = 0x5353482d;

/** Octets of an identification with its line end, at the most (RFC 4253 §4.2). */
const MAX_IDENTIFICATION = 255;
/** Octets of a packet that all must be able to take (RFC 4253 §6.1). */
const MAX_PACKET = 35_000;
/** What a packet's octets are a multiple of where nothing is encrypted. */
const BLOCK = 8;
const MIN_PADDING = 4;
/** Octets from the start of a packet to the length of its padding. */
const PADDING_LENGTH_AT = 4;

const LF = 0x0a;

const DISCONNECT = 1;
const KEX_INIT = 20;

/** When a message is one of these. */
const inKexInit = { code: KEX_INIT };
const inDisconnect = { code: DISCONNECT };

/** The messages' names (RFC 4250 §4.1.2). */
const messages = {
  1: "disconnect",
  2: "ignore",
  3: "unimplemented",
  4: "debug",
  5: "serviceRequest",
  6: "serviceAccept",
  7: "extensionInfo",
  20: "kexInit",
  21: "newKeys",
} as const;

/** What the fields so far say. */
interface Start {
  readonly length?: unknown;
  readonly identification?: unknown;
  readonly paddingLength?: unknown;
}

const isIdentification = ({ length, identification }: Start): boolean =>
  length === undefined ? identification !== undefined : length === LETTERS;

const isPacket = (start: Start): boolean => !isIdentification(start);

/** A line of text; the letters that it starts with are those of `length`. */
const identification: Format<string | undefined, string> = {
  about: "the line that starts a connection",
  isQuiet: true,
  read(from) {
    if (!isIdentification(from.fields)) return undefined;
    const { octets, start, at, left } = from;
    const most = Math.min(from.end, start + MAX_IDENTIFICATION);
    const end = octets.subarray(0, most).indexOf(LF, at);
    if (end < 0) {
      if (most < from.end) from.fail("identification without an end", start);
      throw from.cut(left + 1);
    }
    from.take(end + 1 - at);
    return latin1Text(octets.subarray(start, end)).replace(/\r$/, "");
  },
  write(to, value) {
    if (value === undefined) return;
    if (typeof value !== "string" || !/^SSH-[\x20-\x7e]*$/.test(value)) {
      to.refuse("be a line of ASCII that starts with SSH-", value);
    }
    if (value.length > MAX_IDENTIFICATION - 2) {
      const most = MAX_IDENTIFICATION - 2;
      to.refuse(`be up to ${most} characters`, value.length, RangeError);
    }
    to.bytes(new TextEncoder().encode(value.slice(4) + "\r\n"));
  },
  random: (random) =>
    random() < 0.3 ? `SSH-2.0-x${Math.floor(random() * 1e6)}` : undefined,
  text: (value) => valueText(value),
};

/** Names with a comma between each two. */
const names: Format<readonly string[]> = {
  about: "names",
  empty: [],
  read(from) {
    const text = latin1Text(from.bytes());
    return text === "" ? [] : text.split(",");
  },
  write(to, value = []) {
    const isList = Array.isArray(value) &&
      value.every((name) => /^[^,]*$/.test(name)) &&
      !(value.length === 1 && value[0] === "");
    if (!isList) to.refuse("be a list of names without commas", value);
    latin1().write(to, value.join(","));
  },
  random: (random) =>
    Array.from(
      { length: Math.floor(random() * 4) },
      () => `a${Math.floor(random() * 1000)}@example`,
    ),
  text: (value) => value.join(",") || "none",
};

const nameList = when(inKexInit, sized(32, names));

const string = when(inDisconnect, sized(32, textOrOctets()));

// What is set is checked like any value.
const rest = { ...octets(), takesOctets: true };
const sixteen = { ...octets(16), takesOctets: true };

/** What the message has beyond the fields before, or as much as there is. */
const data = when(
  isPacket,
  {
    ...rest,
    read(from) {
      const { at, left, start } = from;
      const { length, paddingLength } = from.fields;
      const end = start + 4 + Number(length) - Number(paddingLength);
      if (end < at) from.fail("message longer than its packet");
      if (end - at > left) {
        from.note(from.cut(end - at));
      }
      return from.bytes(Math.min(end - at, left));
    },
    random: (random, fields) =>
      fields.code === KEX_INIT || fields.code === DISCONNECT
        ? undefined
        : rest.random(random, fields),
  } satisfies Format<Uint8Array>,
);

/** Octets that fill the packet up. */
const padding = when(
  isPacket,
  {
    ...rest,
    isQuiet: false,
    lengthIn: "paddingLength",
    read(from) {
      return from.bytes(Number(from.fields.paddingLength));
    },
    write(to, value) {
      if (value !== undefined) return rest.write(to, value);
      const { paddingLength } = to.fields;
      if (paddingLength !== undefined) {
        to.room(Number(paddingLength));
        return;
      }
      const over = (to.at + MIN_PADDING) % BLOCK;
      const length = MIN_PADDING + (BLOCK - over) % BLOCK;
      to.room(length);
      // It was written before it was known.
      to.octets[PADDING_LENGTH_AT] = length;
    },
    random: () => undefined,
  } satisfies Format<Uint8Array>,
);

/** The fields of a line or a packet of SSH. */
export const sshFields = {
  /**
   * Octets of the packet behind this number. A connection starts with a line of
   * text, and then these are its letters "SSH-".
   */
  length: { bits: 32, names: { [LETTERS]: "SSH-" } },
  /** The line, without its end: `"SSH-2.0-OpenSSH_9.2"` (RFC 4253 §4.2). */
  identification,
  /** Of a packet: octets of padding, 4 or more. */
  paddingLength: when(isPacket, 8),
  /** Of a packet: the message; 30 to 49 belong to the way of key exchange. */
  code: when(isPacket, { bits: 8, names: messages }),
  /** Of kexInit (RFC 4253 §7.1): random octets. */
  cookie: when(inKexInit, sixteen),
  /** Ways to agree on keys, the best first, as are all these lists. */
  kexAlgorithms: nameList,
  /** Signatures of the server's key. */
  serverHostKeyAlgorithms: nameList,
  /** Ciphers for what the client sends. */
  encryptionAlgorithmsClientToServer: nameList,
  /** Ciphers for what the server sends. */
  encryptionAlgorithmsServerToClient: nameList,
  /** MACs for what the client sends. */
  macAlgorithmsClientToServer: nameList,
  /** MACs for what the server sends. */
  macAlgorithmsServerToClient: nameList,
  /** Compression of what the client sends. */
  compressionAlgorithmsClientToServer: nameList,
  /** Compression of what the server sends. */
  compressionAlgorithmsServerToClient: nameList,
  /** Languages for the client. */
  languagesClientToServer: nameList,
  /** Languages for the server. */
  languagesServerToClient: nameList,
  /** 1 if the first message of a guessed key exchange follows. */
  firstKexPacketFollows: when(inKexInit, 8),
  /** 0. */
  reserved: when(inKexInit, 32),
  /** Of disconnect (RFC 4253 §11.1): why. */
  reasonCode: when(inDisconnect, {
    bits: 32,
    names: {
      1: "hostNotAllowedToConnect",
      2: "protocolError",
      3: "keyExchangeFailed",
      5: "macError",
      6: "compressionError",
      7: "serviceNotAvailable",
      8: "protocolVersionNotSupported",
      9: "hostKeyNotVerifiable",
      10: "connectionLost",
      11: "byApplication",
      12: "tooManyConnections",
      13: "authCancelledByUser",
      14: "noMoreAuthMethodsAvailable",
      15: "illegalUserName",
    },
  }),
  /** Why, in words. */
  description: string,
  /** The words' language (RFC 3066). */
  languageTag: string,
  /** What the message has beyond these fields; all of most messages. */
  data,
  /** Random octets that make the packet's a multiple of 8. */
  padding,
} as const satisfies FieldTable;

/**
 * A line or an unencrypted packet of SSH; a segment may have several, one layer
 * each.
 */
export const ssh: Layer<"ssh", typeof sshFields> = layer("ssh", sshFields, {
  source: "RFC 4253 §4.2, §6, §7.1",
  under: [["ssh", 0], ["tcp", 22]],
  header: "parsed",
  select: () => 0,
  tentative: true,
  // Of what is encrypted one in some millions would pass.
  check({ length }) {
    const isWhole = (length + 4) % BLOCK === 0 && length >= BLOCK &&
      length <= MAX_PACKET;
    return isWhole || length === LETTERS ? undefined : "no SSH packet";
  },
  implied: ({ identification, kexAlgorithms, reasonCode }) => ({
    ...identification !== undefined && { length: LETTERS },
    ...kexAlgorithms !== undefined && { code: KEX_INIT },
    ...reasonCode !== undefined && { code: DISCONNECT },
  }),
  computed: { length: ({ header }) => header - 4 },
  summary({ identification, code, length }) {
    if (identification !== undefined) return identification;
    const name = messages[code as 1] ?? `message ${code}`;
    return `${name} ${length} octets`;
  },
});
