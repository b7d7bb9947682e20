/**
 * JavaScript for the statements of a rule.
 *
 * @module
 */

import { dataType, sizedType } from "../model/data_types.ts";
import type { Element, Expression } from "../model/expression.ts";
import type {
  MapUpdate,
  Meter,
  SetUpdate,
  Statement,
} from "../model/statement.ts";
import type { Verdict } from "../model/expression.ts";
import { partsOf } from "./constants.ts";
import { writeMangle, writeStrip } from "./mangle_code.ts";
import { writeMatch } from "./match_code.ts";
import { lookup } from "./named_set.ts";
import { writeNat, writeOwn } from "./nat_code.ts";
import { QUEUE, REJECT, STOLEN } from "./transit.ts";
import { finish, note, verdictCode } from "./verdict_code.ts";
import type { Writer } from "./writer.ts";

const list = (terms: readonly string[]) => `[${terms.join(", ")}]`;

/** Writes a rule: a labelled block, which `break` ends. */
export function writeRule(
  writer: Writer,
  rule: number,
  statements: readonly Statement[],
): void {
  writer.rule = rule;
  writer.put(`r${rule}: {`);
  requireFirst(writer, statements);
  statements.forEach((statement, index) => {
    writer.statement = index;
    writeStatement(writer, statement);
  });
  if (writer.isTraced) writer.put(`p.saw(${rule}, -1);`);
  writer.put("}");
}

function writeStatement(writer: Writer, statement: Statement): void {
  if ("match" in statement) {
    const { op, left, right } = statement.match;
    return writeMatch(writer, left, op, right);
  }
  if ("vmap" in statement) return writeVerdictMap(writer, statement.vmap);
  if (
    "accept" in statement || "drop" in statement || "return" in statement ||
    "continue" in statement || "jump" in statement || "goto" in statement
  ) return writer.put(verdictCode(writer, statement));
  if ("counter" in statement) {
    return writeCounting(writer, "counter", statement);
  }
  if ("limit" in statement) return writeCounting(writer, "limit", statement);
  if ("quota" in statement) return writeCounting(writer, "quota", statement);
  if ("ct count" in statement) {
    return writeCounting(writer, "ct count", statement);
  }
  if ("mangle" in statement) {
    return writeMangle(writer, statement.mangle.key, statement.mangle.value);
  }
  if ("snat" in statement) {
    return writeNat(writer, statement, "source", statement.snat);
  }
  if ("dnat" in statement) {
    return writeNat(writer, statement, "destination", statement.dnat);
  }
  if ("masquerade" in statement) {
    return writeOwn(writer, statement, "source", statement.masquerade);
  }
  if ("redirect" in statement) {
    return writeOwn(writer, statement, "destination", statement.redirect);
  }
  if ("reject" in statement) return writeReject(writer, statement);
  if ("set" in statement) return writeUpdate(writer, statement);
  if ("map" in statement) return writeUpdate(writer, statement);
  if ("meter" in statement) return writeMeter(writer, statement);
  writeOther(writer, statement);
}

function writeOther(writer: Writer, statement: Statement): void {
  if ("notrack" in statement) {
    return writer.put("if (p.connection === undefined) p.standing = 7;");
  }
  if ("queue" in statement) {
    const num = statement.queue?.num;
    if (num !== undefined && !isRange(num)) {
      writer.put(
        `p.queue = ${writer.value(num, sizedType("integer", 16)).terms[0]};`,
      );
    }
    return writer.put(finish(writer, QUEUE, statement));
  }
  if ("fwd" in statement) {
    const { dev, addr } = statement.fwd;
    if (addr !== undefined) {
      writer.require(`fam === ${statement.fwd.family === "ip6" ? 6 : 4}`);
    }
    const name = writer.value(dev, dataType("ifname")).terms[0];
    return writer.put(`p.reason = ${name};`, finish(writer, STOLEN, statement));
  }
  if ("dup" in statement || "log" in statement) return note(writer, statement);
  if ("tproxy" in statement) {
    const { family, port } = statement.tproxy;
    if (family !== undefined) {
      writer.require(`fam === ${family === "ip6" ? 6 : 4}`);
    }
    const value = port === undefined
      ? "undefined"
      : writer.value(port, dataType("inet_service")).terms[0];
    writer.require(`isIntercepted(p, ${value})`);
    return note(writer, statement);
  }
  if ("synproxy" in statement) {
    writer.require("l4 === 6 && th >= 0 && th + 20 <= end");
    return writer.put(
      `if ((b[th + 13] & 18) !== 0) ${finish(writer, STOLEN, statement)}`,
    );
  }
  if ("reset" in statement) return writeStrip(writer, statement.reset);
  if ("ct helper" in statement) {
    const name = statement["ct helper"];
    if (typeof name === "string") {
      const { object } = writer.program.object(writer.table, "ct helper", name);
      const type = object.kind === "ct helper" ? object.type : name;
      writer.put(
        `if (p.connection !== undefined && !p.connection.isConfirmed) p.connection.helper = ${
          JSON.stringify(type)
        };`,
      );
    }
    return note(writer, statement);
  }
  if ("xt" in statement) {
    throw new TypeError(
      "Cannot simulate a rule of iptables-nft that nft cannot list: it says 'xt'",
    );
  }
  // Timeouts, expectations, security marks, flow tables, when it was last used.
  note(writer, statement);
}

const isRange = (value: Expression) =>
  typeof value === "object" && "range" in value;

function writeVerdictMap(
  writer: Writer,
  { key, data }: Extract<Statement, { vmap: unknown }>["vmap"],
): void {
  const known = typeof data === "string"
    ? writer.program.lookup(writer.table, data.slice(1)).types
    : undefined;
  const { terms, types } = writer.key(key, known);
  const from = writer.lookup(data, types, (verdict) => verdict);
  const place = writer.hit(from, terms);
  const verdicts: Verdict[] = [];
  const kinds = new Map<string, number>();
  const codes = from.members.map(({ data }) => {
    const text = JSON.stringify(data);
    let code = kinds.get(text);
    if (code === undefined) {
      kinds.set(text, code = verdicts.length);
      verdicts.push(data as Verdict);
    }
    return code;
  });
  const chosen = from.dynamic >= 0
    ? `${
      writer.constant(
        new Map(from.members.map(({ data }, i) => [data, codes[i]!])),
      )
    }.get(${place}.data)`
    : `${writer.constant(Uint16Array.from(codes))}[${place}]`;
  if (verdicts.length === 1) {
    return writer.put(verdictCode(writer, verdicts[0]!));
  }
  writer.put(
    `switch (${chosen}) {`,
    ...verdicts.map((verdict, i) =>
      `case ${i}: ${verdictCode(writer, verdict)}`
    ),
    "}",
  );
}

type CountingKind = "counter" | "limit" | "quota" | "ct count";

function writeCounting(
  writer: Writer,
  kind: CountingKind,
  statement: Statement,
): void {
  const { program, table } = writer;
  const given = (statement as unknown as Record<string, unknown>)[kind];
  if (kind === "counter" && !isNamed(given)) {
    // What a rule counts changes no packet.
    if (writer.isTraced) {
      writer.put(
        `counted(p, ${program.slots(1)}, ${writer.constant(statement)});`,
      );
    }
    return;
  }
  if (!isNamed(given)) {
    const slot = program.slots(1);
    return writer.require(`counted(p, ${slot}, ${writer.constant(statement)})`);
  }
  if (typeof given === "string") {
    const { slot, object } = program.object(table, kind, given);
    return writer.require(
      `counted(p, ${slot}, ${writer.constant(objectStatement(object))})`,
    );
  }
  const { key, data } =
    (given as { map: { key: Expression; data: never } }).map;
  const { terms, types } = writer.key(key);
  const from = writer.lookup(data, types, (name) => name);
  const place = writer.hit(from, terms);
  const named = new Map(from.members.map(({ data }) => {
    const { slot, object } = program.object(table, kind, data as string);
    return [data, [slot, objectStatement(object)] as const];
  }));
  const held = from.dynamic >= 0
    ? `${place}.data`
    : `${writer.constant(from.members)}[${place}].data`;
  const found = writer.fresh();
  writer.put(`const ${found} = ${writer.constant(named)}.get(${held});`);
  writer.require(`counted(p, ${found}[0], ${found}[1])`);
}

const isNamed = (given: unknown) =>
  typeof given === "string" ||
  typeof given === "object" && given !== null && "map" in given;

/** A named object as the statement that it stands for. */
function objectStatement(object: object): object {
  const { kind } = object as { kind: string };
  return kind === "counter" ? { counter: object } : object;
}

/**
 * What nft asks for before all else, unless the rule has said it by then: so no
 * limit counts a packet that a reject or an extension header cannot be for.
 */
function requireFirst(writer: Writer, statements: readonly Statement[]): void {
  const { family } = writer;
  let said = "";
  statements.forEach((statement, index) => {
    writer.statement = index;
    const text = JSON.stringify(statement);
    const reject = "reject" in statement ? statement.reject?.type : undefined;
    const version = reject === "icmp" || text.includes('{"ip option":')
      ? 4
      : reject === "icmpv6" || text.includes('{"exthdr":')
      ? 6
      : 0;
    if (version !== 0 && family !== "ip" && family !== "ip6") {
      if (!NETWORK_SAID.test(said)) writer.require(`fam === ${version}`);
    }
    if (reject === "tcp reset" && !TRANSPORT_SAID.test(said)) {
      writer.require("l4 === 6");
    }
    said += text;
  });
}

const NETWORK_SAID = /"protocol":"(?:ip|ip6|icmp|icmpv6|igmp)"|"nfproto"/;
const TRANSPORT_SAID = /"protocol":"tcp"|"l4proto"|"field":"protocol"/;

function writeReject(
  writer: Writer,
  statement: Extract<Statement, { reject: unknown }>,
): void {
  const { family } = writer;
  const type = statement.reject?.type;
  if (type === "tcp reset") writer.require("l4 === 6");
  else if (type === "icmp" && family !== "ip") writer.require("fam === 4");
  else if (type === "icmpv6" && family !== "ip6") writer.require("fam === 6");
  writer.put(finish(writer, REJECT, statement));
}

function writeUpdate(writer: Writer, statement: SetUpdate | MapUpdate): void {
  const change = "set" in statement ? statement.set : statement.map;
  const name = "set" in statement ? statement.set.set : statement.map.map;
  const from = writer.program.lookup(writer.table, name.slice(1));
  const { value, element } = elementOf(change.elem);
  const { terms } = writer.key(value, from.types);
  let data = "undefined";
  if ("map" in statement) {
    const types = (from.set as { map: readonly string[] }).map.map(dataType);
    const spans = partsOf(statement.map.data).map((part, i) => {
      const { terms } = writer.value(part, types[i]);
      const side = list(terms);
      return `{ first: ${side}, last: ${side}, text: ${terms[0]} }`;
    });
    data = list(spans);
  }
  writer.require(
    `update(p, ${writer.constant(from)}, "${change.op}", [${
      terms.join(", ")
    }], ${data}, ${element?.timeout}, ${
      writer.constant([...change.stmt ?? [], ...statementsOf(element)])
    })`,
  );
}

/** What stands with an element that a rule adds. */
function statementsOf(element: Element["elem"] | undefined): Statement[] {
  return (["counter", "limit", "quota", "ct count"] as const).flatMap((name) =>
    element?.[name] === undefined
      ? []
      : [{ [name]: element[name] } as unknown as Statement]
  );
}

function writeMeter(writer: Writer, { meter }: Meter): void {
  const { value, element } = elementOf(meter.key);
  const { terms, types } = writer.key(value);
  const { program } = writer;
  const set = {
    name: meter.name,
    type: types.map(({ name }) => name),
    elements: [],
    ...meter.size !== undefined && { size: meter.size },
  };
  const from = lookup(types, [], undefined, set, program.dynamic(), 0);
  const op = element?.timeout === undefined ? "add" : "update";
  writer.require(
    `update(p, ${writer.constant(from)}, "${op}", [${
      terms.join(", ")
    }], undefined, ${element?.timeout}, ${writer.constant([meter.stmt])})`,
  );
}

/** The value of an element, and the element if it is one. */
function elementOf(
  value: Expression | Element,
): { value: Expression; element: Element["elem"] | undefined } {
  return typeof value === "object" && "elem" in value
    ? { value: value.elem.val, element: value.elem }
    : { value, element: undefined };
}
