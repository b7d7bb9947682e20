/**
 * The ways to ask a port: what is sent, and what each answer means.
 *
 * @module
 */

import type { PortProtocol } from "./port_names.ts";

/**
 * What a port is, in the words of nmap: `"open"`, something answers there;
 * `"closed"`, the host says that nothing does; `"filtered"`, a firewall keeps the
 * question or the answer away; `"unfiltered"`, it gets through, to what is not
 * told; `"open|filtered"`, one of the two.
 */
export type PortStatus =
  | "open"
  | "closed"
  | "filtered"
  | "unfiltered"
  | "open|filtered";

/**
 * How ports are asked: `"syn"` (half a connection, the usual way), `"connect"`
 * (a whole one, which takes no rights), `"udp"`; and what tells about firewalls:
 * `"ack"`, `"fin"`, `"null"`, `"xmas"`, `"maimon"`.
 */
export type TechniqueName =
  | "syn"
  | "connect"
  | "udp"
  | "ack"
  | "fin"
  | "null"
  | "xmas"
  | "maimon";

/** What may come back for a probe; `"no-answer"` where nothing did. */
export type Answer =
  | "no-answer"
  | "syn-ack"
  | "syn"
  | "reset"
  | "datagram"
  | "connected"
  | "refused"
  | "net-unreachable"
  | "host-unreachable"
  | "protocol-unreachable"
  | "port-unreachable"
  | "net-prohibited"
  | "host-prohibited"
  | "admin-prohibited"
  | "policy-failed";

/** All answers, by the numbers that stand for them while a scan goes on. */
export const ANSWERS: readonly Answer[] = [
  "no-answer",
  "syn-ack",
  "syn",
  "reset",
  "datagram",
  "connected",
  "refused",
  "net-unreachable",
  "host-unreachable",
  "protocol-unreachable",
  "port-unreachable",
  "net-prohibited",
  "host-prohibited",
  "admin-prohibited",
  "policy-failed",
];

/** The flags that probes use. */
export type TcpFlag = "URG" | "ACK" | "PSH" | "SYN" | "FIN";

/** A way to ask ports. */
export interface Technique {
  /** What carries the question. */
  readonly protocol: PortProtocol;
  /** How it is called in a sentence. */
  readonly title: string;
  /** The TCP flags of a probe. */
  readonly flags?: readonly TcpFlag[];
  /** What silence means, after all that was asked again. */
  readonly silence: PortStatus;
  /** What answers mean; one that is not here says nothing of the port. */
  readonly meaning: Readonly<Partial<Record<Answer, PortStatus>>>;
}

/** Somebody on the way, or the host's own firewall, sends the probe back. */
const REFUSALS = {
  "net-unreachable": "filtered",
  "host-unreachable": "filtered",
  "protocol-unreachable": "filtered",
  "port-unreachable": "filtered",
  "net-prohibited": "filtered",
  "host-prohibited": "filtered",
  "admin-prohibited": "filtered",
  "policy-failed": "filtered",
} as const satisfies Technique["meaning"];

/**
 * What is no connection's segment and no SYN, a closed port resets and an open
 * one ignores (RFC 9293 §3.10.7.1, §3.10.7.2). Systems that reset it in both
 * cases look closed everywhere.
 */
const stealthy = (title: string, flags: readonly TcpFlag[]): Technique => ({
  protocol: "tcp",
  title,
  flags,
  silence: "open|filtered",
  meaning: { reset: "closed", ...REFUSALS },
});

/** All techniques, by name. */
export const TECHNIQUES: Readonly<Record<TechniqueName, Technique>> = {
  syn: {
    protocol: "tcp",
    title: "SYN",
    flags: ["SYN"],
    silence: "filtered",
    // A bare SYN comes back where two open at once (RFC 9293 §3.5).
    meaning: { "syn-ack": "open", syn: "open", reset: "closed", ...REFUSALS },
  },
  connect: {
    protocol: "tcp",
    title: "connect",
    silence: "filtered",
    meaning: { connected: "open", refused: "closed", ...REFUSALS },
  },
  udp: {
    protocol: "udp",
    title: "UDP",
    silence: "open|filtered",
    // For UDP, this is what the host itself says (RFC 1122 §4.1.3.1).
    meaning: { datagram: "open", ...REFUSALS, "port-unreachable": "closed" },
  },
  ack: {
    protocol: "tcp",
    title: "ACK",
    flags: ["ACK"],
    silence: "filtered",
    meaning: { reset: "unfiltered", ...REFUSALS },
  },
  fin: stealthy("FIN", ["FIN"]),
  null: stealthy("NULL", []),
  xmas: stealthy("Xmas", ["FIN", "PSH", "URG"]),
  maimon: stealthy("Maimon", ["FIN", "ACK"]),
};

/** Answers by the code of ICMP's destination unreachable (RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1). */
const ICMP: Readonly<Record<number, Answer>> = {
  0: "net-unreachable",
  1: "host-unreachable",
  2: "protocol-unreachable",
  3: "port-unreachable",
  9: "net-prohibited",
  10: "host-prohibited",
  13: "admin-prohibited",
};

/** The same for ICMPv6 (RFC 4443 §3.1). */
const ICMPV6: Readonly<Record<number, Answer>> = {
  0: "net-unreachable",
  1: "admin-prohibited",
  3: "host-unreachable",
  4: "port-unreachable",
  5: "policy-failed",
  6: "net-prohibited",
};

/**
 * Tells what a "destination unreachable" says of the probe that it quotes.
 *
 * @param family 4 for ICMP, 6 for ICMPv6.
 * @param code Its code.
 * @returns The answer's place in {@linkcode ANSWERS}; 0 for a code that says
 * nothing of a port.
 */
export function unreachableAnswer(family: 4 | 6, code: number): number {
  const answer = (family === 4 ? ICMP : ICMPV6)[code];
  return answer === undefined ? 0 : ANSWERS.indexOf(answer);
}

/**
 * Lists what each answer means to a technique, by the answer's place in
 * {@linkcode ANSWERS}.
 *
 * @param technique The technique.
 * @returns States; `undefined` for an answer that says nothing.
 */
export function meanings(
  technique: Technique,
): readonly (PortStatus | undefined)[] {
  return ANSWERS.map((answer, i) =>
    i === 0 ? technique.silence : technique.meaning[answer]
  );
}

/**
 * Finds a technique, or says which there are.
 *
 * @param name Its name.
 * @returns The technique.
 * @throws {TypeError} If there is none of that name.
 */
export function techniqueOf(name: TechniqueName): Technique {
  if (!Object.hasOwn(TECHNIQUES, name)) {
    throw new TypeError(
      `Cannot scan ports as 'technique' must be one of ${
        Object.keys(TECHNIQUES).join(", ")
      }: current value is ${Deno.inspect(name)}`,
    );
  }
  return TECHNIQUES[name];
}
