/**
 * What the lines of a text do to tables and chains of iptables: rules are
 * only put in their places here, and read later.
 *
 * @see iptables(8), COMMANDS; iptables-restore(8)
 *
 * @module
 */

import type { Counts } from "../model/expression.ts";
import { type Line, linesOf, type Word, wordsOf } from "./lines.ts";
import {
  chainOf,
  checkName,
  checkTable,
  type RawRule,
  type RawTable,
  runCommand,
  setPolicy,
  takesMore,
} from "./chains.ts";
import { Refused } from "./refusal.ts";
import { builtInOf } from "./tables.ts";

/** What to know of a text before reading it. */
export interface CommandOptions {
  readonly family: "ip" | "ip6";
  readonly noflush: boolean | undefined;
  /** Told of each line that makes no sense. */
  readonly onRefused: (line: Line, refused: Refused) => void;
}

/** `### tuple ###` of ufw: what its user asked for. */
const TUPLE = /^###\s+tuple\s+###\s*(.*)$/;

/** Who wrote the file: the family of what follows. */
const GENERATED = /^#.*\bip(6?)tables-(?:nft-|legacy-)?(?:save|restore)\b/;

const LISTING = ["-L", "--list", "-S", "--list-rules", "-C", "--check", "-h"];

/** Commands, and how many words follow at least. */
const COMMANDS: Readonly<Record<string, string>> = {
  "--append": "-A",
  "--insert": "-I",
  "--delete": "-D",
  "--replace": "-R",
  "--policy": "-P",
  "--new-chain": "-N",
  "--new": "-N",
  "--delete-chain": "-X",
  "--flush": "-F",
  "--zero": "-Z",
  "--rename-chain": "-E",
};
const SHORT = new Set(Object.values(COMMANDS));

/** Options of the program, and how many words follow each. */
const QUIET: Readonly<Record<string, number>> = {
  "-v": 0,
  "--verbose": 0,
  "-n": 0,
  "--numeric": 0,
  "-w": 0,
  "--wait": 0,
};

/** Reads lines one by one, and keeps what they leave behind. */
export class Commands {
  readonly tables: RawTable[] = [];
  readonly #options: CommandOptions;
  #family: "ip" | "ip6";
  /** The table of a file, between `*` and COMMIT. */
  #open: RawTable | undefined;
  #openLine: Line | undefined;
  #remark: string | undefined;

  constructor(options: CommandOptions) {
    this.#options = options;
    this.#family = options.family;
  }

  /** Takes a whole text. */
  run(text: string): void {
    for (const line of linesOf(text)) {
      try {
        this.#take(line);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.#options.onRefused(line, error);
      }
    }
    if (this.#open) {
      this.#options.onRefused(
        this.#openLine!,
        new Refused(
          `table ${this.#open.name} has no COMMIT: iptables-restore would do nothing`,
        ),
      );
    }
  }

  #take(line: Line): void {
    const { text } = line;
    switch (text[0]) {
      case "#": {
        const tuple = TUPLE.exec(text);
        this.#remark = tuple?.[1] || undefined;
        const generated = GENERATED.exec(text);
        if (generated && !this.#open) {
          this.#family = generated[1] ? "ip6" : "ip";
        }
        return;
      }
      case "*":
        this.#start(line);
        return;
      case ":":
        this.#declare(line);
        return;
      case "[":
      case "-":
        this.#restore(line);
        return;
    }
    if (text === "COMMIT") {
      this.#opened("COMMIT");
      this.#open = undefined;
      return;
    }
    this.#shell(line);
  }

  #start(line: Line): void {
    const name = line.text.slice(1).trim();
    if (this.#open) {
      throw new Refused(`table ${this.#open.name} has no COMMIT before this`);
    }
    checkTable(name, line.offset + 1);
    const { noflush } = this.#options;
    const before = this.#find(name);
    if (before && before.chains.size > 0 && noflush === undefined) {
      throw new Refused(
        `table ${name} comes a second time`,
        line.offset,
        "say noflush: true to go on in it, false to begin it anew, as iptables-restore with --noflush or without",
      );
    }
    if (before && noflush === false) before.chains.clear();
    this.#open = before ?? this.#table(name);
    this.#openLine = line;
  }

  #find(name: string): RawTable | undefined {
    return this.tables.find((table) =>
      table.name === name && table.family === this.#family
    );
  }

  #table(name: string): RawTable {
    const found = this.#find(name);
    if (found) return found;
    const table = { family: this.#family, name, chains: new Map() };
    this.tables.push(table);
    return table;
  }

  #opened(what: string): RawTable {
    if (this.#open) return this.#open;
    throw new Refused(
      `${what} stands in no table: a line like *filter must come before it`,
    );
  }

  /** `:INPUT DROP [0:0]`. */
  #declare(line: Line): void {
    const table = this.#opened("a chain");
    const [, name, policy] =
      /^:\s*(\S+)\s+(\S+)(?:\s+\[\d+:\d+\])?$/.exec(line.text) ?? [];
    if (name === undefined || policy === undefined) {
      throw new Refused("it must be as :INPUT DROP [0:0], or :name - [0:0]");
    }
    if (builtInOf(table.name, name)) {
      if (policy === "-") return void chainOf(table, name);
      setPolicy(table, name, policy, line.offset);
      return;
    }
    if (policy !== "-") {
      throw new Refused(
        `${name} is no chain of table ${table.name} of iptables' own, so it has no policy: write -`,
      );
    }
    checkName(name, line.offset + 1);
    table.chains.set(name, { name, policy: "accept", rules: [] });
  }

  /** `[1:60] -A INPUT …` in a file, or outside of any table. */
  #restore(line: Line): void {
    const words = wordsOf(line);
    let counts: Counts | undefined;
    const [first] = words;
    if (first && !first.quoted && first.text.startsWith("[")) {
      const found = /^\[(\d+):(\d+)\]$/.exec(first.text);
      if (!found) {
        throw new Refused("counts must be as [packets:octets]", first.offset);
      }
      counts = { packets: Number(found[1]), bytes: Number(found[2]) };
      words.shift();
    }
    this.#command(line, words, this.#family, counts);
  }

  /** `iptables -A INPUT …`. */
  #shell(line: Line): void {
    const words = wordsOf(line);
    if (words[0]?.text === "sudo") words.shift();
    const program = words.shift();
    const found = /^(?:.*\/)?ip(6?)tables(?:-nft|-legacy)?$/.exec(
      program?.text ?? "",
    );
    if (!found) {
      throw new Refused(
        "it is neither a line of iptables-save nor a command of iptables",
      );
    }
    const before = this.#family;
    this.#family = found[1] ? "ip6" : "ip";
    try {
      this.#command(line, words, this.#family, undefined);
    } finally {
      this.#family = before;
    }
  }

  #command(
    line: Line,
    words: readonly Word[],
    family: "ip" | "ip6",
    counts: Counts | undefined,
  ): void {
    let command: string | undefined;
    let at = 0;
    let operands: Word[] = [];
    let table = this.#open?.name;
    const rest: Word[] = [];
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      const { text, quoted } = word;
      const operand = () => {
        const next = words[++i];
        if (next) return next;
        throw new Refused(`${text} needs a word behind it`, word.offset);
      };
      if (quoted) rest.push(word);
      else if (text === "-t" || text === "--table") {
        const name = operand();
        checkTable(name.text, name.offset);
        if (this.#open && this.#open.name !== name.text) {
          throw new Refused(
            `it stands in table ${this.#open.name}, and names another`,
            name.offset,
          );
        }
        table = name.text;
      } else if (LISTING.includes(text)) {
        throw new Refused(`${text} changes nothing`, word.offset);
      } else if (SHORT.has(text) || Object.hasOwn(COMMANDS, text)) {
        if (command) throw new Refused("two commands at once", word.offset);
        command = COMMANDS[text] ?? text;
        at = word.offset;
        operands = [];
        while (words[i + 1] && !words[i + 1]!.text.startsWith("-")) {
          if (!takesMore(command, operands, words[i + 1]!)) break;
          operands.push(words[++i]!);
        }
      } else if (text === "-4" || text === "--ipv4") {
        if (family !== "ip") return;
      } else if (text === "-6" || text === "--ipv6") {
        if (family !== "ip6") return;
      } else if (Object.hasOwn(QUIET, text)) {
        const next = words[i + 1];
        if (/^(-w|--wait)$/.test(text) && /^\d+$/.test(next?.text ?? "")) i++;
      } else rest.push(word);
    }
    if (!command) {
      throw new Refused("it has no command: -A, -I, -D, -P, -N, …");
    }
    const remark = this.#remark;
    const rule: RawRule = {
      ...{ line, words: rest },
      ...counts && { counts },
      ...remark !== undefined && { remark },
    };
    runCommand(this.#table(table ?? "filter"), command, operands, rule, at);
  }
}
