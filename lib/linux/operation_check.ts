/**
 * What a change may say, checked before anything is done: a name that means
 * nothing would be passed over, and a number given as text be taken for another.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";
import { nearestWord } from "../nearest.ts";
import { checkOptions, mustBe, type OptionKinds } from "./option_kinds.ts";
import type { Operation } from "./operation.ts";
import {
  ADDRESS,
  CHANGE,
  CLASS,
  LINK,
  METRICS,
  NEIGHBOUR,
  NETEM,
  NEXT_HOP,
  PEER,
  PORT_VLAN,
  QDISC,
  ROUTE,
  RULE,
  TBF,
} from "./spec_kinds.ts";

/** What ip(8) and others call a thing, and how it is said here: by the first that there is. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  addr: ["address"],
  defaultGateway: ["via"],
  dev: ["device"],
  dst: ["to"],
  gateway: ["via"],
  gw: ["via"],
  iif: ["inInterface"],
  interface: ["device"],
  lladdr: ["mac"],
  nexthop: ["via"],
  oif: ["device", "outInterface"],
  pref: ["priority", "preference"],
  prefixLength: ["address"],
  src: ["source", "from"],
  state: ["up"],
  type: ["kind"],
};

function saidElsewhere(kinds: object): Elsewhere {
  return Object.fromEntries(
    Object.entries(ELSEWHERE).flatMap(([name, here]) => {
      const said = here.find((one) => Object.hasOwn(kinds, one));
      return said === undefined || Object.hasOwn(kinds, name)
        ? []
        : [[name, said]];
    }),
  );
}

/** Where an operation has what it says, what that may be, and what it must have. */
interface Form {
  readonly field: string;
  readonly kinds: OptionKinds<object>;
  readonly needs: readonly string[];
  readonly parts?: Readonly<Record<string, OptionKinds<object>>>;
}

const FORMS: Readonly<Record<string, Form>> = {
  Link: {
    field: "link",
    kinds: LINK,
    needs: ["name", "kind"],
    parts: { peer: PEER },
  },
  PortVlan: { field: "portVlan", kinds: PORT_VLAN, needs: ["device", "vlan"] },
  Address: { field: "address", kinds: ADDRESS, needs: ["address", "device"] },
  Route: {
    field: "route",
    kinds: ROUTE,
    needs: ["to"],
    parts: { metrics: METRICS, nextHops: NEXT_HOP },
  },
  Rule: { field: "rule", kinds: RULE, needs: [] },
  Neighbour: {
    field: "neighbour",
    kinds: NEIGHBOUR,
    needs: ["address", "device"],
  },
  Qdisc: {
    field: "qdisc",
    kinds: QDISC,
    needs: ["device"],
    parts: { netem: NETEM, tbf: TBF },
  },
  Class: {
    field: "class",
    kinds: CLASS,
    needs: ["device", "handle", "parent"],
  },
};

const CHANGE_FORM: Form = { field: "change", kinds: CHANGE, needs: [] };

/** All operations, as the compiler knows them. */
const OPERATIONS: Readonly<Record<Operation["op"], true>> = {
  addLink: true,
  setLink: true,
  deleteLink: true,
  addPortVlan: true,
  deletePortVlan: true,
  addAddress: true,
  replaceAddress: true,
  deleteAddress: true,
  addRoute: true,
  replaceRoute: true,
  appendRoute: true,
  deleteRoute: true,
  addRule: true,
  deleteRule: true,
  addNeighbour: true,
  replaceNeighbour: true,
  deleteNeighbour: true,
  addQdisc: true,
  replaceQdisc: true,
  deleteQdisc: true,
  addClass: true,
  replaceClass: true,
  deleteClass: true,
};

/**
 * Refuses an operation that says what nobody reads, or what cannot be.
 *
 * @param operation The operation.
 * @throws {TypeError} With the name that is none, or the value that is wrong.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts
 * import { checkOperation } from "./operation_check.ts";
 * import assert from "node:assert/strict";
 *
 * checkOperation({ op: "deleteLink", device: "br0" });
 * const route = { to: "default", gateway: "192.0.2.1" };
 * assert.throws(() => checkOperation({ op: "addRoute", route }), /Try: via/);
 * ```
 */
export function checkOperation(operation: Operation): void {
  mustBe("change the network", "operation", operation, "object");
  const { op } = operation;
  if (!Object.hasOwn(OPERATIONS, op)) throw noOperation(op);
  const what = op.replace(/[A-Z].*/, (noun) => ` ${noun.toLowerCase()}`);
  const isOfLink = op === "setLink" || op === "deleteLink";
  if (isOfLink) mustBe(what, "device", operation.device, "device");
  if (op === "deleteLink") return checkNames(what, operation, ["device"]);
  const form = op === "setLink"
    ? CHANGE_FORM
    : FORMS[op.replace(/^[a-z]+/, "")]!;
  checkNames(what, operation, [form.field, ...isOfLink ? ["device"] : []]);
  checkSpec(what, operation[form.field as never], form);
}

function noOperation(op: unknown): TypeError {
  const all = Object.keys(OPERATIONS);
  const near = nearestWord(`${op}`, all);
  return new TypeError(
    `Cannot change the network as 'op' must be one of ${all.join(", ")}${
      near === undefined ? "" : ` (did you mean ${near}?)`
    }: current value is ${Deno.inspect(op, { depth: 0 })}`,
  );
}

function checkNames(
  what: string,
  operation: Operation,
  fields: readonly string[],
): void {
  const names = ["op", ...fields];
  checkOptions(
    what,
    operation,
    Object.fromEntries(names.map((name) => [name, "any"] as const)),
  );
}

function checkSpec(what: string, spec: object, form: Form): void {
  const { field, kinds, needs, parts = {} } = form;
  mustBe(what, field, spec, "object");
  checkOptions(what, spec, kinds, saidElsewhere(kinds));
  const given: Record<string, unknown> = { ...spec };
  for (const name of needs) {
    if (given[name] !== undefined) continue;
    throw new TypeError(
      `Cannot ${what} as '${name}' must be given: current value is undefined`,
    );
  }
  if (
    form === FORMS.Rule && Object.values(given).every((x) => x === undefined)
  ) {
    throw new TypeError(
      `Cannot ${what} as 'rule' must say which, { priority: 100 } or more: current value is {}`,
    );
  }
  for (const [name, kinds] of Object.entries(parts)) {
    for (const part of [given[name] ?? []].flat()) {
      const of = `${what} with '${name}'`;
      checkOptions(of, part as object, kinds, saidElsewhere(kinds));
    }
  }
}
