/**
 * What a fake device is configured with: what runs, what waits for a commit,
 * what survives a restart, and how one gets from one to the other.
 *
 * @module
 */

import type { ConfigCommands } from "../platform.ts";
import { enter } from "./config_edit.ts";
import { type EditRules, rulesOf, writtenOut } from "./config_rules.ts";
import {
  compareTrees,
  type ConfigTree,
  isRemark,
  parseTree,
  printTree,
} from "./config_tree.ts";
import { hostNameIn } from "./config_words.ts";

/** What devices of one platform have in common; see {@linkcode configModel}. */
export interface ConfigModel {
  /** What they start with. */
  readonly tree: ConfigTree;
  /** How it is changed. */
  readonly rules: EditRules;
  /** Whether lines wait for a commit. */
  readonly hasCandidate: boolean;
}

/** The most commits that are kept for going back. */
const MOST_KEPT = 50;

/**
 * Reads what a platform's devices start with, once for all of them.
 *
 * @param config What the platform does to its configuration.
 * @param text The configuration.
 * @returns What {@linkcode Configuration} starts from.
 */
export function configModel(config: ConfigCommands, text: string): ConfigModel {
  const tree = parseTree(text, config.style);
  return {
    tree,
    rules: rulesOf(config, tree),
    hasCandidate: config.commit !== undefined,
  };
}

/** The configuration of one device. */
export class Configuration {
  /** How it is changed. */
  readonly rules: EditRules;
  /** Told when what runs has changed. */
  onChange: (() => void) | undefined;
  readonly #hasCandidate: boolean;
  #running: ConfigTree;
  #startup: ConfigTree;
  #candidate: ConfigTree | undefined;
  #checkpoint: ConfigTree | undefined;
  /** What ran before each commit, oldest first. */
  readonly #before: ConfigTree[] = [];
  /** Takes a commit back whose time is up. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unconfirmed: ConfigTree | undefined;

  /**
   * @param model What the platform's devices have in common.
   * @param name The device's name, where the model's lines have another.
   */
  constructor(model: ConfigModel, name?: string) {
    this.rules = model.rules;
    this.#hasCandidate = model.hasCandidate;
    this.#running = name === undefined ? model.tree : named(model.tree, name);
    this.#startup = this.#running;
  }

  /** What runs, as the device shows it. */
  get running(): string {
    return printTree(this.#running);
  }

  /** What survives a restart. */
  get startup(): string {
    return printTree(this.#startup);
  }

  /** What was entered, committed or not. */
  get candidate(): string {
    return printTree(this.#candidate ?? this.#running);
  }

  /** Whether something waits for a commit. */
  get isDirty(): boolean {
    return this.#candidate !== undefined &&
      compareTrees(this.#running, this.#candidate) !== "";
  }

  /** Whether a commit waits for its confirmation. */
  get isUnconfirmed(): boolean {
    return this.#unconfirmed !== undefined;
  }

  /** The name that what runs gives the device. */
  get hostName(): string | undefined {
    return nameOf(this.#running);
  }

  /** What waits for a commit; where nothing waits, what a restart would undo. */
  get diff(): string {
    return this.#hasCandidate
      ? compareTrees(this.#running, this.#candidate ?? this.#running)
      : compareTrees(this.#startup, this.#running);
  }

  /**
   * Finds a part of what runs.
   *
   * @param line Its first line, perhaps cut short.
   * @returns The part, or nothing.
   */
  part(line: string): string | undefined {
    const text = writtenOut(this.#running, [], line, this.rules);
    const found = this.#running.find((one) => one.text === text);
    return found === undefined ? undefined : printTree([found]);
  }

  /**
   * Writes a line out that was cut short.
   *
   * @param path The lines within which it is typed.
   * @param line The line.
   */
  writtenOut(path: readonly string[], line: string): string {
    const tree = this.#candidate ?? this.#running;
    return writtenOut(tree, path, line, this.rules);
  }

  /**
   * Enters a line.
   *
   * @param path The lines within which it is typed.
   * @param line The line.
   * @param opens Whether others can be typed within it.
   * @param atOnce Whether it takes effect although the platform has commits.
   * @returns Whether it is a line for a configuration.
   */
  enter(
    path: readonly string[],
    line: string,
    opens: boolean,
    atOnce = false,
  ): boolean {
    const waits = this.#hasCandidate && !atOnce;
    const tree = waits ? this.#candidate ?? this.#running : this.#running;
    const entered = enter(tree, path, line, this.rules, opens);
    if (entered === undefined) return false;
    if (waits) this.#candidate = entered;
    else if (entered !== tree) this.#run(entered);
    return true;
  }

  /**
   * Makes what was entered run, and lets a commit that was for a time only stay.
   *
   * @param ms How long, if it is to be confirmed.
   */
  commit(ms?: number): void {
    const before = this.#unconfirmed ?? this.#running;
    this.confirm();
    if (this.#candidate !== undefined) this.#run(this.#candidate);
    this.#candidate = undefined;
    if (ms === undefined) return;
    this.#unconfirmed = before;
    this.#timer = setTimeout(() => {
      this.#unconfirmed = undefined;
      this.#run(before);
    }, ms);
  }

  /** Lets a commit that was for a time only stay. */
  confirm(): void {
    this.close();
    this.#unconfirmed = undefined;
  }

  /** Throws away what was entered; where nothing waits, what was not saved. */
  discard(): void {
    if (this.#hasCandidate) this.#candidate = undefined;
    else this.#run(this.#startup);
  }

  /** Keeps what runs aside. */
  keep(): void {
    this.#checkpoint = this.#running;
  }

  /**
   * Goes back to what was kept aside, or ran before the last commit.
   *
   * @param loads Whether that is to wait for a commit of its own.
   */
  rollback(loads: boolean): void {
    const to = this.#checkpoint ?? this.#before.at(-1);
    if (to === undefined) return;
    if (loads) this.#candidate = to;
    else this.#run(to);
  }

  /** Makes what runs survive a restart. */
  save(): void {
    this.#startup = this.#running;
  }

  /** Restarts: what was not saved is gone. */
  restart(): void {
    this.confirm();
    this.#candidate = undefined;
    if (!this.#hasCandidate) this.#run(this.#startup);
  }

  /** Stops the timer of a commit that was for a time only. */
  close(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #run(tree: ConfigTree): void {
    this.#before.push(this.#running);
    if (this.#before.length > MOST_KEPT) this.#before.shift();
    this.#running = tree;
    this.onChange?.();
  }
}

function nameOf(tree: ConfigTree): string | undefined {
  for (const { text, lines } of tree) {
    if (isRemark(text)) continue;
    const name = hostNameIn(text) ?? nameOf(lines);
    if (name !== undefined) return name;
  }
  return undefined;
}

function named(tree: ConfigTree, name: string): ConfigTree {
  const at = tree.findIndex((line) => nameOf([line]) !== undefined);
  if (at < 0) return tree;
  const line = tree[at]!;
  const old = hostNameIn(line.text);
  return tree.with(at, {
    ...line,
    text: old === undefined
      ? line.text
      : line.text.replace(/"?[\w.-]+"?$/, (last) => last.replace(old, name)),
    lines: named(line.lines, name),
  });
}
