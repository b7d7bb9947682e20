/**
 * An agent that serves values of the program.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { count, duration } from "../../inspect/units.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import { open } from "../../socket/udp_open.ts";
import type { Socket } from "../../socket/udp_socket.ts";
import { isNumeric, sendableOid } from "../asking/oid.ts";
import { VarBinds } from "../asking/var_binds.ts";
import { LocalEngine } from "../message/local_engine.ts";
import { LONGEST } from "../message/outgoing.ts";
import { Usm } from "../message/usm.ts";
import { kindOf, objectAt } from "../message/wire_value.ts";
import type { MibStore } from "../mib/store.ts";
import type { SnmpTarget } from "../options.ts";
import { loadNetSnmp } from "../session.ts";
import { bindFailure } from "../traps/bind_failure.ts";
import type {
  InformOptions,
  TrapOptions,
  TrapVariables,
} from "../traps/options.ts";
import { inform } from "../traps/send.ts";
import { sendTrap } from "../traps/send_trap.ts";
import type { VarBind } from "../varbind.ts";
import { accessOf } from "./access.ts";
import { counterObjects, noAgentCounts, systemGroup } from "./counters.ts";
import type { AgentCounts } from "./counts.ts";
import { Objects, type ServedObject } from "./objects.ts";
import type {
  AgentAccess,
  AgentOptions,
  AgentTableOptions,
  ObjectOptions,
  Served,
  ServedRow,
} from "./options.ts";
import { Requests } from "./requests.ts";
import { currentElement, readElement, servedObject } from "./served_value.ts";
import { cellsOf, scalarWriter, tableShape } from "./table_rows.ts";

/** The shortest message that everybody must take (RFC 3417 §3.1). */
const SHORTEST = 484;

/**
 * An agent; {@linkcode agent} gives it. What it serves can be set and taken away
 * at any time.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using agent = await net.snmp.agent({ port: 0 });
 * let asked = 0;
 * agent.set("sysLocation", () => `asked ${++asked} times`);
 * await using session = await net.snmp.open(`${agent.address}`);
 * await session.get("sysLocation");
 * assert.equal((await session.get("sysLocation")).value, "asked 2 times");
 * ```
 */
export class Agent implements AsyncDisposable {
  /** Where it listens. */
  readonly address: Endpoint;
  /** Where names and types come from. */
  readonly mib: MibStore;
  /** Its engine ID in hexadecimal. */
  readonly engineId: string;
  readonly #socket: Socket;
  readonly #engine: LocalEngine;
  readonly #objects = new Objects();
  readonly #counts = noAgentCounts();
  readonly #requests: Requests;
  readonly #detach: () => void;

  private constructor(
    socket: Socket,
    engine: LocalEngine,
    usm: Usm,
    mib: MibStore,
    options: AgentOptions,
  ) {
    const { communities = { public: "read" }, users = [], signal } = options;
    this.address = socket.address;
    this.mib = mib;
    this.engineId = engine.hex;
    this.#socket = socket;
    this.#engine = engine;
    this.#requests = new Requests({
      socket,
      engine,
      usm,
      mib,
      objects: this.#objects,
      counts: this.#counts,
      maxSize: options.maxSize ?? LONGEST,
      communities: new Map(
        Object.entries<"read" | "write" | AgentAccess>(communities).map(
          ([name, one]) => [name, accessOf(mib, one)],
        ),
      ),
      users: new Map(
        users.map((user) => [user.name, accessOf(mib, user)]),
      ),
    });
    if (options.defaults !== false) {
      const begin = {
        ...systemGroup(engine),
        ...counterObjects(this.#counts, usm, engine),
      };
      for (const [name, value] of Object.entries(begin)) {
        // A store without the common MIBs says nothing of them.
        if (mib.tryFind(name.replace(/\.0$/, ""))) this.set(name, value);
      }
    }
    const stop = () => void this.close();
    signal?.addEventListener("abort", stop, { once: true });
    this.#detach = () => signal?.removeEventListener("abort", stop);
    this.#requests.start();
  }

  /**
   * Opens one: see {@linkcode agent}.
   *
   * @param options Where, and for whom.
   */
  static async open(options: AgentOptions = {}): Promise<Agent> {
    const { hostname = "127.0.0.1", port = 161, maxSize = LONGEST } = options;
    if (
      !Number.isInteger(maxSize) || maxSize < SHORTEST || maxSize > LONGEST
    ) {
      throw new RangeError(
        `Cannot open an SNMP agent as 'maxSize' must be an integer from ${SHORTEST} to ${LONGEST} octets: current value is ${maxSize}`,
      );
    }
    options.signal?.throwIfAborted();
    const [loaded, mib] = await Promise.all([
      loadNetSnmp(),
      options.mib ??
        import("../mib/builtin.ts").then(({ builtin }) => builtin),
    ]);
    const engine = new LocalEngine(options);
    const usm = new Usm(loaded, engine, options.users ?? [], false);
    options.signal?.throwIfAborted();
    const socket = await open({ hostname, port }).catch((error) => {
      throw bindFailure(error, "open an SNMP agent on", `${hostname}`, port);
    });
    try {
      return new Agent(socket, engine, usm, mib, options);
    } catch (error) {
      await socket.close();
      throw error;
    }
  }

  /** What it has counted, by the names of SNMPv2-MIB without `snmp` in front. */
  get counts(): Readonly<AgentCounts> {
    return { ...this.#counts };
  }

  /** What went wrong last: a function that threw, a datagram that is no SNMP; empty if nothing did. */
  get trouble(): string {
    return this.#requests.trouble;
  }

  /** How many variables it has; tables that functions give count once they were asked for. */
  get size(): number {
    return this.#objects.size;
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#socket.closed;
  }

  /**
   * Serves a value.
   *
   * @param name `"sysName"`, `"ifDescr.1"`, or numbers; a scalar does not need its `.0`.
   * @param value The value, of the type that the MIB says; or a function that is
   * called whenever somebody asks, and gives nothing where there is none just now.
   * @param options Its type where no MIB says it; whether it can be set.
   * @throws {ParseError} If there is no such name, or a text is no such value.
   * @throws {TypeError} If the value is not of the type, or nobody says the type.
   * @throws {RangeError} If a number does not fit it.
   */
  set(
    name: string,
    value: Exclude<Served, undefined>,
    options: ObjectOptions = {},
  ): void {
    const { type, check, onSet, writable = onSet !== undefined } = options;
    const oid = this.#oid(name);
    const kind = kindOf(objectAt(this.mib, oid), name, type);
    const object: ServedObject = servedObject(
      this.mib,
      oid,
      kind,
      value,
      writable ? scalarWriter(() => object, check, onSet) : undefined,
    );
    this.#objects.put([object]);
  }

  /**
   * Serves a table.
   *
   * @param name `"ifTable"`; or, with `columns` and `index`, the numbers of a table
   * that no MIB has.
   * @param rows Objects by the columns' names, those of the index among them, whose
   * cells may be functions; or a function that gives such rows when somebody asks.
   * To serve others, serve it again.
   * @param options What of it can be set; how long the function's rows are good.
   * @throws {TypeError} If it is no table, or a row has no index, the same one as
   * another, or something that is no column.
   * @throws {ParseError} If a text is no value of its column.
   * @throws {RangeError} If a number does not fit.
   */
  table(
    name: string,
    rows:
      | readonly ServedRow[]
      | (() => readonly ServedRow[] | Promise<readonly ServedRow[]>),
    options: AgentTableOptions = {},
  ): void {
    const { maxAge = 1000 } = options;
    const shape = tableShape(this.mib, name, options);
    if (typeof rows !== "function") {
      const cells = cellsOf(this.mib, shape, rows, options);
      this.#objects.remove(shape.root);
      this.#objects.put(cells);
      return;
    }
    this.#objects.remove(shape.root);
    this.#objects.add({
      root: shape.root,
      maxAge,
      make: async () => cellsOf(this.mib, shape, await rows(), options),
    });
  }

  /**
   * Takes away what is at a name, or below.
   *
   * @param name `"sysLocation"`, `"ifTable"`, or numbers.
   * @throws {ParseError} If there is no such name.
   */
  delete(name: string): void {
    const oid = isNumeric(name) ? sendableOid(name) : this.mib.parseOid(name);
    this.#objects.remove(oid);
  }

  /**
   * Reads a variable as a client would: also what was set from outside.
   *
   * @param name As for {@linkcode Agent.set}.
   * @returns The variable; if there is none, one without a value.
   * @throws {ParseError} If there is no such name.
   */
  async get(name: string): Promise<VarBind> {
    const oid = this.#oid(name);
    const object = await this.#objects.get(oid);
    const octets = object && await currentElement(this.mib, object);
    const reader = new VarBinds(this.mib);
    if (octets === undefined) {
      return reader.make(oid, "noSuchInstance", undefined);
    }
    const { type, raw } = readElement(octets);
    return reader.make(oid, type, raw);
  }

  #oid(name: string): string {
    const oid = isNumeric(name) ? sendableOid(name) : this.mib.parseOid(name);
    const { node, suffix } = this.mib.at(oid);
    return node.kind === "scalar" && suffix === "" ? `${oid}.0` : oid;
  }

  /**
   * Sends a trap in this agent's name: its uptime, and of version 3 its engine.
   *
   * @param target To whom; port 162 unless it names another.
   * @param name Which one: `"linkDown"`.
   * @param variables What it carries.
   * @param options Version and who sends: see {@linkcode trap}.
   * @throws {NetError} What {@linkcode trap} throws.
   */
  async trap(
    target: SnmpTarget,
    name: string,
    variables: TrapVariables = {},
    options: TrapOptions = {},
  ): Promise<void> {
    const { mib } = this;
    const { uptime } = this.#engine;
    const own = { mib, uptime, ...options };
    await sendTrap(target, name, variables, own, () => this.#engine);
    this.#counts.outTraps++;
    this.#counts.outPkts++;
  }

  /**
   * Sends an inform in this agent's name, and again until it is acknowledged.
   *
   * @param target To whom; port 162 unless it names another.
   * @param name Which one: `"linkDown"`.
   * @param variables What it carries.
   * @param options Version and who sends: see {@linkcode inform}.
   * @throws {NetError} What {@linkcode inform} throws.
   */
  async inform(
    target: SnmpTarget,
    name: string,
    variables: TrapVariables = {},
    options: InformOptions = {},
  ): Promise<void> {
    const { mib } = this;
    const { uptime } = this.#engine;
    await inform(target, name, variables, { mib, uptime, ...options });
    this.#counts.outPkts++;
  }

  /** Closes it; what is asked just now is not answered any more. */
  async close(): Promise<void> {
    this.#detach();
    await this.#requests.stop();
  }

  /** Closes it at the end of a block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Where it listens, how much it has, and its counts. */
  toJSON(): Record<string, unknown> {
    const { address, engineId, closed, size, counts, trouble } = this;
    return {
      address: `${address}`,
      engineId,
      closed,
      size,
      counts,
      trouble,
    };
  }

  /** A card, for the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { counts } = this;
    const refused = counts.inBadCommunityNames + this.#requests.refused;
    const broken = counts.inASNParseErrs + counts.inBadVersions;
    return card(`SNMP agent at ${this.address}`, [
      ["state", this.closed ? "closed" : `up ${duration(this.#engine.uptime)}`],
      ["engine", this.engineId],
      ["serves", `${count(this.size)} variables`, "number"],
      [
        "asked",
        `${count(counts.inPkts)} datagrams, ${
          count(counts.inTotalReqVars)
        } variables told, ${count(counts.inTotalSetVars)} set`,
        "number",
      ],
      ...refused > 0 ? [["refused", count(refused), "warn"] as const] : [],
      ...broken > 0 ? [["unreadable", count(broken), "warn"] as const] : [],
      ...this.trouble === ""
        ? []
        : [["last trouble", this.trouble, "warn"] as const],
    ], page);
  }
}
