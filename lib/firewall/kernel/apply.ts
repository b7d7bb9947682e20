/**
 * New rules for a kernel, as one transaction, with the way back kept open.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { inLab } from "../../linux/lab_mark.ts";
import { mustBeRuleset } from "../model/given.ts";
import type { RulesetData, Table } from "../model/ruleset.ts";
import { format } from "../text/format.ts";
import { parse } from "../text/parse.ts";
import { Guard, type GuardEnd } from "./confirm.ts";
import { type NftOptions, runNft } from "./nft.ts";
import { type AppliedRecord, readRecord, writeRecord } from "./record.ts";
import { refuseToCutOneself } from "./session.ts";

export type { GuardEnd, NftOptions };

/** Options for {@linkcode apply}. */
export interface ApplyOptions extends NftOptions {
  /** Says that this machine's own rules may be changed; in a lab nobody asks. @default {false} */
  apply?: boolean | undefined;
  /** Seconds in which {@linkcode Applied.confirm} must come, or the old rules are back; `false`: the new ones stay. @default {30, in a lab false} */
  confirm?: number | false | undefined;
  /** The source of what is there in the tables that change, if netrepl did not apply it; `null`: it need not come back. */
  previous?: RulesetData | string | null | undefined;
  /** Whether tables that the ruleset does not have stay. @default {"keep"} */
  others?: "keep" | "remove" | undefined;
  /** Apply rules that would cut the SSH session from which this is done. @default {false} */
  force?: boolean | undefined;
}

const OP = "apply rules";

/** Rules that were applied. */
export class Applied {
  /** When the old rules come back, unless confirmed before. */
  readonly until: Date | undefined;
  readonly #guard: Guard | undefined;
  readonly #record: () => Promise<boolean>;
  /** What became of it was told to who asked, and need not be told again. */
  #isTold = false;

  /** @ignore */
  constructor(
    guard: Guard | undefined,
    until: Date | undefined,
    record: () => Promise<boolean>,
  ) {
    this.#guard = guard;
    this.until = until;
    this.#record = record;
  }

  /**
   * Says that all is well: the new rules stay.
   *
   * @throws {NetError} With code `"restored"`, if it was too late.
   */
  async confirm(): Promise<void> {
    this.#isTold = true;
    if (await this.#guard?.keep() === "restored") {
      throw new NetError("the time was up, and the old rules are back", {
        code: "restored",
        op: "confirm the new rules",
      });
    }
    await this.#record();
  }

  /**
   * Puts the old rules back at once.
   *
   * @throws {NetError} With code `"confirmed"`, if the new ones are to stay
   * already; with code `"not-restored"` if the kernel refuses the old ones.
   */
  async restore(): Promise<void> {
    this.#isTold = true;
    if (!this.#guard || await this.#guard.restore() === "kept") {
      throw new NetError("the new rules were confirmed", {
        code: "confirmed",
        op: "put the old rules back",
        hint: "apply the old ones anew",
      });
    }
  }

  /** How it ended: `"kept"` or `"restored"`. */
  get ended(): Promise<GuardEnd> {
    return this.#guard?.ended ?? Promise.resolve("kept");
  }

  /** Puts the old rules back, unless the new ones were confirmed. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#guard?.restore();
    } catch (error) {
      if (!this.#isTold) throw error;
    }
  }

  /** What it says at the prompt. */
  [Symbol.for("Deno.customInspect")](): string {
    const end = this.#guard ? this.#guard.end : "kept";
    if (end === "restored") return "Not in force: the old rules are back";
    return this.until && end === undefined
      ? `Applied until ${this.until.toLocaleTimeString()}, when the old rules come back; .confirm() keeps the new ones`
      : "Applied, to stay";
  }
}

/**
 * Gives the kernel the tables of a ruleset in place of its tables of the same
 * names, all at once or not at all.
 *
 * A process of its own does it, and puts back what was there, from its
 * source, unless {@linkcode Applied.confirm} comes in time: so a rule that
 * cuts you off cuts you off for half a minute. It also does so when this
 * program ends or is killed before.
 *
 * @param ruleset A ruleset, or the text of one.
 * @param options Whether it is meant, how long to wait, and where.
 * @returns Its {@linkcode Applied.confirm} and {@linkcode Applied.restore}.
 * @throws {NetError} With code `"needs-apply"` if it is not meant; with code
 * `"unknown-source"` if nobody knows how to put back what is there; with code
 * `"would-cut"` if it would end the SSH session that it is done from; with
 * code `"refused"` and what nft said, and nothing has changed.
 * @see nft(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const ruleset = net.firewall.patterns.host({ open: ["tcp/22"] });
 * const applied = await net.firewall.apply(ruleset, { apply: true, confirm: 30 });
 * // … see that all is well, and then:
 * await applied.confirm();
 * ```
 */
export async function apply(
  ruleset: RulesetData | string,
  options: ApplyOptions = {},
): Promise<Applied> {
  const lab = inLab();
  if (options.apply !== true && !lab) {
    throw new NetError("it would change this machine's own firewall", {
      code: "needs-apply",
      op: OP,
      hint: "{ apply: true } if that is meant, or do it in a lab: .lab up pair",
    });
  }
  const { confirm = lab ? false : 30, namespace } = options;
  const isTime = typeof confirm === "number" && confirm >= 1 &&
    confirm <= 86_400;
  if (confirm !== false && !isTime) {
    throw new RangeError(
      `Cannot apply rules as 'confirm' must be from 1 to 86400 seconds, or false: current value is ${confirm}`,
    );
  }
  if (typeof ruleset !== "string") mustBeRuleset(OP, "ruleset", ruleset);
  const { tables } = typeof ruleset === "string"
    ? { tables: parse(ruleset) }
    : ruleset;
  if (!options.force) await refuseToCutOneself(tables, namespace);

  const present = await listings(options);
  const wanted = tables.map(nameOf);
  const touched = options.others === "remove"
    ? [...new Set([...wanted, ...present.keys()])]
    : wanted;
  const old = touched.filter((name) => present.has(name));

  const change = [
    ...old.map((name) => `delete table ${name}`),
    format(tables),
  ].join("\n");
  const record = () => recordTables(tables, old, options);
  if (confirm === false) {
    await runNft(["nft", "-f", "-"], change, OP, options);
    await record();
    return new Applied(undefined, undefined, record);
  }
  // Added first, so that there is something to delete whatever happened.
  const undo = [
    ...touched.flatMap((name) => [`add table ${name}`, `delete table ${name}`]),
    await sourceOf(old, present, options),
  ].join("\n");
  const guard = await Guard.start(change, undo, confirm, {
    op: OP,
    namespace,
    signal: options.signal,
  });
  const until = new Date(Date.now() + confirm * 1000);
  return new Applied(guard, until, record);
}

const nameOf = ({ family, name }: Table): string => `${family} ${name}`;

/** The tables that there are, without counts and elements, as nft lists them. */
async function listings(
  options: NftOptions,
): Promise<ReadonlyMap<string, string>> {
  // Of all that nft lists, only this does not read every element of every set.
  const words = ["nft", "-s", "-t", "list", "ruleset"];
  const text = await runNft(words, "", OP, options);
  return new Map(
    text.split(/^(?=table )/m).filter((table) =>
      // Those of a program that runs are for nobody else to change.
      table !== "" && !/^\tflags .*owner/m.test(table)
    ).map((table) => {
      const [, family, name] = table.split(" ", 3);
      return [`${family} ${name}`, table];
    }),
  );
}

/** What puts these tables back, from a source: the caller's, or our record. */
async function sourceOf(
  names: readonly string[],
  present: ReadonlyMap<string, string>,
  options: ApplyOptions,
): Promise<string> {
  const { previous } = options;
  if (previous === null || names.length === 0) return "";
  const given = previous === undefined
    ? []
    : typeof previous === "string"
    ? parse(previous)
    : previous.tables;
  const record = await readRecord(options.namespace);
  const sources: string[] = [];
  for (const name of names) {
    const table = given.find((table) => nameOf(table) === name);
    const known = record.tables[name];
    if (table) sources.push(format([table]));
    else if (known && known.listing === present.get(name)) {
      sources.push(known.source);
    } else {
      throw new NetError(
        known
          ? `table ${name} was changed since it was applied`
          : `table ${name} is there, and its source is not known here; a listing may not load again`,
        {
          code: "unknown-source",
          op: OP,
          hint:
            "{ previous: the text or ruleset that made it }, or { previous: null } if it need not come back",
        },
      );
    }
  }
  return sources.join("\n");
}

async function recordTables(
  tables: readonly Table[],
  gone: readonly string[],
  options: NftOptions,
): Promise<boolean> {
  const before = await readRecord(options.namespace);
  const next: Record<string, AppliedRecord["tables"][string]> = {
    ...before.tables,
  };
  for (const name of gone) delete next[name];
  const present = await listings(options);
  for (const table of tables) {
    const name = nameOf(table);
    next[name] = {
      source: format([table]),
      listing: present.get(name) ?? "",
    };
  }
  return await writeRecord(options.namespace, { tables: next });
}
