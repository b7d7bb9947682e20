/**
 * A ruleset from what `nft -j` prints or takes.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { canonicalTables } from "../model/canonical.ts";
import type { Element, Limit, Mapping, Value } from "../model/expression.ts";
import type {
  Base,
  Chain,
  Flowtable,
  NamedMap,
  NamedObject,
  NamedSet,
  Rule,
  SetProperties,
  Table,
} from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A table that is being read. */
interface Draft {
  readonly table: Omit<
    Table,
    "chains" | "sets" | "maps" | "objects" | "flowtables"
  >;
  readonly chains: Map<string, Omit<Chain, "rules"> & { rules: Rule[] }>;
  readonly sets: Map<string, NamedSet>;
  readonly maps: Map<string, NamedMap>;
  readonly objects: NamedObject[];
  readonly flowtables: Flowtable[];
}

/**
 * Reads tables from libnftables-json(5): what `nft -j list ruleset` prints,
 * and commands that add. What `nft -j` leaves out (`auto-merge`, `dynamic`,
 * what stands with a set's elements) can't be there.
 *
 * @param input The text, or what `JSON.parse` made of it.
 * @returns Tables in canonical form.
 * @throws {ParseError} For text that is no JSON.
 * @throws {TypeError} For JSON that is not of nftables, or that takes away.
 */
export function readJson(input: unknown): readonly Table[] {
  const value = typeof input === "string" ? parseText(input) : input;
  const list = isFields(value) ? value.nftables : undefined;
  if (!Array.isArray(list)) {
    throw new TypeError(
      `Cannot read a ruleset from JSON without a list "nftables"; nft -j list ruleset prints one`,
    );
  }
  const drafts = new Map<string, Draft>();
  list.forEach((entry, index) => readEntry(entry, index, drafts));
  return canonicalTables([...drafts.values()].map((draft) => ({
    ...draft.table,
    chains: [...draft.chains.values()],
    sets: [...draft.sets.values()],
    maps: [...draft.maps.values()],
    objects: draft.objects,
    flowtables: draft.flowtables,
  })));
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ParseError("a ruleset as nft -j prints it", text, 0, reason);
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function readEntry(
  entry: unknown,
  index: number,
  drafts: Map<string, Draft>,
): void {
  const [kind, what] = single(entry, index);
  switch (kind) {
    case "metainfo":
      return;
    case "add":
    case "create":
      return readEntry(what, index, drafts);
    case "flush":
      if (isFields(what) && "ruleset" in what) return drafts.clear();
      break;
  }
  if (!isFields(what)) throw unknown(kind, index);
  if (kind === "table") {
    const { family, name, flags, comment, handle } = what as unknown as Table;
    // The listing of nft 1.0.6 has stray letters where the flags should be.
    const known = list(flags).filter((x) => x === "dormant" || x === "owner");
    drafts.set(`${family} ${name}`, {
      table: defined({
        family,
        name,
        flags: known.length ? known : undefined,
        comment,
        handle,
      }) as unknown as Table,
      chains: new Map(),
      sets: new Map(),
      maps: new Map(),
      objects: [],
      flowtables: [],
    });
    return;
  }
  const draft = drafts.get(`${what.family} ${what.table}`);
  if (!draft) {
    throw new TypeError(
      `Cannot read entry ${index} of a ruleset, a ${kind}: there is no table "${what.family} ${what.table}" before it`,
    );
  }
  if (!Object.hasOwn(READERS, kind)) throw unknown(kind, index);
  READERS[kind]!(draft, what, index);
}

function single(entry: unknown, index: number): [string, unknown] {
  const entries = isFields(entry) ? Object.entries(entry) : [];
  if (entries.length === 1) return entries[0]!;
  throw new TypeError(
    `Cannot read entry ${index} of a ruleset: it must be an object with one key, as {"table": …}`,
  );
}

const unknown = (kind: string, index: number) =>
  new TypeError(
    `Cannot read entry ${index} of a ruleset: "${kind}" is nothing that a ruleset holds`,
  );

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

function defined(what: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(what).filter(([, value]) =>
      value !== undefined && value !== null
    ),
  );
}

type Reader = (draft: Draft, what: Fields, index: number) => void;

const READERS: Readonly<Record<string, Reader>> = {
  chain(draft, what) {
    const { name, type, hook, prio, policy, dev, comment, handle } =
      what as Readonly<Record<string, string>>;
    const base = type === undefined ? undefined : defined({
      type,
      hook,
      priority: prio,
      policy: policy ?? "accept",
      devices: dev && list(dev),
    }) as unknown as Base;
    const chain = defined({ name, base, comment, handle });
    draft.chains.set(name!, { ...chain as unknown as Chain, rules: [] });
  },
  rule(draft, what, index) {
    const { chain, expr, comment, handle } = what;
    const found = draft.chains.get(chain as string);
    if (!found || !Array.isArray(expr)) {
      throw new TypeError(
        `Cannot read entry ${index} of a ruleset, a rule: ${
          found ? "it has no list expr" : `there is no chain "${chain}"`
        }`,
      );
    }
    const statements = expr as readonly Statement[];
    found.rules.push(
      defined({ statements, comment, handle }) as unknown as Rule,
    );
  },
  set(draft, what) {
    const elements = list(what.elem) as readonly (Value | Element)[];
    const set = { ...setProperties(what), elements };
    draft.sets.set(set.name, set);
  },
  map(draft, what) {
    const map =
      (Array.isArray(what.map) ? what.map : `${what.map}`.split(" . "))
        .map(String);
    const elements = list(what.elem) as readonly Mapping[];
    const named = { ...setProperties(what), map, elements };
    draft.maps.set(named.name, named);
  },
  element(draft, what, index) {
    const name = String(what.name);
    const set = draft.sets.get(name);
    const map = draft.maps.get(name);
    const elem = list(what.elem);
    if (set) {
      const elements = [...set.elements, ...elem as Value[]];
      draft.sets.set(name, { ...set, elements });
    } else if (map) {
      const elements = [...map.elements, ...elem as Mapping[]];
      draft.maps.set(name, { ...map, elements });
    } else {
      throw new TypeError(
        `Cannot read entry ${index} of a ruleset, elements: there is no set "${name}"`,
      );
    }
  },
  flowtable(draft, what) {
    const { name, hook, prio, dev, flags, counter, handle } = what;
    draft.flowtables.push(
      defined({
        ...{ name, hook, priority: prio, devices: list(dev) },
        ...{ flags: flags && list(flags), counter, handle },
      }) as unknown as Flowtable,
    );
  },
  quota(draft, what) {
    const { bytes: val, used, inv } = what;
    const quota = defined({
      val,
      used: used || undefined,
      inv: inv || undefined,
    });
    addObject(draft, "quota", what, { quota });
  },
  limit(draft, what) {
    const { rate, rate_unit, unit, per, burst, burst_unit, inv } = what;
    const limit = defined({
      rate,
      rate_unit: rate_unit ?? (unit === "packets" ? undefined : unit),
      per: per ?? "second",
      burst,
      burst_unit,
      inv: inv || undefined,
    }) as unknown as Limit;
    addObject(draft, "limit", what, { limit });
  },
  synproxy(draft, what) {
    const { mss, wscale, flags } = what;
    const synproxy = defined({ mss, wscale, flags: flags && list(flags) });
    addObject(draft, "synproxy", what, { synproxy });
  },
  secmark(draft, { context, ...what }) {
    addObject(draft, "secmark", what, { context });
  },
  counter(draft, what) {
    const { packets, bytes } = what;
    addObject(draft, "counter", what, { packets, bytes });
  },
  "ct helper"(draft, what) {
    const { type, protocol, l3proto } = what;
    addObject(draft, "ct helper", what, { type, protocol, l3proto });
  },
  "ct timeout"(draft, what) {
    const { protocol, l3proto, policy } = what;
    addObject(draft, "ct timeout", what, { protocol, l3proto, policy });
  },
  "ct expectation"(draft, what) {
    const { protocol, l3proto, dport, timeout, size } = what;
    addObject(draft, "ct expectation", what, {
      ...{ protocol, l3proto, dport, size },
      timeout: Number(timeout) / 1000,
    });
  },
};

function addObject(
  draft: Draft,
  kind: NamedObject["kind"],
  { name, comment, handle }: Fields,
  rest: Fields,
): void {
  draft.objects.push(
    defined({ kind, name, ...rest, comment, handle }) as unknown as NamedObject,
  );
}

function setProperties(what: Fields): SetProperties {
  const { name, type, flags, timeout, size, policy, comment, handle } = what;
  const stmt = what.stmt as readonly Statement[] | undefined;
  return defined({
    name,
    type: list(type),
    flags: flags && list(flags),
    timeout,
    gcInterval: what["gc-interval"],
    size,
    policy: policy === "memory" ? policy : undefined,
    autoMerge: what["auto-merge"] || undefined,
    stateful: stmt?.length ? stmt : undefined,
    comment,
    handle,
  }) as unknown as SetProperties;
}
