/**
 * The builder of rules: the words that TypeScript knows of in roots.ts, made
 * from the same tables.
 *
 * @module
 */

import { formatRule } from "../text/format.ts";
import type { Expression } from "../model/expression.ts";
import { typesOf } from "../model/fields.ts";
import { headerTable } from "../model/headers.ts";
import {
  ctTable,
  fibTable,
  ipsecTable,
  type KeyRow,
  metaTable,
  osfTable,
  rtTable,
  socketTable,
} from "../model/keys.ts";
import {
  exthdrTable,
  ipOptionTable,
  sctpChunkTable,
  tcpOptionTable,
} from "../model/options.ts";
import type { Rule } from "../model/ruleset.ts";
import { type FieldObject, makeField, PART } from "./comparisons.ts";
import { type Draft, empty, knowing, refuseAfterEnd, ruleOf } from "./draft.ts";
import type { Needs, Readable, Start } from "./field.ts";
import type { FibFlag, RuleBuilder } from "./roots.ts";
import * as statements from "./statements.ts";
import { camel } from "./value_types.ts";

const DRAFT: unique symbol = Symbol("draft");

type Group = { readonly [DRAFT]: Draft };
type Make = (draft: Draft) => unknown;

/** An object whose properties are made when they are read, each of the rule so far. */
function group(makers: Readonly<Record<string, Make>>): Make {
  const proto: object = Object.create(null);
  for (const [name, make] of Object.entries(makers)) {
    Object.defineProperty(proto, name, {
      enumerable: true,
      get(this: Group) {
        return make(this[DRAFT]);
      },
    });
  }
  return (draft) =>
    Object.defineProperty(Object.create(proto), DRAFT, { value: draft });
}

const field = (expression: Expression, needs: Needs = {}): Make => (draft) =>
  makeField(expression, { draft, needs, next: builder });

/** Properties by name, made from rows by name. */
function each<Row>(
  table: Readonly<Record<string, Row>>,
  make: (name: string, row: Row) => Make,
): Record<string, Make> {
  return Object.fromEntries(
    Object.entries(table).map(([name, row]) => [camel(name), make(name, row)]),
  );
}

type Options = Readonly<
  Record<string, { readonly fields: Readonly<Record<string, unknown>> }>
>;

/** Options: each is a group of fields, and may be there or not. */
const options = (
  kind: "exthdr" | "tcp option" | "ip option" | "sctp chunk",
  table: Options,
  needs: Needs,
): Make =>
  group(each(table, (name, { fields }) => {
    const of = (field?: string) =>
      ({ [kind]: field ? { name, field } : { name } }) as unknown as Expression;
    const whole = (draft: Draft) =>
      field(of(), needs)(draft) as FieldObject & Existing;
    return group({
      ...each(fields, (name) => field(of(name), needs)),
      expression: () => of(),
      exists: (draft) => () => whole(draft).exists(),
      missing: (draft) => () => whole(draft).missing(),
    });
  }));

interface Existing {
  exists(): unknown;
  missing(): unknown;
}

const headers = each(
  headerTable as Readonly<
    Record<
      string,
      {
        readonly needs: Needs;
        readonly fields: Readonly<Record<string, unknown>>;
      }
    >
  >,
  (protocol, { needs, fields }) => {
    const make = group({
      ...each(
        fields,
        (name) => field({ payload: { protocol, field: name } }, needs),
      ),
      ...protocol === "tcp" &&
        { option: options("tcp option", tcpOptionTable, needs) },
      ...protocol === "ip" &&
        { option: options("ip option", ipOptionTable, needs) },
      ...protocol === "sctp" &&
        { chunk: options("sctp chunk", sctpChunkTable, needs) },
    });
    if (protocol !== "th") return make;
    return (draft) => {
      if (draft.transport) return make(draft);
      throw new TypeError(
        "Cannot build a rule with th as it needs a transport protocol before it, as meta.l4proto or tcp",
      );
    };
  },
);

type KeyTable = Readonly<Record<string, KeyRow>>;

const metaField = (key: string): Make =>
  field(
    { meta: { key } },
    key === "l4proto" ? { l4proto: "any" } : {},
  );

const bare = Object.fromEntries(
  Object.entries(metaTable as KeyTable).filter(([, { bare }]) => bare),
);

const addresses = (
  of: (key: string, family: "ip" | "ip6") => Expression,
): Record<string, Make> =>
  Object.fromEntries((["ip", "ip6"] as const).map((family) => {
    const needs = { nfproto: family === "ip" ? "ipv4" : "ipv6" };
    return [
      family,
      group({
        saddr: field(of("saddr", family), needs),
        daddr: field(of("daddr", family), needs),
      }),
    ];
  }));

const ctField = (key: string, dir?: "original" | "reply"): Make =>
  field({ ct: dir ? { key, dir } : { key } });

const ctKeys = (wanted: (row: KeyRow) => boolean) =>
  Object.fromEntries(
    Object.entries(ctTable as KeyTable).filter(([, row]) => wanted(row)),
  );

const direction = (dir: "original" | "reply"): Make =>
  group({
    ...each(
      ctKeys((row) => row.direction !== undefined && !row.family),
      (key) => ctField(key, dir),
    ),
    ...addresses((key, family) => ({ ct: { key, family, dir } })),
  });

const ct = group({
  ...each(ctKeys((row) => row.direction !== "must"), (key) => ctField(key)),
  original: direction("original"),
  reply: direction("reply"),
});

const nexthop = (family: "ip" | "ip6") =>
  group({ nexthop: field({ rt: { key: "nexthop", family } }) });

const rt = group({
  ...each(
    rtTable as KeyTable,
    (key) => field({ rt: { key: key as "mtu" } }),
  ),
  ip: nexthop("ip"),
  ip6: nexthop("ip6"),
});

const words: Readonly<Record<string, Make>> = {
  ...headers,
  ...each(bare, metaField),
  meta: group(each(metaTable as KeyTable, metaField)),
  ct,
  rt,
  osf: group(
    each(osfTable, (key) => field({ osf: { key: key as "name" } })),
  ),
  socket: group({
    ...each(socketTable, (key) => field({ socket: { key: key as "mark" } })),
    cgroupv2: (draft) => (level: number) =>
      field({ socket: { key: "cgroupv2", level } })(draft),
  }),
  exthdr: options("exthdr", exthdrTable, { nfproto: "ipv6" }),
  fib: (draft) => (...flags: readonly FibFlag[]) =>
    group(
      each(fibTable, (result) =>
        field({ fib: { result: result as "oif", flags } })),
    )(draft),
  ipsec: (draft) => (dir: "in" | "out", spnum?: number) => {
    const more = spnum === undefined ? {} : { spnum };
    return group({
      ...each(ipsecTable, (key) => field({ ipsec: { key, dir, ...more } })),
      ...addresses((key, family) => ({ ipsec: { key, family, dir, ...more } })),
    })(draft);
  },
  raw: (draft) => (base: "th", offset: number, len: number) =>
    field({ payload: { base, offset, len } })(draft),
  numgen: (draft) => (mode: "inc", mod: number, offset?: number) =>
    field({
      numgen: offset === undefined ? { mode, mod } : { mode, mod, offset },
    })(draft),
  jhash: (draft) => (of: Readable, hash: { readonly mod: number }) =>
    field({ jhash: { expr: of.expression, ...hash } })(draft),
  symhash: (draft) => (mod: number, offset?: number) =>
    field({ symhash: offset === undefined ? { mod } : { mod, offset } })(draft),
  concat: (draft) => (...parts: readonly FieldObject[]) => {
    const concat = parts.map(({ expression }) => expression);
    let known = draft;
    for (const part of parts) {
      known = knowing(known, part[PART].needs, `${part}`);
    }
    typesOf({ concat }, "inet");
    return field({ concat })(known);
  },
};

/** What the prototypes of all builders have. */
class Builder {
  declare readonly [DRAFT]: Draft;

  constructor(draft: Draft) {
    Object.defineProperty(this, DRAFT, { value: draft });
  }

  /** The rule as data. */
  get rule(): Rule {
    return ruleOf(this[DRAFT]);
  }
  /** Whether it translates addresses. */
  get kind(): "plain" | "nat" {
    return this[DRAFT].kind;
  }
  toJSON(): Rule {
    return this.rule;
  }
  /** As nft writes it. */
  toString(): string {
    return formatRule(this.rule, "inet");
  }
  [Symbol.for("Deno.customInspect")](): string {
    return this.rule.statements.length === 0 ? "An empty rule" : `${this}`;
  }
}

for (const [name, make] of Object.entries(words)) {
  Object.defineProperty(Builder.prototype, name, {
    enumerable: true,
    get(this: Builder) {
      refuseAfterEnd(this[DRAFT], name);
      return make(this[DRAFT]);
    },
  });
}
for (const [name, run] of Object.entries(statements.steps)) {
  Object.defineProperty(Builder.prototype, name, {
    enumerable: true,
    value(this: Builder, ...values: readonly never[]) {
      return builder((run as statements.AnyStep)(this[DRAFT], ...values));
    },
  });
}

for (const name of ["add", "update", "delete"] as const) {
  const change = statements.changeSet(name);
  Object.defineProperty(Builder.prototype, name, {
    enumerable: true,
    value(this: Builder, set: `@${string}`, key: Readable, options?: object) {
      return builder(change(this[DRAFT], set, key, options, start));
    },
  });
}

/** The builder of a draft. */
function builder(draft: Draft): Builder {
  return new Builder(draft);
}

/** Where every rule begins. */
export const start: RuleBuilder<Start> = builder(
  empty,
) as unknown as RuleBuilder<Start>;

/**
 * Tells whether something was made by the builder.
 *
 * @param value Anything.
 * @returns Whether it is a rule with its kind.
 */
export const isBuilt = (
  value: unknown,
): value is { readonly rule: Rule; readonly kind: "plain" | "nat" } =>
  value instanceof Builder;
