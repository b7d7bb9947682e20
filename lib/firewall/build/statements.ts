/**
 * The steps by which a rule does something with a packet.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type {
  Counts,
  Element,
  Expression,
  Limit,
  Quota,
  SetReference,
} from "../model/expression.ts";
import type { NatTarget, Statement } from "../model/statement.ts";
import { parseTime } from "../model/time.ts";
import { isReadable } from "./comparisons.ts";
import { type Draft, step } from "./draft.ts";
import type { Readable } from "./field.ts";
import type {
  LimitOptions,
  LogOptions,
  NatOptions,
  PortOptions,
  UpdateOptions,
} from "./steps.ts";
import type { Port } from "./value_types.ts";

/** A step: the rule so far and what it is given, to the rule with it. */
export type AnyStep = (draft: Draft, ...given: readonly never[]) => Draft;

const must = (what: string, value: unknown) =>
  new TypeError(
    `Cannot build a rule as ${what}: current value is ${JSON.stringify(value)}`,
  );

/** Adds a statement behind which nothing can follow. */
function end(draft: Draft, name: string, statement: Statement): Draft {
  return { ...step(draft, name, statement), end: name };
}

const translation = (draft: Draft, name: string, statement: Statement) => ({
  ...end(draft, name, statement),
  kind: "nat" as const,
});

/** A rate as a limit has it. */
export function limitOf(rate: string, options: LimitOptions = {}): Limit {
  const parts =
    /^([1-9]\d*)(?: ?(bytes|kbytes|mbytes))?\/(second|minute|hour|day|week)$/
      .exec(
        rate,
      );
  if (!parts) {
    throw must('a rate must be as "10/second" or "2 mbytes/second"', rate);
  }
  const [, count, unit, per] = parts;
  const { burst, over } = options;
  const volume = typeof burst === "string" ? volumeOf(burst) : undefined;
  if (!(volume || (burst ?? 1) as number >= 1)) {
    throw must("a burst must be 1 or more", burst);
  }
  return {
    rate: Number(count),
    per: per as "second",
    ...unit && { rate_unit: unit as "bytes" },
    ...typeof burst === "number" && { burst },
    ...volume && {
      burst: volume.val,
      ...volume.val_unit && { burst_unit: volume.val_unit },
    },
    ...over && { inv: true },
  };
}

/** A volume as a quota has it. */
export function volumeOf(volume: string): Quota {
  const parts = /^(\d+) ?(bytes|kbytes|mbytes)$/.exec(volume);
  if (!parts) throw must('a volume must be as "5 mbytes"', volume);
  const [, count, unit] = parts;
  return {
    val: Number(count),
    ...unit !== "bytes" && { val_unit: unit as "kbytes" },
  };
}

const secondsOf = (time: number | string): number =>
  typeof time === "number" ? time : parseTime(time);

/** The parts of `10.0.0.2:80`, `[2001:db8::2]:80`, `:8080`. */
function splitTarget(to: string): { addr?: string; port?: string } {
  const bracketed = /^\[([^\]]*)\](?::(.+))?$/.exec(to);
  if (bracketed) {
    const [, addr, port] = bracketed;
    return { addr: addr!, ...port && { port } };
  }
  const at = to.indexOf(":");
  if (at < 0 || to.includes(":", at + 1)) return { addr: to };
  const addr = to.slice(0, at);
  return { ...addr && { addr }, port: to.slice(at + 1) };
}

function targetOf(
  draft: Draft,
  name: string,
  options: NatOptions | { readonly to: string },
): NatTarget {
  const { to, port, flags } = options as NatOptions;
  const parts: { addr?: unknown; port?: unknown } = isReadable(to)
    ? { addr: to.expression }
    : typeof to === "string"
    ? splitTarget(to)
    : { addr: to };
  if (parts.addr === undefined && parts.port === undefined) {
    throw must(
      `${name} must lead to an address or a port, as { to: "10.0.0.2:80" }`,
      options,
    );
  }
  return {
    ...parts.addr !== undefined && { addr: parts.addr as Expression },
    ...portOf(draft, name, port ?? parts.port as Port | undefined),
    ...flags && { flags },
  };
}

/** A port, which only packets of some transport have. */
function portOf(
  draft: Draft,
  name: string,
  port: Port | undefined,
): { readonly port?: Expression } {
  if (port === undefined) return {};
  if (draft.transport) return { port: port as Expression };
  throw must(
    `${name} with a port needs a transport protocol before it, as tcp or meta.l4proto`,
    port,
  );
}

function natOptions(
  draft: Draft,
  name: string,
  { port, flags }: PortOptions = {},
): NatTarget {
  return { ...portOf(draft, name, port), ...flags && { flags } };
}

/** The steps that change a set, which may begin rules of their own. */
export const changeSet = (op: "add" | "update" | "delete") =>
(
  draft: Draft,
  set: SetReference,
  key: Readable,
  options: UpdateOptions<unknown> = {},
  fresh: unknown,
): Draft => {
  if (typeof set !== "string" || !set.startsWith("@")) {
    throw must(`${op} must name a set as "@name"`, set);
  }
  const { timeout, comment, value } = options;
  const elem: Expression | Element =
    timeout === undefined && comment === undefined ? key.expression : {
      elem: {
        val: key.expression,
        ...timeout !== undefined && { timeout: secondsOf(timeout) },
        ...comment !== undefined && { comment },
      },
    };
  const stmt = options.with?.(fresh).rule.statements;
  const more = stmt?.length ? { stmt } : {};
  return step(
    draft,
    op,
    value
      ? { map: { op, elem, data: value.expression, map: set, ...more } }
      : { set: { op, elem, set, ...more } },
  );
};

const verdict = (name: "accept" | "drop" | "continue" | "return") =>
(
  draft: Draft,
): Draft => end(draft, name, { [name]: null } as unknown as Statement);

const toChain =
  (name: "jump" | "goto") => (draft: Draft, target: string): Draft => {
    if (typeof target !== "string" || target === "") {
      throw must(`${name} must name a chain`, target);
    }
    return end(draft, name, { [name]: { target } } as unknown as Statement);
  };

function checkedLog(log: LogOptions | null): LogOptions | null {
  if (new TextEncoder().encode(log?.prefix).length > 127) {
    throw must("a log prefix must have at most 127 octets", log?.prefix);
  }
  return log;
}

/** The steps by name. */
export const steps = {
  counter: (draft: Draft, counter?: string | Counts): Draft =>
    step(draft, "counter", { counter: counter ?? null }),
  log: (draft: Draft, options?: string | LogOptions): Draft =>
    step(draft, "log", {
      log: checkedLog(
        typeof options === "string" ? { prefix: options } : options ?? null,
      ),
    }),
  limit: (draft: Draft, rate: string, options?: LimitOptions): Draft =>
    step(draft, "limit", { limit: limitOf(rate, options) }),
  quota: (
    draft: Draft,
    volume: string,
    { over }: { readonly over?: boolean } = {},
  ): Draft =>
    step(draft, "quota", {
      quota: { ...volumeOf(volume), ...over && { inv: true } },
    }),
  ctCount: (
    draft: Draft,
    val: number,
    { over }: { readonly over?: boolean } = {},
  ): Draft =>
    step(draft, "ctCount", { "ct count": { val, ...over && { inv: true } } }),
  notrack: (draft: Draft): Draft => step(draft, "notrack", { notrack: null }),
  useHelper: (draft: Draft, name: string): Draft =>
    step(draft, "useHelper", { "ct helper": name }),
  useTimeout: (draft: Draft, name: string): Draft =>
    step(draft, "useTimeout", { "ct timeout": name }),
  useExpectation: (draft: Draft, name: string): Draft =>
    step(draft, "useExpectation", { "ct expectation": name }),
  flow: (draft: Draft, flowtable: SetReference): Draft =>
    step(draft, "flow", { flow: { op: "add", flowtable } }),
  dup: (draft: Draft, to: string | Address, device?: string): Draft =>
    step(draft, "dup", {
      dup: { addr: `${to}`, ...device !== undefined && { dev: device } },
    }),
  tproxy: (draft: Draft, options: { readonly to: string }): Draft =>
    step(draft, "tproxy", { tproxy: targetOf(draft, "tproxy", options) }),
  synproxy: (
    draft: Draft,
    options?: { readonly mss?: number; readonly wscale?: number },
  ): Draft => step(draft, "synproxy", { synproxy: options ?? null }),
  comment(draft: Draft, comment: string): Draft {
    if (new TextEncoder().encode(comment).length > 127) {
      throw must("a comment must have at most 127 octets", comment);
    }
    return { ...draft, comment };
  },
  accept: verdict("accept"),
  drop: verdict("drop"),
  continue: verdict("continue"),
  return: verdict("return"),
  jump: toChain("jump"),
  goto: toChain("goto"),
  reject(draft: Draft, reason?: string): Draft {
    if (reason === undefined) return end(draft, "reject", { reject: null });
    if (reason === "tcp reset") {
      return end(draft, "reject", { reject: { type: reason } });
    }
    const [first, second] = reason.split(" ");
    const [type, expr] = second === undefined
      ? ["icmpx", first!]
      : [first, second];
    if (type !== "icmp" && type !== "icmpv6" && type !== "icmpx") {
      throw must(
        'reject must be with "tcp reset", or a code as "icmp host-unreachable"',
        reason,
      );
    }
    return end(draft, "reject", { reject: { type, expr } });
  },
  queue: (
    draft: Draft,
    options?: {
      readonly num?: number | string;
      readonly flags?: readonly "bypass"[];
    },
  ): Draft => end(draft, "queue", { queue: options ?? null }),
  snat: (draft: Draft, options: NatOptions): Draft =>
    translation(draft, "snat", { snat: targetOf(draft, "snat", options) }),
  dnat: (draft: Draft, options: NatOptions): Draft =>
    translation(draft, "dnat", { dnat: targetOf(draft, "dnat", options) }),
  masquerade: (draft: Draft, options?: PortOptions): Draft =>
    translation(draft, "masquerade", {
      masquerade: natOptions(draft, "masquerade", options),
    }),
  redirect(
    draft: Draft,
    { to, ...rest }: { readonly to?: Port | `:${number}` } & PortOptions = {},
  ): Draft {
    const port = typeof to === "string" && to.startsWith(":")
      ? to.slice(1) as Port
      : to as Port | undefined;
    return translation(draft, "redirect", {
      redirect: natOptions(draft, "redirect", {
        ...rest,
        ...port !== undefined && { port },
      }),
    });
  },
} as const;
