/**
 * One version of the protocol: which suites, groups and signature schemes a
 * server has for it, and in whose order.
 *
 * @module
 */

import {
  tlsAlerts,
  tlsGroups,
  tlsSignatureSchemes,
  tlsVersions,
} from "../../packet/layers/tls/names.ts";
import {
  accepted,
  chunked,
  favourites,
  type Preference,
  preferenceOf,
} from "./favourites.ts";
import {
  groups1_3,
  groupsTo1_2,
  type HelloStyle,
  type Offer,
  type Offers,
  schemes,
  SHORT_SUITES,
  TLS_1_2,
  TLS_1_3,
} from "./offer.ts";
import type { Prober } from "./prober.ts";
import { refusalText, type Reply } from "./reply.ts";
import {
  suites1_3,
  suitesTo1_2,
  type SuiteVerdict,
  suiteVerdict,
} from "./suite.ts";

/** A cipher suite that a server accepts. */
export interface ScannedSuite extends SuiteVerdict {
  /** The group that its keys were agreed on in: `"x25519"`. */
  readonly group: string | undefined;
  /** Bits of its Diffie-Hellman prime, where there is one. */
  readonly primeBits: number | undefined;
}

/** One version of the protocol, and what a server does with it. */
export interface ScannedProtocol {
  /** Its number on the wire: 0x0304. */
  readonly version: number;
  /** Its name: `"TLS 1.3"`. */
  readonly name: string;
  /** Whether the server speaks it; `undefined` if it gave no answer at all. */
  readonly offered: boolean | undefined;
  /** How it refused, or why nothing is known. */
  readonly refusal: string | undefined;
  /** The suites that it accepts, the one that it takes first in front. */
  readonly suites: readonly ScannedSuite[];
  /** Whose order that is; `undefined` with fewer than two. */
  readonly order: Preference | undefined;
  /** The groups that it accepts, where they were asked for. */
  readonly groups: readonly string[];
  /** Whose order that is. */
  readonly groupOrder: Preference | undefined;
  /** What it signs its keys with, where that was asked for. */
  readonly signatureSchemes: readonly string[];
}

/** What the steps of a scan share. */
export interface Scanning {
  /** Asks the server. */
  readonly prober: Prober;
  /** Makes the hellos. */
  readonly offers: Offers;
  /** Is told of each suite that is found. */
  readonly found: (protocol: string, suite: ScannedSuite) => void;
}

/** Of these every server has one that is not stranger than its age. */
const COMMON_SUITES = new Set([
  ...[0x1301, 0x1302, 0x1303],
  ...[0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca8, 0xcca9, 0x009e, 0x009f],
  ...[0xc009, 0xc013, 0xc00a, 0xc014, 0x0033, 0x0039, 0x009c, 0x009d],
  ...[0x002f, 0x0035, 0x000a, 0x0005, 0x0004],
]);

/** Alerts by which a server says that it knows the version or the suites not. */
const CLEAR_REFUSALS = new Set([
  "handshake_failure",
  "protocol_version",
  "insufficient_security",
].map((name) =>
  Number(
    Object.keys(tlsAlerts).find((number) => tlsAlerts[Number(number)] === name),
  )
));

/** Into how many parts the longest list of suites is cut. */
const PARTS = 1;

/** One version while it is being looked into. */
export class ProtocolScan {
  /** The version. */
  readonly version: number;
  /** What the server said, in order: of the first answer most is kept. */
  readonly replies: Reply[] = [];
  /** The suites found, by number, in order. */
  suites: readonly number[] = [];
  /** What it signs its keys with, by number. */
  schemes: readonly number[] = [];
  readonly #scanning: Scanning;
  readonly #bySuite = new Map<number, Reply>();
  #style: HelloStyle = "full";
  #refused: Reply | undefined;
  #order: Preference | undefined;
  #groups: readonly number[] = [];
  #groupOrder: Preference | undefined;

  /**
   * Asks nothing yet.
   *
   * @param version The version.
   * @param scanning What it shares with the others.
   */
  constructor(version: number, scanning: Scanning) {
    this.version = version;
    this.#scanning = scanning;
  }

  /** Whether the server speaks it. */
  get isOffered(): boolean {
    return this.suites.length > 0;
  }

  /** The first answer that was a refusal. */
  get refused(): Reply | undefined {
    return this.#refused;
  }

  /**
   * Asks with a hello of this version.
   *
   * @param offer What to offer.
   * @returns The answer.
   */
  ask(offer: Offer): Promise<Reply> {
    return this.#scanning.prober.ask(this.records(offer));
  }

  /**
   * Makes a hello of this version, as long as the server bears it.
   *
   * @param offer What to offer.
   * @returns The records.
   */
  records(offer: Offer): Uint8Array<ArrayBuffer> {
    return this.#scanning.offers.records(this.version, offer, this.#style);
  }

  /** The groups found, by number. */
  get groups(): readonly number[] {
    return this.#groups;
  }

  /** Finds the suites, and whose order they are in. */
  async scanSuites(): Promise<void> {
    const all = this.version === TLS_1_3 ? suites1_3 : suitesTo1_2;
    const ask = (left: readonly number[]) => this.#askSuite(left);
    // Of none is there more to ask than of TLS 1.2.
    const parts = this.version === TLS_1_2 ? PARTS : 0;
    const { found, order } = await accepted(all, ask, parts);
    this.suites = found;
    this.#order = order;
    if (found.length > 0 || this.#refused === undefined) return;
    if (isClear(this.#refused)) return;
    // Perhaps the hello was too long for it, or too strange.
    this.#style = "short";
    const common = all.filter((one) => COMMON_SUITES.has(one));
    if (await this.#askSuite(common) === undefined) return;
    const lists = await Promise.all(
      chunked(all, SHORT_SUITES).map((chunk) => favourites(chunk, ask)),
    );
    this.suites = await this.#merged(lists.filter(({ length }) => length > 0));
    this.#order = await preferenceOf(this.suites, ask);
  }

  /** Finds the groups, if keys are agreed on in any. */
  async scanGroups(): Promise<void> {
    const is1_3 = this.version === TLS_1_3;
    const suites = is1_3 ? this.suites : this.#suitesWith("ECDHE");
    if (suites.length === 0) return;
    // A certificate on a curve is of use to those alone who know the curve.
    const isOnCurve = !is1_3 &&
      suites.every((one) => suiteVerdict(one).authentication === "ECDSA");
    const curve = isOnCurve ? await this.#certificateCurve(suites) : undefined;
    const always = curve === undefined ? [] : [curve];
    const all = (is1_3 ? groups1_3 : groupsTo1_2).filter((one) =>
      one !== curve
    );
    const { found, order } = await accepted(all, async (left) => {
      const reply = await this.ask({ suites, groups: [...left, ...always] });
      return this.#isHello(reply) ? reply.group : undefined;
    });
    this.#groups = [...found, ...always];
    this.#groupOrder = order;
  }

  /** Finds what the server signs its keys with, in TLS 1.2, which tells. */
  async scanSchemes(): Promise<void> {
    if (this.version !== TLS_1_2) return;
    // Each kind of certificate signs in its own ways.
    const kinds = ["RSA", "ECDSA", "DSS"].map((kind) =>
      [...this.#suitesWith("ECDHE"), ...this.#suitesWith("DHE")].filter((one) =>
        suiteVerdict(one).authentication === kind
      )
    ).filter(({ length }) => length > 0);
    const found = await Promise.all(
      kinds.map((suites) =>
        accepted(schemes, async (left) => {
          const reply = await this.ask({ suites, schemes: left });
          return this.#isHello(reply) ? reply.scheme : undefined;
        })
      ),
    );
    this.schemes = [...new Set(found.flatMap(({ found }) => found))];
  }

  /** What was found. */
  result(): ScannedProtocol {
    const { version, suites } = this;
    const { timeout } = this.#scanning.prober;
    const refused = this.#refused;
    return {
      version,
      name: tlsVersions[version]!,
      offered: suites.length > 0 ||
        (refused?.outcome === "silent" ? undefined : false),
      refusal: suites.length === 0 && refused
        ? refusalText(refused, timeout)
        : undefined,
      suites: suites.map((one) => this.#scanned(one)),
      order: this.#order,
      groups: this.#groups.map((one) => tlsGroups[one]!),
      groupOrder: this.#groupOrder,
      signatureSchemes: this.schemes.map((one) => tlsSignatureSchemes[one]!),
    };
  }

  /** Lists that are each in the server's order, as one. */
  async #merged(lists: readonly number[][]): Promise<number[]> {
    const [only = []] = lists;
    if (lists.length < 2) return only;
    const merged: number[] = [];
    const rest = lists.map((list) => [...list]);
    for (;;) {
      const heads = rest.map(([head]) => head).filter((one) =>
        one !== undefined
      );
      if (heads.length === 0) return merged;
      const next = heads.length > 1 ? await this.#askSuite(heads) : heads[0];
      const from = rest.find(([head]) => head === next);
      // One that says no of a sudden does not unsay what it said before.
      if (from === undefined) return [...merged, ...rest.flat()];
      merged.push(from.shift()!);
    }
  }

  async #askSuite(left: readonly number[]): Promise<number | undefined> {
    const reply = await this.ask({ suites: left });
    if (!this.#isHello(reply)) {
      this.#refused ??= reply;
      return undefined;
    }
    const suite = reply.hello!.cipherSuite;
    if (!this.#bySuite.has(suite) && left.includes(suite)) {
      this.#bySuite.set(suite, reply);
      this.replies.push(reply);
      this.#scanning.found(tlsVersions[this.version]!, this.#scanned(suite));
    }
    return suite;
  }

  #isHello(reply: Reply): boolean {
    return reply.hello !== undefined && reply.version === this.version;
  }

  #suitesWith(keyExchange: string): number[] {
    return this.suites.filter((one) =>
      suiteVerdict(one).keyExchange === keyExchange
    );
  }

  #scanned(suite: number): ScannedSuite {
    const { group, primeBits } = this.#bySuite.get(suite)!;
    return {
      ...suiteVerdict(suite),
      // What the server asks for in TLS 1.3 has a list of its own.
      group: group === undefined ? undefined : tlsGroups[group] ?? `${group}`,
      primeBits,
    };
  }

  /** The curve that the server cannot do without. */
  async #certificateCurve(
    suites: readonly number[],
  ): Promise<number | undefined> {
    const accepted: number[] = [];
    for (const curve of [23, 24, 25]) {
      const reply = await this.ask({ suites, groups: [curve] });
      if (this.#isHello(reply)) accepted.push(curve);
    }
    return accepted[0];
  }
}

/** Whether a refusal leaves no doubt. */
function isClear({ outcome, alert = -1 }: Reply): boolean {
  return outcome === "hello" ||
    outcome === "alert" && CLEAR_REFUSALS.has(alert);
}
