/**
 * Building the chain of trust, from the root's keys to an answer.
 *
 * @see RFC 4035 §5
 * @module
 */

import type { Deadline } from "../deadline.ts";
import type { Answer } from "./answer.ts";
import { denialOf, isAbsent, type Proofs } from "./denial.ts";
import { lowerName, nameLabels, parentName, sameName } from "./names.ts";
import { query, type QueryOptions, type ServerLike } from "./query.ts";
import {
  type DataRecord,
  type DnsRecord,
  ofType,
  type RecordOf,
} from "./record.ts";
import { answering } from "./resolution.ts";
import {
  algorithmName,
  type DelegationSigner,
  Effort,
  isUsable,
  type Key,
  keyTag,
  matches,
  type SetVerdict,
  verifySet,
} from "./signatures.ts";
import { dnameOf, follows, type Judged, worse, type Zone } from "./trust.ts";
import type { ChainLink, Security } from "./validation.ts";

/** What a {@linkcode Validator} goes by. */
export interface ValidatorOptions {
  /** The resolver that is asked, and not believed. */
  readonly server: ServerLike;
  /** How it is asked. */
  readonly how: Pick<QueryOptions, "transport" | "tls">;
  /** What the root's keys are known by. */
  readonly anchors: readonly DelegationSigner[];
  /** The time at which signatures must be good, in seconds since 1970. */
  readonly now: number;
  /** Ends every wait. */
  readonly deadline: Deadline;
}

/** Signatures that one validation may take. */
const MOST = 200;
/** Sets of records in one answer, aliases of aliases among them. */
const DEEPEST = 16;

/** Asks a resolver, and finds out for itself what is true. */
export class Validator {
  /** The zones and the sets of records, in the order in which they were judged. */
  readonly chain: ChainLink[] = [];
  readonly #options: ValidatorOptions;
  readonly #effort = new Effort(MOST);
  /** What is known of names: the zone that they are in, or are. */
  readonly #zones = new Map<string, Zone>();

  /**
   * Starts with the anchors alone.
   *
   * @param options Whom to ask, and what to trust.
   */
  constructor(options: ValidatorOptions) {
    this.#options = options;
  }

  /**
   * Asks for records, and judges the answer.
   *
   * @param name The name, without a dot at the end.
   * @param type The type.
   * @returns The answer, whether it can be trusted, and why.
   */
  async answer(
    name: string,
    type: string,
  ): Promise<Judged & { readonly answer: Answer }> {
    const answer = await this.#ask(name, type);
    const { status, answers } = answer;
    if (status !== "NOERROR" && status !== "NXDOMAIN") {
      const why = `the resolver says ${status}`;
      return { answer, security: "indeterminate", why };
    }
    const { chain, end, found } = answering(answers, name, type);
    let all: Judged = {
      security: "secure",
      why: "signed all the way from the root",
    };
    const sets = Map.groupBy(chain, (one) => `${one.name} ${one.type}`);
    if (sets.size > DEEPEST) {
      return { answer, security: "indeterminate", why: "too many aliases" };
    }
    for (const set of sets.values()) {
      all = worse(all, await this.#set(set, answer));
    }
    if (!found) {
      // The chain of aliases may go on with another question.
      const isElsewhere = status === "NOERROR" && !sameName(end, name) &&
        !answer.authorities.some((one) => one.type === "SOA");
      if (isElsewhere) {
        return {
          answer,
          ...worse(all, {
            security: "indeterminate",
            why: `the resolver says nothing of ${end}`,
          }),
        };
      }
      all = worse(all, await this.#denied(end, type, status, answer));
    }
    return { answer, ...all };
  }

  async #ask(name: string, type: string): Promise<Answer> {
    const { server, deadline, how: { transport, tls } } = this.#options;
    return await query(server, name, type, {
      ...transport && { transport },
      tls,
      dnssec: true,
      // Who validates itself wants to see what does not validate, too.
      flags: ["RD", "CD"],
      signal: deadline.signal,
    });
  }

  #link(link: ChainLink): void {
    this.chain.push(link);
  }

  async #verify(
    records: readonly DataRecord[],
    from: readonly DnsRecord[],
    zone: Zone,
    keys: readonly Key[] = zone.keys,
  ): Promise<SetVerdict> {
    return await verifySet(
      records,
      ofType(from, "RRSIG"),
      zone.name,
      keys,
      this.#options.now,
      this.#effort,
    );
  }

  async #set(set: readonly DataRecord[], answer: Answer): Promise<Judged> {
    const { name, type } = set[0]!;
    const zone = await this.#zoneOf(type === "DS" ? parentName(name) : name);
    const told = (
      security: Security,
      why: string,
      facts: string[] = [],
    ): Judged => {
      this.#link({ name, what: type, security, why, facts });
      return { security, why: `${name} ${type}: ${why}` };
    };
    if (zone.security !== "secure") return told(zone.security, zone.why);
    const source = type === "CNAME" ? dnameOf(name, answer.answers) : undefined;
    const isMade = source !== undefined &&
      !ofType(answer.answers, "RRSIG").some((one) =>
        one.data.typeCovered === "CNAME" && sameName(one.name, name)
      );
    if (isMade) {
      const verdict = await this.#verify([source], answer.answers, zone);
      const why = `it follows from DNAME at ${source.name}, ${verdict.why}`;
      return told(
        verdict.ok && follows(set[0]!, source) ? "secure" : "bogus",
        why,
      );
    }
    const verdict = await this.#verify(set, answer.answers, zone);
    if (!verdict.ok) return told("bogus", verdict.why);
    if (verdict.isExpanded) {
      const proofs = await this.#proofs(answer.authorities, zone);
      const { labels } = verdict.signature!.data;
      if (!await isAbsent(name, labels, proofs)) {
        return told(
          "bogus",
          "a wildcard stands for it, and nothing proves that it may",
        );
      }
      return told("secure", verdict.why, ["a wildcard stands for it"]);
    }
    return told("secure", verdict.why);
  }

  async #denied(
    name: string,
    type: string,
    status: string,
    answer: Answer,
  ): Promise<Judged> {
    const zone = await this.#zoneOf(
      type === "DS" && name !== "." ? parentName(name) : name,
    );
    const told = (security: Security, why: string): Judged => {
      this.#link({ name, what: `no ${type}`, security, why, facts: [] });
      return { security, why: `no ${type} at ${name}: ${why}` };
    };
    if (zone.security !== "secure") return told(zone.security, zone.why);
    const proofs = await this.#proofs(answer.authorities, zone);
    const { proves, why } = await denialOf(name, type, proofs);
    if (proves === "opt-out") return told("insecure", why);
    const isProven = status === "NXDOMAIN"
      ? proves === "NXDOMAIN"
      : proves === "NODATA";
    return told(
      isProven ? "secure" : "bogus",
      isProven || proves === "nothing"
        ? why
        : `${why}, but the answer is ${status}`,
    );
  }

  /** Picks the records of denial that the zone has signed. */
  async #proofs(from: readonly DnsRecord[], zone: Zone): Promise<Proofs> {
    const proofs = {
      zone: zone.name,
      nsec: [] as RecordOf<"NSEC">[],
      nsec3: [] as RecordOf<"NSEC3">[],
    };
    for (const record of from) {
      if (record.type !== "NSEC" && record.type !== "NSEC3") continue;
      const { ok, isExpanded } = await this.#verify([record], from, zone);
      if (!ok || isExpanded) continue;
      if (record.type === "NSEC") proofs.nsec.push(record);
      else proofs.nsec3.push(record);
    }
    return proofs;
  }

  /** Finds the zone that a name is in, and its keys, from the root down. */
  async #zoneOf(name: string): Promise<Zone> {
    let zone = this.#zones.get(".");
    if (zone === undefined) {
      zone = await this.#keysOf(
        ".",
        this.#options.anchors,
        "the trust anchors",
      );
      this.#zones.set(".", zone);
    }
    const labels = nameLabels(name);
    for (let n = 1; n <= labels.length && zone.security === "secure"; n++) {
      const below = lowerName(labels.slice(-n).join("."));
      let next = this.#zones.get(below);
      if (next === undefined) {
        const step: Zone | undefined = await this.#below(zone, below);
        // Below a name that does not exist there is nothing.
        if (step === undefined) return zone;
        next = step;
        this.#zones.set(below, next);
      }
      zone = next;
    }
    return zone;
  }

  /** Finds out whether a zone begins at a name. */
  async #below(zone: Zone, name: string): Promise<Zone | undefined> {
    const answer = await this.#ask(name, "DS");
    const ds = ofType(answer.answers, "DS").filter((one) =>
      sameName(one.name, name)
    );
    const end = (security: Security, why: string): Zone => {
      this.#link({ name, what: "zone", security, why, facts: [] });
      return { name, security, keys: [], why: `zone ${name}: ${why}` };
    };
    if (ds.length > 0) {
      const verdict = await this.#verify(ds, answer.answers, zone);
      if (!verdict.ok) return end("bogus", `its DS: ${verdict.why}`);
      const usable = ds.filter(isUsable);
      if (usable.length === 0) {
        const [{ data }] = ds as [DelegationSigner];
        return end(
          "insecure",
          `its keys are of ${
            algorithmName(data.algorithm)
          }, or known by digest ${data.digestType}, which are not known here`,
        );
      }
      return await this.#keysOf(
        name,
        usable,
        `DS in ${zone.name}, ${verdict.why}`,
      );
    }
    if (answer.status !== "NOERROR" && answer.status !== "NXDOMAIN") {
      return end(
        "indeterminate",
        `for its DS the resolver says ${answer.status}`,
      );
    }
    // An alias is no place for a zone to begin.
    if (
      answer.answers.some((one) =>
        one.type === "CNAME" && sameName(one.name, name)
      )
    ) {
      return zone;
    }
    const proofs = await this.#proofs(answer.authorities, zone);
    const { proves, types = [], why } = await denialOf(name, "DS", proofs);
    if (proves === "NXDOMAIN") return undefined;
    if (proves === "opt-out") return end("insecure", why);
    if (proves === "nothing") {
      return end("bogus", `nothing proves that it has no DS: ${why}`);
    }
    const isCut = types.includes("NS") && !types.includes("SOA");
    return isCut
      ? end("insecure", `a delegation that is not signed: ${why}`)
      : zone;
  }

  /** Asks a zone for its keys, of which one must be known from above. */
  async #keysOf(
    name: string,
    ds: readonly DelegationSigner[],
    by: string,
  ): Promise<Zone> {
    const end = (
      security: Security,
      why: string,
      keys: readonly Key[] = [],
      facts: string[] = [],
    ): Zone => {
      this.#link({ name, what: "zone", security, why, facts });
      return { name, security, keys, why: `zone ${name}: ${why}` };
    };
    const answer = await this.#ask(name, "DNSKEY");
    const keys = ofType(answer.answers, "DNSKEY").filter((one) =>
      sameName(one.name, name)
    );
    if (keys.length === 0) {
      return answer.status === "NOERROR" ? end("bogus", "it has no keys") : end(
        "indeterminate",
        `for its keys the resolver says ${answer.status}`,
      );
    }
    const known: Key[] = [];
    // A few keys do; hundreds would be there to keep us busy.
    for (const key of keys.slice(0, 32)) {
      for (const one of ds.slice(0, 16)) {
        if (await matches(one, key)) {
          known.push(key);
          break;
        }
      }
    }
    const facts = [
      by,
      ...keys.slice(0, 8).map((key) => {
        const { flags, algorithm } = key.data;
        return `key ${keyTag(key)} ${algorithmName(algorithm)}${
          flags & 1 ? ", entry point" : ""
        }${known.includes(key) ? ", known from above" : ""}`;
      }),
    ];
    if (known.length === 0) {
      return end(
        "bogus",
        "none of its keys is the one known from above",
        [],
        facts,
      );
    }
    const zone: Zone = { name, security: "secure", keys, why: "" };
    const verdict = await this.#verify(keys, answer.answers, zone, known);
    return verdict.ok
      ? end("secure", `its keys are ${verdict.why}`, keys, facts)
      : end("bogus", `its keys: ${verdict.why}`, [], facts);
  }
}
