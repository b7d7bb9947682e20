/**
 * The commands of a script, one after the other, and what they make of the
 * tables.
 *
 * @module
 */

import type { Family, NamedObject, Table } from "../model/ruleset.ts";
import { declareChain, readBlock, readComment, readWords } from "./blocks.ts";
import {
  type ChainDraft,
  emptyTable,
  finishTable,
  renameTargets,
  type SetDraft,
  type TableDraft,
} from "./draft.ts";
import { CLOSE_BRACE, END, type Lexer, OPEN_BRACE, WORD } from "./lexer.ts";
import { addElements, deleteElements, placeOfHandle } from "./changes.ts";
import { type Includes, readCommon } from "./definitions.ts";
import {
  COMMANDS,
  FAMILIES,
  isDeclaration,
  OBJECT_KINDS,
  readKind,
  type Verb,
} from "./command_words.ts";
import { declareSet } from "./set_blocks.ts";
import { mismatch } from "./ruleset_error.ts";
import { readRule } from "./statements.ts";
import { readFlowtable, readObject } from "./object_blocks.ts";

/** What a script makes of an empty machine. */
export class Script {
  readonly #lexer: Lexer;
  readonly #includes: Includes | undefined;
  readonly #family: Family;
  #tables = new Map<string, TableDraft>();

  /**
   * @param lexer The cursor, at the start.
   * @param family Of tables that name none.
   * @param includes Finds the text of a file.
   */
  constructor(
    lexer: Lexer,
    family: Family,
    includes: Includes | undefined,
  ) {
    this.#lexer = lexer;
    this.#family = family;
    this.#includes = includes;
  }

  /** Carries the whole script out. */
  run(): readonly Table[] {
    const lexer = this.#lexer;
    lexer.next();
    for (;;) {
      lexer.skipSeparators();
      if (lexer.kind === END) break;
      if (lexer.kind !== WORD) throw lexer.unexpected("a command", COMMANDS);
      this.#command(lexer.word);
      if (lexer.kind === CLOSE_BRACE || !lexer.atEnd()) {
        throw lexer.unexpected("the end of the command");
      }
    }
    return Array.from(this.#tables.values(), finishTable);
  }

  #command(word: string): void {
    const lexer = this.#lexer;
    if (this.#common(word)) return;
    switch (word) {
      case "add":
      case "create":
        lexer.next();
        return this.#add(word);
      case "delete":
      case "destroy":
        lexer.next();
        return this.#delete(word);
      case "insert":
        lexer.next();
        lexer.skipWord("rule");
        return this.#rule(true);
      case "replace":
        lexer.next();
        lexer.takeWord("rule");
        return this.#replace();
      case "flush":
        lexer.next();
        return this.#flush();
      case "rename":
        lexer.next();
        return this.#rename();
      case "list":
      case "reset":
      case "get":
      case "describe":
        return lexer.skipStatement();
      case "monitor":
      case "import":
      case "export":
        throw lexer.error(`a ruleset is not made by "${word}"`);
    }
    this.#add("add");
  }

  /** What may stand anywhere: definitions and other files. */
  readonly #common = (word: string): boolean =>
    readCommon(this.#lexer, word, this.#includes);

  /** Takes a family and a table's name, and makes them those that hold. */
  #place(): { family: Family; name: string; key: string } {
    const lexer = this.#lexer;
    const given = FAMILIES.find((family) => family === lexer.word);
    if (lexer.kind === WORD && given) lexer.next();
    const family = given ?? this.#family;
    const name = lexer.ownName("the name of a table");
    const key = `${family} ${name}`;
    const table = this.#tables.get(key);
    lexer.family = family;
    lexer.dataOf = (map) => table?.sets.get(map)?.data;
    return { family, name, key };
  }

  /** The table whose family and name stand here. */
  #table(): TableDraft {
    const start = this.#lexer.mark();
    const { key } = this.#place();
    const table = this.#tables.get(key);
    if (table) return table;
    throw this.#missing("a table", key, this.#tables.keys(), start);
  }

  #missing(
    what: string,
    name: string,
    names: Iterable<string>,
    start: number,
  ) {
    return this.#lexer.error(
      mismatch(`${what} that there is`, name, names),
      name.length,
      start,
    );
  }

  #chain(table: TableDraft): ChainDraft {
    const lexer = this.#lexer;
    const start = lexer.mark();
    const name = lexer.ownName("the name of a chain");
    const chain = table.chains.get(name);
    if (chain) return chain;
    throw this.#missing("a chain", name, table.chains.keys(), start);
  }

  #set(table: TableDraft): SetDraft {
    const lexer = this.#lexer;
    const start = lexer.mark();
    const name = lexer.ownName("the name of a set");
    const set = table.sets.get(name);
    if (set) return set;
    throw this.#missing("a set", name, table.sets.keys(), start);
  }

  #add(verb: Verb): void {
    const lexer = this.#lexer;
    const { word } = lexer;
    if (lexer.kind !== WORD) throw lexer.unexpected("a command", COMMANDS);
    switch (word) {
      case "table":
        lexer.next();
        return this.#addTable(verb);
      case "rule":
        lexer.next();
        return this.#rule(false);
      case "element": {
        lexer.next();
        const set = this.#set(this.#table());
        return addElements(lexer, set, verb === "create");
      }
    }
    if (isDeclaration(word)) {
      lexer.next();
      const object = readKind(lexer, word);
      return this.#declare(this.#table(), object, verb);
    }
    // A rule may stand without the words "add rule".
    this.#rule(false, word);
  }

  #addTable(verb: Verb): void {
    const lexer = this.#lexer;
    const start = lexer.mark();
    const { family, name, key } = this.#place();
    let table = this.#tables.get(key);
    if (table && verb === "create") {
      throw lexer.error(`there is a table ${key} already`, undefined, start);
    }
    if (!table) this.#tables.set(key, table = emptyTable(family, name));
    if (lexer.kind === OPEN_BRACE) this.#tableBlock(table);
    else table.flags = undefined;
  }

  #tableBlock(table: TableDraft): void {
    const lexer = this.#lexer;
    lexer.dataOf = (map) => table.sets.get(map)?.data;
    table.flags = undefined;
    const handle = readBlock(lexer, (word) => {
      if (word === "flags") {
        lexer.next();
        table.flags = readWords(lexer, ["dormant", "owner"]);
      } else if (word === "comment") table.comment = readComment(lexer);
      else if (isDeclaration(word)) {
        lexer.next();
        const kind = readKind(lexer, word);
        this.#declare(table, kind, "add");
      } else if (!this.#common(word)) {
        throw lexer.unexpected("what a table has", [
          ...["chain", "set", "map", "flowtable", "flags", "comment", "ct"],
          ...OBJECT_KINDS,
        ]);
      }
    });
    if (handle !== undefined) table.handle = handle;
  }

  /** Adds what has a name to a table; the cursor is on the name. */
  #declare(table: TableDraft, kind: string, verb: Verb): void {
    const lexer = this.#lexer;
    const start = lexer.mark();
    const name = lexer.ownName(`the name of a ${kind}`);
    const taken = (there: boolean) => {
      if (there && verb === "create") {
        throw lexer.error(`there is a ${kind} ${name} already`, 1, start);
      }
    };
    if (kind === "chain") {
      taken(table.chains.has(name));
      return declareChain(lexer, table, name, this.#common);
    }
    if (kind === "set" || kind === "map") {
      taken(table.sets.has(name));
      return declareSet(lexer, table, name, kind === "map", this.#common);
    }
    if (kind === "flowtable") {
      taken(table.flowtables.has(name));
      table.flowtables.set(name, readFlowtable(lexer, name));
      return;
    }
    const key = `${kind} ${name}`;
    taken(table.objects.has(key));
    const object = readObject(lexer, kind as NamedObject["kind"], name);
    if (!table.objects.has(key)) table.objects.set(key, object);
  }

  /** Adds a rule; the cursor is behind what says so. */
  #rule(insert: boolean, first?: string): void {
    const lexer = this.#lexer;
    const start = lexer.mark();
    const { key } = this.#place();
    const table = this.#tables.get(key);
    if (!table) {
      if (first !== undefined && !FAMILIES.some((name) => name === first)) {
        throw lexer.error(
          mismatch("a command", first, COMMANDS),
          first.length,
          start,
        );
      }
      throw this.#missing("a table", key, this.#tables.keys(), start);
    }
    const { rules } = this.#chain(table);
    let at = insert ? 0 : rules.length;
    if (lexer.skipWord("index")) {
      const index = lexer.integer("an index");
      if (index >= rules.length) {
        throw lexer.error(`the chain has ${rules.length} rules`);
      }
      at = insert ? index : index + 1;
    } else if (lexer.skipWord("handle") || lexer.skipWord("position")) {
      const found = placeOfHandle(lexer, rules);
      at = insert ? found : found + 1;
    }
    rules.splice(at, 0, readRule(lexer));
  }

  #replace(): void {
    const lexer = this.#lexer;
    const { rules } = this.#chain(this.#table());
    lexer.takeWord("handle");
    const at = placeOfHandle(lexer, rules);
    rules[at] = readRule(lexer);
  }

  #rename(): void {
    const lexer = this.#lexer;
    lexer.takeWord("chain");
    const table = this.#table();
    const start = lexer.mark();
    const chain = this.#chain(table);
    const from = chain.name;
    const to = lexer.ownName("a new name");
    if (table.chains.has(to)) {
      throw lexer.error(`there is a chain ${to} already`, 1, start);
    }
    chain.name = to;
    const chains = [...table.chains.values()];
    table.chains.clear();
    for (const one of chains) table.chains.set(one.name, one);
    renameTargets(table, from, to);
  }

  #flush(): void {
    const lexer = this.#lexer;
    const { word } = lexer;
    lexer.next();
    switch (word) {
      case "ruleset": {
        const family = FAMILIES.find((name) => name === lexer.word);
        if (lexer.kind !== WORD || !family) return this.#tables.clear();
        lexer.next();
        for (const [key, table] of this.#tables) {
          if (table.family === family) this.#tables.delete(key);
        }
        return;
      }
      case "table":
        for (const chain of this.#table().chains.values()) {
          chain.rules.length = 0;
        }
        return;
      case "chain":
        this.#chain(this.#table()).rules.length = 0;
        return;
      case "set":
      case "map":
      case "meter":
        this.#set(this.#table()).elements = [];
        return;
    }
    throw lexer.error(mismatch("what can be flushed", word));
  }

  #delete(verb: Verb): void {
    const lexer = this.#lexer;
    const { word } = lexer;
    if (lexer.kind !== WORD) throw lexer.unexpected("what to delete");
    lexer.next();
    switch (word) {
      case "table": {
        const start = lexer.mark();
        const { key } = this.#place();
        if (!this.#tables.delete(key) && verb === "delete") {
          throw this.#missing("a table", key, this.#tables.keys(), start);
        }
        return;
      }
      case "rule": {
        const { rules } = this.#chain(this.#table());
        lexer.takeWord("handle");
        rules.splice(placeOfHandle(lexer, rules), 1);
        return;
      }
      case "element":
        return deleteElements(
          lexer,
          this.#set(this.#table()),
          verb === "delete",
        );
    }
    if (!isDeclaration(word)) {
      throw lexer.error(mismatch("what to delete", word, COMMANDS));
    }
    const kind = readKind(lexer, word);
    this.#deleteNamed(this.#table(), kind, verb);
  }

  #deleteNamed(table: TableDraft, kind: string, verb: Verb): void {
    const lexer = this.#lexer;
    const start = lexer.mark();
    const name = lexer.ownName(`the name of a ${kind}`);
    const all: Map<string, unknown> = kind === "chain"
      ? table.chains
      : kind === "set" || kind === "map"
      ? table.sets
      : kind === "flowtable"
      ? table.flowtables
      : table.objects;
    const key = all === table.objects ? `${kind} ${name}` : name;
    if (!all.delete(key) && verb === "delete") {
      throw this.#missing(`a ${kind}`, name, all.keys(), start);
    }
    // The rest of a chain's or set's declaration may follow.
    if (!lexer.atEnd()) lexer.skipStatement();
  }
}
