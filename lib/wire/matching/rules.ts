/**
 * Which header answers which: a rule a layer.
 *
 * A rule says in a few words what an answer to a header has to bear, and in the
 * same words what a header bears that may be an answer. Where both say the same,
 * one answers the other; so answers are found by looking up, and not by
 * comparing each with all questions.
 *
 * @module
 */

import type { Layers } from "../../packet/packet.ts";

/** What the rule of a layer says of a header of that layer. */
export interface Rule<V> {
  /** What an answer has to bear; `undefined` if nothing answers such a header. */
  asked(view: V): string | undefined;
  /** What a header bears; `undefined` if it answers nothing. */
  told(view: V): string | undefined;
}

type Rules = { readonly [N in keyof Layers]?: Rule<Layers[N]> };

interface Ports {
  readonly srcPort: number;
  readonly dstPort: number;
}

/** Ports change places between question and answer. */
const ports: Rule<Ports> = {
  asked: ({ srcPort, dstPort }) => `${dstPort}>${srcPort}`,
  told: ({ srcPort, dstPort }) => `${srcPort}>${dstPort}`,
};

/** The types of ICMP that answer a type (RFC 792, RFC 950, RFC 1256, RFC 1788, RFC 8335). */
const ICMP = new Map([
  [8, 0],
  [10, 9],
  [13, 14],
  [15, 16],
  [17, 18],
  [37, 38],
  [42, 43],
]);

/** The same of ICMPv6 (RFC 4443, RFC 4620, RFC 4861, RFC 6275, RFC 8335). */
const ICMPV6 = new Map([
  [128, 129],
  [130, 131],
  [133, 134],
  [135, 136],
  [139, 140],
  [141, 142],
  [144, 145],
  [146, 147],
  [148, 149],
  [157, 158],
  [160, 161],
]);

/** A multicast listener report of version 2, which answers a query as well. */
const REPORT_V2 = 143;

function icmpv6Words(type: number, view: Layers["icmpv6"]): string {
  const { identifier, sequenceNumber, request, reply, target, nonce } = view;
  const number = sequenceNumber ?? (request ?? reply)?.sequenceNumber;
  return `${type} ${identifier} ${number} ${target?.key} ${nonce?.toHex()}`;
}

/** The operations of ARP that answer one, and whose address both name. */
const ARP: Readonly<Record<number, number>> = { 1: 2, 3: 4, 8: 9 };

/** Codes of RADIUS that answer one (RFC 2865, RFC 2866, RFC 5176). */
const RADIUS = new Map([
  [2, 1],
  [3, 1],
  [11, 1],
  [5, 4],
  [41, 40],
  [42, 40],
  [44, 43],
  [45, 43],
]);

/** Types of DHCPv6 that a client sends, and the two that a server does (RFC 8415 §7.3). */
const DHCPV6_ASKED = [1, 3, 4, 5, 6, 8, 9, 11];
const DHCPV6_TOLD = [2, 7];

const NTP_CONTROL = 6;

function snmpWords({ version, messageId, pdu }: Layers["snmp"]): string {
  const id = messageId ??
    (pdu && "requestId" in pdu ? pdu.requestId : undefined);
  return `${version} ${id}`;
}

const lower = (name: string | undefined) => name?.toLowerCase();

/** The rules of the layers above the link and the network, by the layer's name. */
export const RULES: Rules = {
  arp: {
    asked({ operation, targetIp, targetMac }) {
      const answer = ARP[operation];
      if (answer === undefined) return undefined;
      return `${answer} ${answer === 2 ? targetIp?.key : targetMac}`;
    },
    told({ operation, senderIp, senderMac, targetMac }) {
      if (operation === 2) return `2 ${senderIp?.key}`;
      return `${operation} ${operation === 4 ? targetMac : senderMac}`;
    },
  },
  icmp: {
    asked({ type, identifier, sequenceNumber }) {
      const answer = ICMP.get(type);
      if (answer === undefined) return undefined;
      return `${answer} ${identifier} ${sequenceNumber}`;
    },
    told: ({ type, identifier, sequenceNumber }) =>
      `${type} ${identifier} ${sequenceNumber}`,
  },
  icmpv6: {
    asked(view) {
      const answer = ICMPV6.get(view.type);
      return answer === undefined ? undefined : icmpv6Words(answer, view);
    },
    told: (view) =>
      icmpv6Words(view.type === REPORT_V2 ? 131 : view.type, view),
  },
  igmp: {
    asked: ({ type }) => type === 0x11 ? "report" : undefined,
    told: ({ type }) =>
      type === 0x12 || type === 0x16 || type === 0x22 ? "report" : undefined,
  },
  tcp: ports,
  udp: ports,
  udplite: ports,
  sctp: ports,
  dccp: ports,
  dns: {
    asked: ({ qr, id }) => qr === 0 ? `${id}` : undefined,
    told: ({ qr, id }) => qr === 1 ? `${id}` : undefined,
  },
  mdns: {
    asked: ({ qr, questions }) =>
      qr === 0 ? lower(questions[0]?.name) : undefined,
    told: ({ qr, answers }) => qr === 1 ? lower(answers[0]?.name) : undefined,
  },
  dhcp: {
    asked: ({ op, transactionId }) => op === 1 ? `${transactionId}` : undefined,
    told: ({ op, transactionId }) => op === 2 ? `${transactionId}` : undefined,
  },
  dhcpv6: {
    asked: ({ type, transactionId }) =>
      DHCPV6_ASKED.includes(type) ? `${transactionId}` : undefined,
    told: ({ type, transactionId }) =>
      DHCPV6_TOLD.includes(type) ? `${transactionId}` : undefined,
  },
  ntp: {
    asked({ mode, transmitTimestamp, control }) {
      if (mode === 3) return `4 ${transmitTimestamp}`;
      if (mode === 1) return `2 ${transmitTimestamp}`;
      return mode === NTP_CONTROL && control?.response === 0
        ? `6 ${control.sequence}`
        : undefined;
    },
    told({ mode, originTimestamp, control }) {
      if (mode !== NTP_CONTROL) return `${mode} ${originTimestamp}`;
      return control?.response === 1 ? `6 ${control.sequence}` : undefined;
    },
  },
  radius: {
    asked: ({ code, identifier }) => `${code} ${identifier}`,
    told({ code, identifier }) {
      const question = RADIUS.get(code);
      return question === undefined ? undefined : `${question} ${identifier}`;
    },
  },
  snmp: {
    asked: (view) =>
      view.pdu?.type === "response" || view.pdu?.type.startsWith("trap")
        ? undefined
        : snmpWords(view),
    told: (view) =>
      view.pdu === undefined || view.pdu.type === "response" ||
        view.pdu.type === "report"
        ? snmpWords(view)
        : undefined,
  },
};

/** The layers whose errors the network tells by quoting what they begin with. */
export const TRANSPORTS: ReadonlySet<string> = new Set([
  "tcp",
  "udp",
  "udplite",
  "sctp",
  "dccp",
]);
