/**
 * What a rule reads from a packet: the words that begin such an expression,
 * made from the tables of the model, and the forms that are no lone field.
 *
 * @module
 */

import {
  ctKeys,
  exthdrs,
  fibResults,
  fieldAliases,
  headers,
  ipsecKeys,
  type Key,
  metaAliases,
  metaKeys,
  osfKeys,
  rtKeys,
  socketKeys,
} from "../model/fields.ts";
import {
  CLOSE_BRACKET,
  COMMA,
  DOT,
  type Lexer,
  OPEN_BRACKET,
  WORD,
} from "./lexer.ts";
import {
  fieldsOf,
  OPTIONS,
  select,
  type Selected,
} from "./option_selectors.ts";
export { select, type Selected };

/** What a word begins. */
export interface Start {
  /** It is a whole expression: `iifname`. */
  readonly whole: Selected | undefined;
  /** It is a header, and these are its fields: `tcp`. */
  readonly fields: ReadonlyMap<string, Selected> | undefined;
  /** Everything else that it may begin. */
  readonly read: ((lexer: Lexer) => Selected) | undefined;
}

/** A field of a header; the cursor stands behind the header's name. */
export function readField(
  lexer: Lexer,
  header: string,
  { fields, read }: Start,
): Selected {
  if (lexer.kind !== WORD) {
    throw lexer.unexpected(`a field of ${header}`, fields!.keys());
  }
  const { word } = lexer;
  const found = fields!.get(word);
  if (found) {
    lexer.next();
    return found;
  }
  const option = OPTIONS[`${header} ${word}`];
  if (option) return option(lexer);
  if (read && !isPart(fields!, `${word}[`)) return read(lexer);
  const start = lexer.mark();
  const name = longField(lexer, fields!);
  const long = fields!.get(name);
  if (long) return long;
  const near = [...fields!.keys()];
  if (name === word) throw lexer.unexpected(`a field of ${header}`, near);
  throw lexer.error(
    `${header} has no field "${name}", but ${near.join(", ")}`,
    undefined,
    start,
  );
}

const isPart = (fields: ReadonlyMap<string, Selected>, start: string) => {
  for (const name of fields.keys()) if (name.startsWith(start)) return true;
  return false;
};

/** Fields of two words, as `saddr ip` of ARP, and numbered ones, as `sid[1]`. */
function longField(
  lexer: Lexer,
  fields: ReadonlyMap<string, Selected>,
): string {
  const first = lexer.word;
  if (isPart(fields, `${first} `)) {
    lexer.next();
    return `${first} ${lexer.name(`the kind of ${first}`)}`;
  }
  if (isPart(fields, `${first}[`)) {
    lexer.next();
    lexer.take(OPEN_BRACKET, '"["');
    const index = lexer.integer("a number");
    lexer.take(CLOSE_BRACKET, '"]"');
    return `${first}[${index}]`;
  }
  return first;
}

/** A key out of a table; the cursor is on it. */
function takeKey(
  lexer: Lexer,
  table: Readonly<Record<string, Key>>,
  what: string,
): Key {
  const key = lexer.kind === WORD && Object.hasOwn(table, lexer.word)
    ? table[lexer.word]
    : undefined;
  if (!key) throw lexer.unexpected(what, Object.keys(table));
  lexer.next();
  return key;
}

/** `ip` or `ip6`, or what the table's family makes of its absence. */
function takeFamily(lexer: Lexer): "ip" | "ip6" | undefined {
  if (lexer.skipWord("ip")) return "ip";
  if (lexer.skipWord("ip6")) return "ip6";
  return undefined;
}

function familyOf(
  key: Key,
  given: "ip" | "ip6" | undefined,
  lexer: Lexer,
): { family?: "ip" | "ip6" } {
  if (!key.family) return {};
  const { family } = lexer;
  const known = given ??
    (family === "ip" || family === "ip6" ? family : undefined);
  if (known) return { family: known };
  throw lexer.error(
    `in a table of ${family} it must be said whether this is ip or ip6: write ip ${key.name} or ip6 ${key.name}`,
    1,
  );
}

const metaSelected = new Map<string, Selected>();
for (const key of Object.keys(metaKeys)) {
  metaSelected.set(key, select({ meta: { key } }));
}
for (const [alias, key] of Object.entries(metaAliases)) {
  metaSelected.set(alias, metaSelected.get(key)!);
}

const ctSelected = new Map<string, Selected>();
for (const [key, { direction, family }] of Object.entries(ctKeys)) {
  if (direction !== "must" && !family) {
    ctSelected.set(key, select({ ct: { key } }));
  }
}

/** What a connection has in each direction. */
const directedKeys = Object.fromEntries(
  Object.entries(ctKeys).filter(([, { direction }]) => direction !== undefined),
);

function readMeta(lexer: Lexer): Selected {
  const found = lexer.kind === WORD ? metaSelected.get(lexer.word) : undefined;
  if (!found) throw lexer.unexpected("a key of meta", metaSelected.keys());
  lexer.next();
  return found;
}

/** A key of `ct`; the cursor stands behind that word. */
export function readCt(lexer: Lexer): Selected {
  const { kind, word } = lexer;
  const plain = kind === WORD ? ctSelected.get(word) : undefined;
  if (plain) {
    lexer.next();
    return plain;
  }
  const dir = word === "original" || word === "reply" ? word : undefined;
  if (kind !== WORD || !dir) {
    throw lexer.unexpected("a key of ct", [
      ...Object.keys(ctKeys),
      "original",
      "reply",
    ]);
  }
  lexer.next();
  const family = takeFamily(lexer);
  const key = takeKey(lexer, directedKeys, "a key of ct with a direction");
  // Both directions have the same protocols.
  const one = key.name === "l3proto" || key.name === "protocol";
  return select({
    ct: {
      key: key.name,
      ...one ? {} : { dir },
      ...familyOf(key, family, lexer),
    },
  });
}

function readRt(lexer: Lexer): Selected {
  const family = takeFamily(lexer);
  const key = takeKey(lexer, rtKeys, "a key of rt");
  return select({
    rt: { key: key.name as "mtu", ...familyOf(key, family, lexer) },
  });
}

const FIB_INPUTS = ["saddr", "daddr", "mark", "iif", "oif"] as const;

function readFib(lexer: Lexer): Selected {
  const flags: typeof FIB_INPUTS[number][] = [];
  do {
    const flag = FIB_INPUTS.find((name) => name === lexer.word);
    if (lexer.kind !== WORD || !flag) {
      throw lexer.unexpected(`one of ${FIB_INPUTS.join(", ")}`, FIB_INPUTS);
    }
    lexer.next();
    flags.push(flag);
  } while (lexer.skip(DOT));
  const result = takeKey(lexer, fibResults, "a result of fib");
  flags.sort((a, b) => FIB_INPUTS.indexOf(a) - FIB_INPUTS.indexOf(b));
  return select({ fib: { result: result.name as "oif", flags } });
}

function readSocket(lexer: Lexer): Selected {
  const key = takeKey(lexer, socketKeys, "a key of socket").name as "mark";
  if ((key as string) !== "cgroupv2") return select({ socket: { key } });
  lexer.takeWord("level");
  return select({ socket: { key, level: lexer.integer("a level") } });
}

function readOsf(lexer: Lexer): Selected {
  const ttl = lexer.skipWord("ttl")
    ? lexer.skipWord("loose") ? "loose" : lexer.skipWord("skip") ? "skip" : ""
    : undefined;
  if (ttl === "") {
    throw lexer.unexpected('"loose" or "skip"', ["loose", "skip"]);
  }
  const key = takeKey(lexer, osfKeys, "a key of osf").name as "name";
  return select({ osf: { key, ...ttl && { ttl } } });
}

function readIpsec(lexer: Lexer): Selected {
  const dir = lexer.skipWord("in")
    ? "in"
    : lexer.skipWord("out")
    ? "out"
    : undefined;
  if (!dir) throw lexer.unexpected('"in" or "out"', ["in", "out"]);
  const spnum = lexer.skipWord("spnum") ? lexer.integer("a number") : 0;
  const family = takeFamily(lexer);
  const key = takeKey(lexer, ipsecKeys, "a key of ipsec");
  return select({
    ipsec: {
      ...{ key: key.name, dir },
      ...spnum && { spnum },
      ...familyOf(key, family, lexer),
    },
  });
}

/** `mod 16`. */
export function takeModulus(lexer: Lexer): number {
  lexer.takeWord("mod");
  return lexer.integer("a modulus");
}

/** `offset 5`, if there is one. */
export const takeOffset = (lexer: Lexer): { offset?: number } => {
  const offset = lexer.skipWord("offset") ? lexer.integer("an offset") : 0;
  return offset ? { offset } : {};
};

function readNumgen(lexer: Lexer): Selected {
  const mode = lexer.skipWord("inc")
    ? "inc"
    : lexer.skipWord("random")
    ? "random"
    : undefined;
  if (!mode) throw lexer.unexpected('"inc" or "random"', ["inc", "random"]);
  const mod = takeModulus(lexer);
  return select({ numgen: { mode, mod, ...takeOffset(lexer) } });
}

function readSymhash(lexer: Lexer): Selected {
  const mod = takeModulus(lexer);
  return select({ symhash: { mod, ...takeOffset(lexer) } });
}

function readExthdr(lexer: Lexer): Selected {
  const name = lexer.word;
  if (lexer.kind !== WORD || !exthdrs[name]) {
    throw lexer.unexpected("an extension header", Object.keys(exthdrs));
  }
  lexer.next();
  return select({ exthdr: { name } });
}

/** `@th,16,16`: the cursor stands behind the `@`. */
export function readRawPayload(lexer: Lexer): Selected {
  const base = lexer.word;
  if (
    lexer.kind !== WORD ||
    base !== "ll" && base !== "nh" && base !== "th" && base !== "ih"
  ) {
    throw lexer.unexpected('"ll", "nh", "th" or "ih"');
  }
  lexer.next();
  lexer.take(COMMA, '"," and an offset in bits');
  const offset = lexer.integer("an offset in bits");
  lexer.take(COMMA, '"," and a length in bits');
  const len = lexer.integer("a length in bits");
  return selectPlace(lexer, base, offset, len);
}

const PLACES = new Map<string, Selected>();
for (const name of ["th"]) {
  for (
    const { name: field, offset, bits } of Object.values(headers[name]!.fields)
  ) {
    PLACES.set(
      `${name},${offset},${bits}`,
      select({ payload: { protocol: name, field } }),
    );
  }
}

/** nft takes the ports' place for the ports of any transport. */
function selectPlace(
  lexer: Lexer,
  base: "ll" | "nh" | "th" | "ih",
  offset: number,
  len: number,
): Selected {
  if (len === 0) throw lexer.error("a length must be above 0");
  return PLACES.get(`${base},${offset},${len}`) ??
    select({ payload: { base, offset, len } });
}

/** Every word that begins an expression which has no other in it. */
export const simpleStarts: ReadonlyMap<string, Start> = makeStarts();

function makeStarts(): Map<string, Start> {
  const map = new Map<string, Start>();
  const add = (
    word: string,
    { whole, fields, read }: Partial<Start>,
  ) => {
    map.set(word, { whole, fields, read });
  };
  for (const [protocol, { fields }] of Object.entries(headers)) {
    add(protocol, {
      fields: fieldsOf(
        fields,
        fieldAliases[protocol] ?? {},
        (field) => ({ payload: { protocol, field } }),
      ),
    });
  }
  for (const [name, { fields }] of Object.entries(exthdrs)) {
    add(name, {
      fields: fieldsOf(fields, {}, (field) => ({ exthdr: { name, field } })),
      read: name === "rt" ? readRt : undefined,
    });
  }
  for (const [key, { bare }] of Object.entries(metaKeys)) {
    if (bare) add(key, { whole: metaSelected.get(key) });
  }
  for (const [alias, key] of Object.entries(metaAliases)) {
    if (metaKeys[key]!.bare) add(alias, { whole: metaSelected.get(key) });
  }
  add("meta", { read: readMeta });
  add("ct", { read: readCt });
  add("fib", { read: readFib });
  add("socket", { read: readSocket });
  add("osf", { read: readOsf });
  add("ipsec", { read: readIpsec });
  add("numgen", { read: readNumgen });
  add("symhash", { read: readSymhash });
  add("exthdr", { read: readExthdr });
  return map;
}

/** Reads what a word begins; the cursor stands on the word. */
export function readSelector(lexer: Lexer, start: Start): Selected {
  const header = lexer.word;
  lexer.next();
  if (start.whole) return start.whole;
  return start.fields ? readField(lexer, header, start) : start.read!(lexer);
}
