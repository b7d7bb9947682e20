/**
 * A rule of iptables on its way to text.
 *
 * @module
 */

import type { Family, NamedSet } from "../model/ruleset.ts";

/** Says why a rule cannot be written for iptables. */
export class Unwritable extends Error {}

/** Says that no packet of the family ever fits: the rule is not for it. */
export class OtherFamily extends Error {}

/** What stands around a rule. */
export interface Place {
  readonly family: "ip" | "ip6";
  /** The family of nft's table. */
  readonly of: Family;
  readonly sets: readonly NamedSet[];
  /** Notes that a match of iptables stands for a set. */
  useSet(name: string): void;
}

/** The words of a rule, before its target. */
export class Draft {
  /** Interfaces, addresses and the protocol, by their options. */
  readonly basics: Map<string, string> = new Map();
  /** The protocol that the rule must be for, by name. */
  protocol: string | undefined;
  /** Matches in order: the module, then options. */
  readonly matches: {
    readonly name: string;
    readonly options: string[];
    /** Takes no more options. */
    readonly closed: boolean;
  }[] = [];

  /** Adds an option to the last match if it is of that name and lacks it, or loads it. */
  add(name: string, option: string, ...values: readonly string[]): void {
    const words = [option, ...values];
    const last = this.matches.at(-1);
    const bare = option.replace(/^! /, "");
    const isOpen = last?.name === name && !last.closed;
    if (isOpen && !last.options.some((each) => each.includes(bare))) {
      last.options.push(words.join(" "));
    } else {this.matches.push({
        name,
        options: [words.join(" ")],
        closed: false,
      });}
  }

  /** Loads a match of its own. */
  alone(name: string, ...options: readonly string[]): void {
    this.matches.push({ name, options: [...options], closed: true });
  }

  /** Says of which protocol the packet must be. */
  need(protocol: string): void {
    if (this.protocol !== undefined && this.protocol !== protocol) {
      throw new Unwritable(
        `it asks for ${this.protocol} and for ${protocol} at once`,
      );
    }
    if (this.protocol === undefined && this.basics.has("-p")) {
      throw new Unwritable("it says twice of which protocol it is");
    }
    this.protocol = protocol;
    this.basics.set("-p", `-p ${protocolName(protocol)}`);
  }

  /** The rule's matches, as iptables-save would write them. */
  toString(): string {
    const words = ["-s", "-d", "-i", "-o", "-p", "-f"].flatMap((name) =>
      this.basics.get(name) ?? []
    );
    for (const { name, options } of this.matches) {
      words.push([`-m ${name}`, ...options].join(" "));
    }
    return words.join(" ");
  }
}

/** What iptables calls otherwise than nft. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  "mobility-header": "135",
  "ipv6-icmp": "ipv6-icmp",
};

const protocolName = (name: string) => PROTOCOLS[name] ?? name;

/** A word, in quotes if it needs them. */
export const quoted = (text: string): string =>
  text !== "" && /^[\w.:/@%+=-]+$/.test(text)
    ? text
    : `"${text.replace(/["\\]/g, "\\$&")}"`;

export const not = (negated: boolean): string => negated ? "! " : "";

export const hex = (number: number): string => `0x${number.toString(16)}`;
