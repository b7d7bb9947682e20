/**
 * What a scan has found: facts first, and pictures of them.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { card, type CardRow } from "../../inspect/card.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import { type Column, table } from "../../inspect/table.ts";
import { visible, wrap } from "../../inspect/text.ts";
import { count, duration } from "../../inspect/units.ts";
import type { TlsFeatures } from "./features.ts";
import { findWeaknesses, gradeOf } from "./grade.ts";
import { checkProfiles, type ProfileCheck } from "./profiles.ts";
import type { ScannedProtocol, ScannedSuite } from "./protocol.ts";
import { type SuiteStrength, worstStrength } from "./suite.ts";
import type {
  Grade,
  ScanFacts,
  ScannedCertificate,
  Weakness,
} from "./weakness.ts";

/** What a {@linkcode TlsScan} is made from. */
export interface TlsScanFacts extends ScanFacts {
  /** What was scanned: `"www.example:443"`. */
  readonly target: string;
  /** The address that answered. */
  readonly address: string;
  /** The name that was asked for; none for an address. */
  readonly serverName: string | undefined;
  /** When the scan began. */
  readonly at: Date;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** How many connections it took. */
  readonly connections: number;
}

const STRENGTH_ROLE: Readonly<Record<SuiteStrength, Role>> = {
  strong: "good",
  adequate: "accent",
  weak: "warn",
  broken: "bad",
};

const GRADE_ROLE: Readonly<Record<Grade, Role>> = {
  A: "good",
  B: "accent",
  C: "warn",
  D: "warn",
  E: "bad",
  F: "bad",
};

const SUITE_COLUMNS: readonly Column[] = [
  { key: "name", title: "suite", role: "name", minWidth: 40 },
  {
    key: "strength",
    role: (value) => STRENGTH_ROLE[value as SuiteStrength],
    minWidth: 8,
  },
  { key: "bits", align: "right", minWidth: 4 },
  { key: "keys", title: "key exchange", minWidth: 12 },
  { key: "remarks", role: "muted", minWidth: 12 },
];

/** Words for features that are there or not, and which of the two is good. */
const FEATURES: readonly (readonly [
  key: keyof TlsFeatures,
  label: string,
  isGood: boolean,
])[] = [
  ["compression", "compression", false],
  ["fallbackScsv", "fallback SCSV", true],
  ["extendedMasterSecret", "extended master secret", true],
  ["encryptThenMac", "encrypt-then-MAC", true],
  ["heartbeat", "heartbeat", false],
  ["heartbleed", "Heartbleed", false],
  ["ocspStapling", "OCSP stapling", true],
];

/**
 * What a scan has found of a server: `protocols` with suites, groups and schemes
 * in order, `certificates`, `features`, `weaknesses` with what to change, and
 * the `grade` that they leave.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const scan: net.tls.TlsScan = new net.tls.TlsScan({
 *   target: "www.example:443", address: "192.0.2.1:443", serverName: "www.example",
 *   at: new Date(), ms: 1, connections: 1, protocols: [], ssl2: undefined, certificates: [],
 *   features: { alpn: [], renegotiation: { secure: false } } as unknown as net.tls.TlsFeatures,
 * });
 * assert.equal(scan.grade, "D");
 * assert.equal(scan.weaknesses[0]?.id, "insecure-renegotiation");
 * ```
 */
export class TlsScan {
  /** What was scanned: `"www.example:443"`. */
  readonly target: string;
  /** The address that answered. */
  readonly address: string;
  /** The name that was asked for; none for an address. */
  readonly serverName: string | undefined;
  /** When the scan began. */
  readonly at: Date;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** How many connections it took. */
  readonly connections: number;
  /**
   * From A to F, that of the worst weakness: see `weaknessTable`. `undefined` for
   * a server that speaks no version, or none with this name.
   */
  readonly grade: Grade | undefined;
  /** TLS 1.3 to SSL 3.0, whether they are offered or not. */
  readonly protocols: readonly ScannedProtocol[];
  /** The ciphers of SSL 2.0, if the server speaks it. */
  readonly ssl2: readonly string[] | undefined;
  /** The certificates as sent, one chain for each kind of key. */
  readonly certificates: readonly ScannedCertificate[];
  /** What the server can do besides. */
  readonly features: TlsFeatures;
  /** What is known against it, the worst first. */
  readonly weaknesses: readonly Weakness[];
  /** How it differs from what Mozilla recommends. */
  readonly profiles: readonly ProfileCheck[];

  /**
   * Judges what was found; `net.tls.scan` makes these.
   *
   * @param facts What was found.
   */
  constructor(facts: TlsScanFacts) {
    this.target = facts.target;
    this.address = facts.address;
    this.serverName = facts.serverName;
    this.at = facts.at;
    this.ms = facts.ms;
    this.connections = facts.connections;
    this.protocols = facts.protocols;
    this.ssl2 = facts.ssl2;
    this.certificates = facts.certificates;
    this.features = facts.features;
    this.weaknesses = findWeaknesses(facts);
    const speaks = facts.ssl2 !== undefined || this.weaknesses.length > 0 ||
      facts.protocols.some(({ offered }) => offered);
    this.grade = speaks ? gradeOf(this.weaknesses) : undefined;
    this.profiles = checkProfiles(facts);
  }

  /**
   * Finds a version by its name.
   *
   * @param name `"TLS 1.2"`.
   * @returns What was found of it.
   */
  protocol(name: string): ScannedProtocol | undefined {
    return this.protocols.find((one) => one.name === name);
  }

  /** What to change, the worst first, without the remarks that cost no grade. */
  get changes(): readonly string[] {
    const counted = this.weaknesses.filter(({ best }) => best !== "A");
    return [...new Set(counted.map(({ change }) => change))];
  }

  /** Everything, plain. */
  toJSON(): Record<string, unknown> {
    const { certificates, at, ...rest } = this;
    return {
      ...rest,
      at: at.toISOString(),
      certificates: certificates.map(({ kind, der, problem }) => ({
        kind,
        chain: der.map((one) => one.toBase64()),
        ...problem !== undefined && { problem },
      })),
      changes: this.changes,
    };
  }

  /** Grade, versions, suites, features, weaknesses and what to change. */
  toString(): string {
    return this.#draw(canvas());
  }

  /** The same for the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return this.#draw(canvas({ colors: options?.colors ?? false }));
  }

  #draw(page: Canvas): string {
    return [
      card(`TLS of ${this.target}`, this.#facts(), page),
      ...this.protocols.filter(({ offered }) => offered)
        .map((one) => protocolTable(one, page)),
      card("Features", this.#features(), page),
      this.#weak(page),
    ].filter((part) => part !== "").join("\n\n");
  }

  *#facts(): Generator<CardRow> {
    yield this.grade
      ? ["grade", this.grade, GRADE_ROLE[this.grade]]
      : ["grade", "none: it speaks no version of TLS to us", "warn"];
    yield ["address", this.address];
    if (this.serverName !== undefined) yield ["name", this.serverName];
    for (const { name, offered, refusal, suites } of this.protocols) {
      const worst = worstStrength(suites.map(({ strength }) => strength));
      yield offered
        ? [
          name,
          `offered, ${count(suites.length)} suites`,
          STRENGTH_ROLE[worst],
        ]
        : [
          name,
          `${offered === undefined ? "unknown" : "no"}${
            refusal === undefined ? "" : `, ${refusal}`
          }`,
          offered === undefined ? "warn" : "muted",
        ];
    }
    yield this.ssl2
      ? ["SSL 2.0", `offered, ${count(this.ssl2.length)} ciphers`, "bad"]
      : ["SSL 2.0", "no", "muted"];
    for (const { kind, chain, problem } of this.certificates) {
      const [own] = chain;
      yield own
        ? [
          "certificate",
          `${
            own.subject.empty ? own.names[0]?.value ?? "of nobody" : own.subject
          }, ${
            own.key.curve ?? `${kind} ${own.key.bits}`
          }, ${own.signatureAlgorithm.name}, ${own.daysLeft()} days left, ${chain.length} in the chain`,
        ]
        : ["certificate", `cannot be read: ${problem}`, "bad"];
    }
    for (const { profile, fits, differences } of this.profiles) {
      yield fits
        ? [profile, "as Mozilla has it", "good"]
        : [profile, differences.join("; "), "muted"];
    }
    yield [
      "scanned",
      `in ${duration(this.ms)} by ${count(this.connections)} connections`,
      "muted",
    ];
  }

  *#features(): Generator<CardRow> {
    const { features } = this;
    for (const [key, label, isGood] of FEATURES) {
      const value = features[key];
      if (typeof value !== "boolean") continue;
      yield [label, value ? "yes" : "no", value === isGood ? "good" : "warn"];
    }
    const { renegotiation: { secure, clientInitiated }, robot } = features;
    for (
      const [label, value, isGood] of [
        ["secure renegotiation", secure, true],
        ["renegotiation by clients", clientInitiated, false],
      ] as const
    ) {
      if (value === undefined) continue;
      yield [label, value ? "yes" : "no", value === isGood ? "good" : "warn"];
    }
    if (robot === "none") yield ["ROBOT", "no", "good"];
    else if (robot) yield ["ROBOT", `yes, a ${robot} oracle`, "bad"];
    const { sessionIds, sessionTickets, tickets1_3, earlyData } = features;
    if (sessionIds) yield ["session identifiers", sessionIds];
    if (sessionTickets) yield ["session tickets", sessionTickets];
    if (tickets1_3 !== undefined) {
      const { resumption1_3 } = features;
      const how = tickets1_3 > 0 && resumption1_3 ? `, ${resumption1_3}` : "";
      yield ["tickets of TLS 1.3", `${count(tickets1_3)}${how}`];
    }
    if (earlyData !== undefined) {
      const { earlyDataAccepted } = features;
      const isRefused = earlyDataAccepted === false ? ", not accepted" : "";
      yield [
        "early data",
        earlyData > 0 ? `${count(earlyData)} octets${isRefused}` : "no",
      ];
    }
    if (features.clientCertificateWanted) {
      yield ["client certificate", "asked for"];
    }
    if (features.alpn.length > 0) yield ["protocols", features.alpn.join(", ")];
  }

  #weak(page: Canvas): string {
    const lines = [paint("heading", "Weaknesses", page)];
    if (this.weaknesses.length === 0) lines.push("  none known");
    for (const { name, best, seen, change, source } of this.weaknesses) {
      const mark = best === "A" ? "note" : `at best ${best}`;
      lines.push(
        `  ${paint(GRADE_ROLE[best], name, page)}, ${mark}`,
        ...[`seen: ${seen}`, `change: ${change}`]
          .flatMap((text) => wrap(visible(text), Math.max(20, page.width - 4)))
          .map((text) => `    ${text}`),
        `    ${paint("muted", source, page)}`,
      );
    }
    return lines.join("\n");
  }
}

function protocolTable(protocol: ScannedProtocol, page: Canvas): string {
  const { name, suites, order, groups, groupOrder, signatureSchemes } =
    protocol;
  const whose = order === undefined ? "" : `, in the ${order}'s order`;
  const lists: readonly CardRow[] = [
    [`groups${groupOrder ? `, ${groupOrder}'s order` : ""}`, groups.join(", ")],
    ["signs with", signatureSchemes.join(", ")],
  ];
  const below = lists.filter(([, value]) => value !== "");
  return [
    table(suites.map(suiteRow), {
      columns: SUITE_COLUMNS,
      title: `${name}${whose}`,
      // The weakest may be the last of some hundred.
      maxRows: Infinity,
      canvas: page,
    }),
    ...below.length > 0 ? [card("", below, page)] : [],
  ].join("\n");
}

function suiteRow(suite: ScannedSuite): Record<string, unknown> {
  const { keyExchange, group, primeBits } = suite;
  const exchange = keyExchange === "any" ? "" : keyExchange;
  const size = primeBits === undefined ? group ?? "" : `${primeBits} bits`;
  return {
    ...suite,
    keys: [exchange, size].filter((part) => part !== "").join(" "),
    remarks: suite.remarks.join("; "),
  };
}
