/**
 * Tables as `nft list ruleset` prints them.
 *
 * @module
 */

import { type DataType, dataTypes } from "../model/data_types.ts";
import type {
  Base,
  Chain,
  Family,
  Flowtable,
  NamedMap,
  NamedObject,
  NamedSet,
  Rule,
  SetProperties,
  Table,
} from "../model/ruleset.ts";
import { formatTime } from "../model/time.ts";
import { typesOfText } from "./expression_text.ts";
import { formatPriority } from "./priorities.ts";
import { apart } from "./apart.ts";
import { synproxyText, writeStatement } from "./write_statements.ts";
import {
  countsText,
  elementText,
  limitText,
  mappingText,
  nameText,
  quotaText,
  quote,
  type Style,
} from "./write_values.ts";

/** How tables are written. */
export interface TableStyle extends Style {
  /** Handles in comments, as `nft -a` lists them. */
  readonly handles: boolean;
}

const handleText = (
  handle: number | undefined,
  { handles }: TableStyle,
): string => handles && handle !== undefined ? ` # handle ${handle}` : "";

/** Writes a rule, on one line. */
export function writeRule(rule: Rule, family: Family, style: Style): string {
  const { comment } = rule;
  const statements = apart(rule.statements);
  let text = "";
  for (let i = 0; i < statements.length; i++) {
    if (i > 0) text += " ";
    text += writeStatement(statements[i]!, family, style);
  }
  return comment === undefined ? text : `${text} comment ${quote(comment)}`;
}

/** Writes a table. */
export function writeTable(table: Table, style: TableStyle): string {
  const { family } = table;
  let text = `table ${family} ${nameText(table.name)} {${
    handleText(table.handle, style)
  }\n`;
  // What heads the table has an empty line behind it, and so has each block.
  let between = "";
  if (table.comment !== undefined) {
    text += `\tcomment ${quote(table.comment)}\n`;
  }
  if (table.flags?.length) {
    text += `\tflags ${table.flags.join(",")}\n`;
    between = "\n";
  }
  const add = (block: string) => {
    text += between + block;
    between = "\n";
  };
  for (const object of table.objects) add(writeObject(object, style));
  for (const set of table.sets) add(writeSet("set", set, family, style));
  for (const map of table.maps) add(writeSet("map", map, family, style));
  for (const one of table.flowtables) add(writeFlowtable(one, family, style));
  for (const chain of table.chains) add(writeChain(chain, family, style));
  return `${text}}\n`;
}

function writeChain(chain: Chain, family: Family, style: TableStyle): string {
  let text = `\tchain ${nameText(chain.name)} {${
    handleText(chain.handle, style)
  }\n`;
  if (chain.comment !== undefined) {
    text += `\t\tcomment ${quote(chain.comment)}\n`;
  }
  if (chain.base) text += `\t\t${baseText(chain.base, family)}\n`;
  for (const rule of chain.rules) {
    text += `\t\t${writeRule(rule, family, style)}`;
    text += style.handles ? `${handleText(rule.handle, style)}\n` : "\n";
  }
  return `${text}\t}\n`;
}

function baseText(base: Base, family: Family): string {
  const { type, hook, devices, policy } = base;
  const on = devices === undefined || devices.length === 0
    ? ""
    : devices.length === 1
    ? ` device ${quote(devices[0]!)}`
    : ` devices = { ${devices.map(deviceText).join(", ")} }`;
  return `type ${type} hook ${hook}${on} priority ${
    formatPriority(family, base)
  }; policy ${policy};`;
}

const deviceText = (device: string): string =>
  /^[A-Za-z_][\w.-]*$/.test(device) ? device : quote(device);

/** Elements on a line, by their data type; others stand on lines of their own. */
const ON_A_LINE: ReadonlyMap<string, number> = new Map(
  [
    ...["nf_proto", "arp_op", "inet_proto", "inet_service", "tcp_flag"],
    ...["dccp_pkttype", "mark", "iface_index", "classid", "uid", "gid"],
    ...["ct_dir", "integer", "xinteger"],
  ].map((name): [string, number] => [name, 5]).concat(
    ["ipv4_addr", "pkt_type", "ct_state", "ct_status"].map((name) => [name, 2]),
  ),
);

function writeSet(
  word: "set" | "map",
  set: NamedSet | NamedMap,
  family: Family,
  style: TableStyle,
): string {
  const map = "map" in set ? set : undefined;
  const types = keyTypes(set.type, set.typeof, family);
  let text = `\t${word} ${nameText(set.name)} {${
    handleText(set.handle, style)
  }\n\t\t${typeText(set, map)}\n`;
  text += propertiesText(set);
  for (const statement of set.stateful ?? []) {
    text += `\t\t${writeStatement(statement, family, { counters: false })}\n`;
  }
  if (set.comment !== undefined) text += `\t\tcomment ${quote(set.comment)}\n`;
  if (set.elements.length > 0) {
    const data = map ? keyTypes(map.map, map.mapTypeof, family) : [];
    const elements = map
      ? map.elements.map((mapping) =>
        mappingText(types, data, mapping, style.counters)
      )
      : (set as NamedSet).elements.map((one) =>
        elementText(types, one, style.counters)
      );
    const room = types.length === 1 ? ON_A_LINE.get(types[0]!.name) ?? 1 : 1;
    text += `\t\telements = { ${wrapped(elements, room)} }\n`;
  }
  return `${text}\t}\n`;
}

function wrapped(elements: readonly string[], room: number): string {
  let text = elements[0]!;
  for (let i = 1; i < elements.length; i++) {
    text += i % room === 0
      ? `,\n\t\t\t     ${elements[i]}`
      : `, ${elements[i]}`;
  }
  return text;
}

/** The types of a key; what is of any width has that of its expression. */
function keyTypes(
  names: readonly string[],
  expressions: readonly string[] | undefined,
  family: Family,
): readonly DataType[] {
  if (expressions) return typesOfText(expressions.join(" . "), family);
  const types = names.map((name) => dataTypes.get(name));
  if (types.every((type) => type !== undefined)) return types;
  // Names of objects, and verdicts, which are none.
  return [dataTypes.get("string")!];
}

function typeText(set: SetProperties, map: NamedMap | undefined): string {
  const { type } = set;
  const key = set.typeof
    ? `typeof ${set.typeof.join(" . ")}`
    : `type ${type.join(" . ")}`;
  if (!map) return key;
  const data = (map.mapTypeof ?? map.map).join(" . ");
  return `${key} : ${map.mapInterval ? "interval " : ""}${data}`;
}

function propertiesText(set: SetProperties): string {
  let text = "";
  if (set.policy !== undefined) text += `\t\tpolicy ${set.policy}\n`;
  if (set.size !== undefined) text += `\t\tsize ${set.size}\n`;
  // With a timeout of its own, a set needs no flag for it.
  const flags = set.flags ?? [];
  const needed = set.timeout === undefined
    ? flags
    : flags.filter((flag) => flag !== "timeout");
  if (needed.length > 0) text += `\t\tflags ${inNftOrder(flags)}\n`;
  if (set.timeout !== undefined) {
    text += `\t\ttimeout ${formatTime(set.timeout)}\n`;
  }
  if (set.gcInterval !== undefined) {
    text += `\t\tgc-interval ${formatTime(set.gcInterval)}\n`;
  }
  if (set.autoMerge) text += "\t\tauto-merge\n";
  return text;
}

const FLAGS = ["constant", "dynamic", "interval", "timeout"] as const;

const inNftOrder = (flags: readonly string[]): string =>
  FLAGS.filter((flag) => flags.includes(flag)).join(",");

function writeFlowtable(
  flowtable: Flowtable,
  family: Family,
  style: TableStyle,
): string {
  const { name, hook, priority, devices, flags, counter, handle } = flowtable;
  let text = `\tflowtable ${nameText(name)} {${handleText(handle, style)}\n`;
  text += `\t\thook ${hook} priority ${
    formatPriority(family, { hook, priority })
  }\n`;
  if (devices.length > 0) {
    text += `\t\tdevices = { ${devices.map(deviceText).join(", ")} }\n`;
  }
  if (flags?.length) text += `\t\tflags ${flags.join(",")}\n`;
  if (counter) text += "\t\tcounter\n";
  return `${text}\t}\n`;
}

function writeObject(object: NamedObject, style: TableStyle): string {
  let text = `\t${object.kind} ${nameText(object.name)} {${
    handleText(object.handle, style)
  }\n`;
  if (object.comment !== undefined) {
    text += `\t\tcomment ${quote(object.comment)}\n`;
  }
  for (const line of objectLines(object, style)) text += `\t\t${line}\n`;
  return `${text}\t}\n`;
}

function objectLines(object: NamedObject, { counters }: Style): string[] {
  switch (object.kind) {
    case "counter": {
      const { packets = 0, bytes = 0 } = object;
      return counters ? [countsText({ packets, bytes }).trim()] : [];
    }
    case "quota": {
      const { used: _, used_unit: __, ...rest } = object.quota;
      return [quotaText(counters ? object.quota : rest)];
    }
    case "limit":
      return [limitText(object.limit)];
    case "synproxy":
      return synproxyText(object.synproxy, "\n").split("\n").slice(1);
    case "secmark":
      return [quote(object.context)];
    case "ct helper":
      return [
        `type ${quote(object.type)} protocol ${object.protocol}`,
        ...object.l3proto ? [`l3proto ${object.l3proto}`] : [],
      ];
    case "ct timeout": {
      const states = Object.entries(object.policy).map(([state, seconds]) =>
        `${state} : ${seconds}`
      );
      return [
        `protocol ${object.protocol}`,
        ...object.l3proto ? [`l3proto ${object.l3proto}`] : [],
        `policy = { ${states.join(", ")} }`,
      ];
    }
    case "ct expectation":
      return [
        `protocol ${object.protocol}`,
        `dport ${object.dport}`,
        `timeout ${formatTime(object.timeout)}`,
        `size ${object.size}`,
        ...object.l3proto ? [`l3proto ${object.l3proto}`] : [],
      ];
  }
}
