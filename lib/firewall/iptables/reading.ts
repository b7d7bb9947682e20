/**
 * The words of a rule of iptables, sorted: whose option each is.
 *
 * @module
 */

import { nearestWord } from "../../nearest.ts";
import type { Statement } from "../model/statement.ts";
import { refusedMatches, refusedTargets } from "./advice.ts";
import { readProtocol } from "./basics.ts";
import type { RawRule } from "./chains.ts";
import type { Extension, Setting } from "./extension.ts";
import type { Word } from "./lines.ts";
import { matches } from "./matches.ts";
import { type Option, Options } from "./options.ts";
import { Refused } from "./refusal.ts";
import { targets } from "./targets.ts";

/** A match or target, and what was given with it. */
interface Loaded {
  readonly extension: Extension;
  readonly options: Options;
}

const BASIC: Readonly<Record<string, string>> = {
  "--source": "-s",
  "--src": "-s",
  "--destination": "-d",
  "--dst": "-d",
  "--in-interface": "-i",
  "--out-interface": "-o",
  "--protocol": "-p",
  "--proto": "-p",
  "--fragment": "-f",
  "--jump": "-j",
  "--goto": "-g",
  "--match": "-m",
  "--set-counters": "-c",
};
const SHORT = new Set([...Object.values(BASIC)]);

/** What stands around a rule. */
export interface Around extends Omit<Setting, "protocol" | "tracked"> {
  /** Whether the table has a chain of a name that may be jumped to. */
  hasChain(name: string): boolean;
}

/** A rule as it was read, word by word. */
export interface Reading {
  readonly basics: Map<string, Option>;
  readonly loaded: Loaded[];
  readonly comments: string[];
  target?: { readonly word: Word; readonly goto: boolean };
  counts?: { readonly packets: number; readonly bytes: number };
}

/** Targets that are verdicts. */
export const verdicts: Readonly<Record<string, Statement>> = {
  ACCEPT: { accept: null },
  DROP: { drop: null },
  RETURN: { return: null },
};

/** Sorts the words of a rule: what each option has, and whose it is. */
export function readWords({ words }: RawRule, around: Around): Reading {
  const reading: Reading = { basics: new Map(), loaded: [], comments: [] };
  let negated = false;
  let pending: Word | undefined;
  let at = 0;
  const take = (option: Word): Word => {
    const word = words[at++];
    if (word) return word;
    throw new Refused(`${option.text} needs a word behind it`, option.offset);
  };
  /** The values of an option; an older way puts the `!` before them. */
  const values = (option: Word, count: number, inline?: Word): Word[] => {
    const found: Word[] = inline ? [inline] : [];
    while (found.length < count) {
      const word = take(option);
      if (word.text === "!" && !word.quoted && !found.length) negated = true;
      else found.push(word);
    }
    return found;
  };
  while (at < words.length) {
    const word = words[at++]!;
    if (word.text === "!" && !word.quoted) {
      if (negated) throw new Refused('a second "!"', word.offset);
      negated = true;
      pending = word;
      continue;
    }
    const { text, offset } = word;
    if (word.quoted || !text.startsWith("-")) {
      throw new Refused(`${JSON.stringify(text)} is no option`, offset);
    }
    const equals = text.startsWith("--") ? text.indexOf("=") : -1;
    const name = equals < 0 ? text : text.slice(0, equals);
    const inline = equals < 0 ? undefined : {
      text: text.slice(equals + 1),
      offset: offset + equals + 1,
      quoted: false,
    };
    const basic = BASIC[name] ?? (SHORT.has(name) ? name : undefined);
    if (basic === undefined) {
      extended(reading, word, name, (count) => values(word, count, inline), {
        get negated() {
          return negated;
        },
      }, around);
    } else if (basic === "-m") {
      refuseNegation(negated, pending);
      load(reading, take(word), "match", around);
    } else if (basic === "-j" || basic === "-g") {
      refuseNegation(negated, pending);
      if (reading.target) throw new Refused("a second target", offset);
      const target = take(word);
      reading.target = { word: target, goto: basic === "-g" };
      if (basic === "-j" && !isPlain(target.text, around)) {
        load(reading, target, "target", around);
      }
    } else if (basic === "-c") {
      const [packets, bytes] = values(word, 2);
      reading.counts = {
        packets: Number(packets!.text),
        bytes: Number(bytes!.text),
      };
      if (!(reading.counts.packets >= 0 && reading.counts.bytes >= 0)) {
        throw new Refused("counts must be numbers", packets!.offset);
      }
    } else {
      if (reading.basics.has(basic)) {
        throw new Refused(`${name} is given twice`, offset);
      }
      const given = values(word, basic === "-f" ? 0 : 1, inline);
      reading.basics.set(basic, { name, negated, values: given, offset });
    }
    negated = false;
    pending = undefined;
  }
  if (negated) {
    throw new Refused('a "!" with nothing behind it', pending!.offset);
  }
  return reading;
}

function refuseNegation(negated: boolean, word: Word | undefined): void {
  if (negated) throw new Refused('"!" cannot stand here', word?.offset);
}

const isPlain = (name: string, around: Around): boolean =>
  Object.hasOwn(verdicts, name) || around.hasChain(name);

/** Loads a match or target by its name, or says why there is none. */
function load(
  reading: Reading,
  { text, offset }: Word,
  kind: "match" | "target",
  { family, table }: Around,
): Loaded {
  const known = kind === "match" ? matches : targets;
  const extension = Object.hasOwn(known, text) ? known[text] : undefined;
  if (extension && (extension.family ?? family) === family) {
    const loaded = { extension, options: new Options(text, offset) };
    reading.loaded.push(loaded);
    return loaded;
  }
  const refused = kind === "match" ? refusedMatches : refusedTargets;
  if (Object.hasOwn(refused, text)) {
    const [reason, instead] = refused[text]!;
    throw new Refused(`${text}: ${reason}`, offset, instead);
  }
  if (extension) {
    throw new Refused(
      `${text} is not for ${family === "ip" ? "IPv4" : "IPv6"}`,
      offset,
    );
  }
  const near = nearestWord(text, Object.keys(known));
  throw new Refused(
    kind === "match"
      ? `there is no match ${JSON.stringify(text)} that is known here`
      : `table ${table} has no chain, and iptables no target, ${
        JSON.stringify(text)
      } that is known here`,
    offset,
    near && `did you mean ${near}?`,
  );
}

/** An option of a match or target: of the one loaded last that has it. */
function extended(
  reading: Reading,
  word: Word,
  name: string,
  values: (count: number) => Word[],
  state: { readonly negated: boolean },
  around: Around,
): void {
  const { loaded } = reading;
  const has = ({ extension }: Loaded) =>
    Object.hasOwn(extension.options, extension.aliases?.[name] ?? name);
  let found = loaded.findLast(has);
  if (!found) {
    const implicit = implicitMatch(reading, around);
    if (implicit && !loaded.some(({ options }) => options.name === implicit)) {
      const made = { extension: matches[implicit]!, offset: word.offset };
      if (
        Object.hasOwn(
          made.extension.options,
          made.extension.aliases?.[name] ?? name,
        )
      ) {
        found = {
          extension: made.extension,
          options: new Options(implicit, word.offset),
        };
        loaded.push(found);
      }
    }
  }
  if (!found) {
    const words = [
      ...Object.keys(BASIC),
      ...loaded.flatMap(({ extension }) => Object.keys(extension.options)),
    ];
    const near = nearestWord(name, words);
    throw new Refused(
      `${name} is no option of ${
        loaded.length
          ? `iptables or of ${
            loaded.map(({ options }) => options.name).join(", ")
          }`
          : "iptables, and no match is loaded that has it"
      }`,
      word.offset,
      near && `did you mean ${near}?`,
    );
  }
  const full = found.extension.aliases?.[name] ?? name;
  const given = values(found.extension.options[full]!);
  found.options.add({
    ...{ name: full, values: given, offset: word.offset },
    negated: state.negated,
  });
  if (full === "--comment") reading.comments.push(given[0]!.text);
}

/** The match that `-p` loads when an option asks for it. */
function implicitMatch(
  { basics }: Reading,
  { family }: Around,
): string | undefined {
  const option = basics.get("-p");
  if (!option || option.negated) return undefined;
  let name: string | undefined;
  try {
    name = readProtocol(option, family).name;
  } catch {
    return undefined;
  }
  const match = name === "ipv6-icmp"
    ? "icmp6"
    : name === "mobility-header"
    ? "mh"
    : name;
  const extension = match !== undefined && Object.hasOwn(matches, match)
    ? matches[match]
    : undefined;
  return extension && (extension.family ?? family) === family
    ? match
    : undefined;
}
