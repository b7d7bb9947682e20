/**
 * A session with one agent, and what it can.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import type { Run } from "../inspect/run.ts";
import { createRow, destroyRow, setRow } from "./asking/change_row.ts";
import { describeDevice } from "./asking/describe_device.ts";
import { Engine } from "./asking/engine.ts";
import { fetchTable } from "./asking/fetch_table.ts";
import { LiveTraffic } from "./asking/live_traffic.ts";
import {
  type Asker,
  branchOf,
  bulk,
  checkRepetitions,
  get,
  limited,
  next,
  oidOf,
} from "./asking/questions.ts";
import { readRates } from "./asking/read_rates.ts";
import { setVariables } from "./asking/set_variables.ts";
import { type Settings, settings } from "./asking/settings.ts";
import { sessionCard, sessionFacts } from "./asking/show_session.ts";
import { VarBinds } from "./asking/var_binds.ts";
import { runWalk } from "./asking/walk.ts";
import type { MibStore } from "./mib/store.ts";
import type {
  AskOptions,
  BulkOptions,
  CardOptions,
  CreateRowOptions,
  OpenOptions,
  SetOptions,
  SnmpTarget,
  SnmpVersion,
  WalkOptions,
} from "./options.ts";
import type { RateSample, RatesOptions } from "./rates.ts";
import type { RowIndex, RowValues, SetValue, SetVariable } from "./set.ts";
import type { SystemCard } from "./system_card.ts";
import type { SnmpTable, TableOptions } from "./table.ts";
import type { LiveOptions, Traffic } from "./traffic.ts";
import type { VarBind } from "./varbind.ts";

/**
 * A session with one agent; {@linkcode open} gives it. Any number of questions may
 * be under way at once.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using session = await net.snmp.open("127.0.0.1:1", { retries: 0, timeout: 50 });
 * await assert.rejects(session.get("sysName"), net.NetError);
 * ```
 */
export class SnmpSession implements AsyncDisposable {
  /** Where names come from. */
  readonly mib: MibStore;
  readonly #asker: Asker;
  readonly #engine: Engine;
  readonly #detach: () => void;

  private constructor(engine: Engine, mib: MibStore, signal?: AbortSignal) {
    this.mib = mib;
    this.#engine = engine;
    this.#asker = { engine, varBinds: new VarBinds(mib) };
    const stop = () => void this.close();
    signal?.addEventListener("abort", stop, { once: true });
    this.#detach = () => signal?.removeEventListener("abort", stop);
  }

  /**
   * Opens one: see {@linkcode open}.
   *
   * @param target Which agent.
   * @param options How it is asked.
   */
  static async open(
    target: SnmpTarget,
    options: OpenOptions = {},
  ): Promise<SnmpSession> {
    const checked = settings(target, options);
    const { mib, signal } = options;
    // Names are loaded beside the library: a prompt that never asks needs neither.
    const [names, engine] = await Promise.all([
      mib ?? import("./mib/builtin.ts").then(({ builtin }) => builtin),
      Engine.open(checked, signal),
    ]);
    return new SnmpSession(engine, names, signal);
  }

  /** Where the agent is: `"192.0.2.1:161"`. */
  get target(): string {
    return `${this.#settings.endpoint}`;
  }

  /** Which version is spoken. */
  get version(): SnmpVersion {
    return this.#settings.version;
  }

  // With the passwords in it, which nobody should see by mistake.
  get #settings(): Settings {
    return this.#engine.settings;
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#engine.isClosed;
  }

  /**
   * Gets variables by name: one for a name, a list for a list. What the agent does
   * not have comes as a variable without a value.
   *
   * @param name `"sysName"`, `"ifDescr.1"`, `"IF-MIB::ifDescr.1"`, or numbers.
   * @param options How long to wait in all, and who may stop the wait.
   * @throws {NetError} `"timeout"`, `"refused"`, `"closed"`, and what the agent refuses with.
   * @throws {AuthError} What version 3 refuses with: `"unknown-user"`, `"wrong-digest"`, ….
   * @throws {ParseError} If there is no such name.
   */
  get(name: string, options?: AskOptions): Promise<VarBind>;
  /** The same for a list of names. */
  get(name: readonly string[], options?: AskOptions): Promise<VarBind[]>;
  async get(
    name: string | readonly string[],
    options: AskOptions = {},
  ): Promise<VarBind | VarBind[]> {
    return await this.#ask(name, options, oidOf, get);
  }

  /**
   * Gets the variables behind some, in the agent's order.
   *
   * @param name Behind which: one name, or a list.
   * @param options As for {@linkcode SnmpSession.get}.
   * @throws {NetError} `"loop"` if the agent goes backwards; and what `get` throws.
   */
  next(name: string, options?: AskOptions): Promise<VarBind>;
  /** The same for a list of names. */
  next(name: readonly string[], options?: AskOptions): Promise<VarBind[]>;
  async next(
    name: string | readonly string[],
    options: AskOptions = {},
  ): Promise<VarBind | VarBind[]> {
    return await this.#ask(name, options, branchOf, next);
  }

  /**
   * Gets many variables behind some with one question, from version 2c on.
   *
   * @param names Behind which.
   * @param options How many, and as for {@linkcode SnmpSession.get}.
   * @returns All of them as they came: the first behind each name, then the second
   * behind each, and so on; fewer than asked for if they do not fit.
   * @throws {TypeError} In version 1, which cannot.
   * @throws {NetError} What `get` throws.
   */
  async bulk(
    names: string | readonly string[],
    options: BulkOptions = {},
  ): Promise<VarBind[]> {
    return await bulk(this.#asker, [names].flat(), options);
  }

  /**
   * Walks everything below a name, in the agent's order. Awaited, it gives all;
   * iterated, each variable as it comes, and to leave the loop stops the walk.
   *
   * @param name Below which: `"system"`, `"ifTable"`, `"1.3.6.1.4.1"`; of a variable
   * itself, that.
   * @param options How many variables an answer, and as for {@linkcode SnmpSession.get}.
   * @returns The walk, under way.
   * @throws {NetError} `"loop"` if the agent goes backwards or stays in its place;
   * and what `get` throws.
   * @throws {ParseError} If there is no such name.
   */
  walk(name: string, options: WalkOptions = {}): Run<VarBind, VarBind[]> {
    return runWalk(this.#asker, name, options);
  }

  /**
   * Fetches a table, with the tables that add columns to it, as rows of real
   * values by name.
   *
   * @param name `"ifTable"`; a list of tables with one index is joined.
   * @param options Which columns, whether others are joined, and as for
   * {@linkcode SnmpSession.get}.
   * @returns The rows; none if the agent does not have the table.
   * @throws {NetError} What `walk` throws.
   * @throws {TypeError} If a name is of something else than a table.
   */
  async table(
    name: string | readonly string[],
    options: TableOptions = {},
  ): Promise<SnmpTable> {
    checkRepetitions("maxRepetitions", options.maxRepetitions ?? 1, 1);
    return await fetchTable(this.#asker, [name].flat(), options);
  }

  /**
   * Sets a variable.
   *
   * @param name Its name with its instance, which a scalar does not need:
   * `"sysContact"`, `"ifAdminStatus.2"`.
   * @param value What it becomes, as {@linkcode SetValue} says.
   * @param options Its type where no MIB says it, and as for {@linkcode SnmpSession.get}.
   * @returns The variable as the agent says that it is now.
   * @throws {NetError} What the agent refuses with: `"not-writable"`, `"no-access"`,
   * `"wrong-type"`, `"wrong-value"`, …; and what `get` throws.
   * @throws {TypeError} If the value is not of the type, or nobody says the type.
   * @throws {RangeError} If a number does not fit it.
   */
  async set(
    name: string,
    value: SetValue,
    options: SetOptions = {},
  ): Promise<VarBind> {
    const list = [{ name, value, type: options.type }];
    return (await this.setAll(list, options))[0]!;
  }

  /**
   * Sets variables together: all, or none if one cannot be.
   *
   * @param variables Names, values, and types where no MIB says them.
   * @param options As for {@linkcode SnmpSession.get}.
   * @returns The variables as the agent says that they are now.
   * @throws {NetError} What `set` throws, with the variable's name.
   */
  async setAll(
    variables: readonly SetVariable[],
    options: AskOptions = {},
  ): Promise<VarBind[]> {
    return await setVariables(this.#asker, variables, options);
  }

  /**
   * Makes a row of a table whose rows have a RowStatus, with one question.
   *
   * @param table `"snmpTargetAddrTable"`, its row or one of its columns.
   * @param index Which row: `"monitor"`; of an index with several parts a list, or
   * the parts by name.
   * @param values The columns by name; the agent fills in those that need not be.
   * @param options Whether the row is used at once, and as for
   * {@linkcode SnmpSession.get}.
   * @returns Its status as it is then: `"active"`, or `"notReady"` if it lacks columns.
   * @throws {NetError} What `set` throws, with the column's name:
   * `"inconsistent-value"` if there is such a row already or it lacks columns, ….
   * @throws {ParseError} If there is no such name, or the index is none of the table's.
   * @throws {TypeError} If the table has no RowStatus, or a column is not its own.
   * @see RFC 2579 §2 (RowStatus)
   */
  async createRow(
    table: string,
    index: RowIndex,
    values: RowValues = {},
    options: CreateRowOptions = {},
  ): Promise<VarBind> {
    return await createRow(this.#asker, { table, index }, values, options);
  }

  /**
   * Sets columns of a row together, also its RowStatus: `"active"` for a row that
   * is used, `"notInService"` for one that is not.
   *
   * @param table As for {@linkcode SnmpSession.createRow}.
   * @param index As there.
   * @param values The columns by name.
   * @param options As for {@linkcode SnmpSession.get}.
   * @returns The columns as the agent says that they are now.
   * @throws {NetError} What `set` throws, with the column's name.
   */
  async setRow(
    table: string,
    index: RowIndex,
    values: RowValues,
    options: AskOptions = {},
  ): Promise<VarBind[]> {
    return await setRow(this.#asker, { table, index }, values, options);
  }

  /**
   * Takes a row away; most agents say nothing if there was none.
   *
   * @param table As for {@linkcode SnmpSession.createRow}.
   * @param index As there.
   * @param options As for {@linkcode SnmpSession.get}.
   * @throws {NetError} What `set` throws.
   * @throws {TypeError} If the table has no RowStatus.
   */
  async destroyRow(
    table: string,
    index: RowIndex,
    options: AskOptions = {},
  ): Promise<void> {
    await destroyRow(this.#asker, { table, index }, options);
  }

  /**
   * Reads counters again and again, and says what they count a second: past their
   * ends, and not at all where the agent or the counter began anew meanwhile.
   *
   * @param names Counters, or whole columns of them: `"ifInOctets"`, `"ifHCOutOctets.2"`.
   * @param options How often, how many times, and a signal.
   * @returns Samples for ever, or as many as asked for; to leave the loop ends it.
   * @throws {NetError} What `walk` throws.
   * @throws {RangeError} If `interval` or `count` is negative or no number.
   * @see RFC 2863 §3.1.5 (discontinuities)
   */
  rates(
    names: string | readonly string[],
    options: RatesOptions = {},
  ): AsyncGenerator<RateSample, void, void> {
    return readRates(this.#asker, [names].flat(), options);
  }

  /**
   * Looks at what goes through the interfaces, with a chart of each; at the prompt
   * it is drawn until it is ended. Iterated, it gives each reading as it comes, and
   * to leave the loop ends it; readings from before the loop are not kept.
   *
   * @param options How often, and which interfaces.
   * @returns What is going on; awaited, the last reading, once `count` has been
   * reached.
   * @throws {NetError} What `walk` throws.
   * @throws {RangeError} If `interval` or `count` is not 1 or more.
   * @throws {TypeError} If the options are none.
   */
  live(options: LiveOptions = {}): Run<Traffic, Traffic> {
    return new LiveTraffic(this.#asker, options);
  }

  /**
   * Asks for all that fits on a card: see {@linkcode describe}.
   *
   * @param options How many rows of each table, and as for {@linkcode SnmpSession.get}.
   * @returns The card.
   * @throws {NetError} What `walk` throws.
   * @throws {RangeError} If `limit` is not 1 or more.
   */
  async describe(options: CardOptions = {}): Promise<SystemCard> {
    const { limit = 200 } = options;
    checkRepetitions("limit", limit, 1);
    return await limited(
      this.#asker,
      "describe",
      options,
      (signal) => describeDevice(this.#asker, limit, signal),
    );
  }

  /** Asks for one variable by its name, for many by a list. */
  async #ask(
    name: string | readonly string[],
    options: AskOptions,
    read: typeof oidOf,
    question: typeof get,
  ): Promise<VarBind | VarBind[]> {
    const asker = this.#asker;
    const found = await limited(asker, "get", options, (signal) => {
      const oids = [name].flat().map((one) => read(asker, one));
      return question(asker, oids, signal);
    });
    return typeof name === "string" ? found[0]! : found;
  }

  /** Closes it; whoever still waits is told so. */
  async close(): Promise<void> {
    this.#detach();
    await this.#engine.close();
  }

  /** Closes it at the end of a block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** How the agent is asked, without secrets. */
  toJSON(): Record<string, unknown> {
    return sessionFacts(this.#settings);
  }

  /** A card, for the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return sessionCard(this.#settings, this.closed, page);
  }
}
