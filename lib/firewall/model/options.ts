/**
 * What stands in headers of no fixed place: IPv6 extension headers, TCP and
 * IPv4 options, SCTP chunks. Offsets are in bits from where the option begins.
 *
 * @see nft(8), EXTENSION HEADER EXPRESSIONS
 *
 * @module
 */

import type { FieldRow } from "./headers.ts";

/** An option or extension header. */
export interface OptionRow {
  /** Its number: the protocol, the kind, or the type of chunk. */
  readonly number: number;
  readonly fields: Readonly<Record<string, FieldRow>>;
}

const generic = {
  nexthdr: ["inet_proto", 0, 8],
  hdrlength: ["integer", 8, 8],
} as const;

const routing = {
  ...generic,
  type: ["integer", 16, 8],
  "seg-left": ["integer", 24, 8],
} as const;

/** IPv6 extension headers. */
export const exthdrTable = {
  hbh: { number: 0, fields: generic },
  rt: { number: 43, fields: routing },
  rt0: {
    number: 43,
    fields: {
      "addr[1]": ["ipv6_addr", 64, 128],
      "addr[2]": ["ipv6_addr", 192, 128],
    },
  },
  rt2: { number: 43, fields: { addr: ["ipv6_addr", 64, 128] } },
  srh: {
    number: 43,
    fields: {
      "last-entry": ["integer", 32, 8],
      flags: ["integer", 40, 8],
      tag: ["integer", 48, 16],
      "sid[1]": ["ipv6_addr", 64, 128],
      "sid[2]": ["ipv6_addr", 192, 128],
    },
  },
  frag: {
    number: 44,
    fields: {
      nexthdr: ["inet_proto", 0, 8],
      reserved: ["integer", 8, 8],
      "frag-off": ["integer", 16, 13],
      reserved2: ["integer", 29, 2],
      "more-fragments": ["integer", 31, 1],
      id: ["integer", 32, 32],
    },
  },
  dst: { number: 60, fields: generic },
  mh: {
    number: 135,
    fields: {
      ...generic,
      type: ["mh_type", 16, 8],
      reserved: ["integer", 24, 8],
      checksum: ["integer", 32, 16],
    },
  },
} as const satisfies Readonly<Record<string, OptionRow>>;

const length = { length: ["integer", 8, 8] } as const;

const block = <const N extends number>(_: N, at: number) =>
  ({
    length: ["integer", 8, 8],
    left: ["integer", at, 32],
    right: ["integer", at + 32, 32],
  }) as const;

/** TCP options. */
export const tcpOptionTable = {
  eol: { number: 0, fields: {} },
  nop: { number: 1, fields: {} },
  maxseg: { number: 2, fields: { ...length, size: ["integer", 16, 16] } },
  window: { number: 3, fields: { ...length, count: ["integer", 16, 8] } },
  "sack-perm": { number: 4, fields: length },
  sack: { number: 5, fields: block(0, 16) },
  sack1: { number: 5, fields: block(1, 80) },
  sack2: { number: 5, fields: block(2, 144) },
  sack3: { number: 5, fields: block(3, 208) },
  timestamp: {
    number: 8,
    fields: {
      ...length,
      tsval: ["integer", 16, 32],
      tsecr: ["integer", 48, 32],
    },
  },
  md5sig: { number: 19, fields: length },
  mptcp: { number: 30, fields: { ...length, subtype: ["integer", 16, 4] } },
  fastopen: { number: 34, fields: length },
} as const satisfies Readonly<Record<string, OptionRow>>;

/** Other names of TCP options, which nft reads. */
export const tcpOptionAliases: Readonly<Record<string, string>> = {
  mss: "maxseg",
  "sack-permitted": "sack-perm",
  sack0: "sack",
  echo: "timestamp",
};

const route = {
  type: ["integer", 0, 8],
  length: ["integer", 8, 8],
  ptr: ["integer", 16, 8],
  addr: ["integer", 24, 32],
} as const;

/** IPv4 options. */
export const ipOptionTable = {
  rr: { number: 7, fields: route },
  lsrr: { number: 131, fields: route },
  ssrr: { number: 137, fields: route },
  ra: {
    number: 148,
    fields: {
      type: ["integer", 0, 8],
      length: ["integer", 8, 8],
      value: ["integer", 16, 16],
    },
  },
} as const satisfies Readonly<Record<string, OptionRow>>;

const chunk = {
  type: ["integer", 0, 8],
  flags: ["integer", 8, 8],
  length: ["integer", 16, 16],
} as const;

const init = {
  ...chunk,
  "init-tag": ["integer", 32, 32],
  "a-rwnd": ["integer", 64, 32],
  "num-outbound-streams": ["integer", 96, 16],
  "num-inbound-streams": ["integer", 112, 16],
  "initial-tsn": ["integer", 128, 32],
} as const;

/** SCTP chunks. */
export const sctpChunkTable = {
  data: {
    number: 0,
    fields: {
      ...chunk,
      tsn: ["integer", 32, 32],
      stream: ["integer", 64, 16],
      ssn: ["integer", 80, 16],
      ppid: ["integer", 96, 32],
    },
  },
  init: { number: 1, fields: init },
  "init-ack": { number: 2, fields: init },
  sack: {
    number: 3,
    fields: {
      ...chunk,
      "cum-tsn-ack": ["integer", 32, 32],
      "a-rwnd": ["integer", 64, 32],
      "num-gap-ack-blocks": ["integer", 96, 16],
      "num-dup-tsns": ["integer", 112, 16],
    },
  },
  heartbeat: { number: 4, fields: chunk },
  "heartbeat-ack": { number: 5, fields: chunk },
  abort: { number: 6, fields: chunk },
  shutdown: {
    number: 7,
    fields: { ...chunk, "cum-tsn-ack": ["integer", 32, 32] },
  },
  "shutdown-ack": { number: 8, fields: chunk },
  error: { number: 9, fields: chunk },
  "cookie-echo": { number: 10, fields: chunk },
  "cookie-ack": { number: 11, fields: chunk },
  ecne: {
    number: 12,
    fields: { ...chunk, "lowest-tsn": ["integer", 32, 32] },
  },
  cwr: {
    number: 13,
    fields: { ...chunk, "lowest-tsn": ["integer", 32, 32] },
  },
  "shutdown-complete": { number: 14, fields: chunk },
  "asconf-ack": {
    number: 128,
    fields: { ...chunk, seqno: ["integer", 32, 32] },
  },
  "forward-tsn": {
    number: 192,
    fields: { ...chunk, "new-cum-tsn": ["integer", 32, 32] },
  },
  asconf: {
    number: 193,
    fields: { ...chunk, seqno: ["integer", 32, 32] },
  },
} as const satisfies Readonly<Record<string, OptionRow>>;
