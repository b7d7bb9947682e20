/**
 * The sockets of this machine, with all that the kernel knows about each.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";
import { checkOptions, type OptionKinds } from "./option_kinds.ts";
import { NetError, PermissionError } from "../errors.ts";
import { libcAllowed } from "../ffi/libc.ts";
import { inside } from "./entering.ts";
import { fits, readSockets, type SocketQuery } from "./sockets/read.ts";
import { socketOwners } from "./sockets/processes.ts";
import {
  SOCKET_STATES,
  type SocketProtocol,
  type SocketState,
} from "./sockets/fields.ts";
import { Socket, SocketList } from "./sockets/socket.ts";
import { parseSs } from "./sockets/ss_text.ts";

/** Options of `sockets`. */
const SOCKETS: OptionKinds<SocketsOptions> = {
  states: "words",
  protocol: "words",
  family: "any",
  port: "any",
  process: "any",
  namespace: "namespace",
};

/** What ss(8) and others call it. */
const SOCKETS_ELSEWHERE: Elsewhere = {
  kind: "protocol",
  listening: 'states: "listening"',
  pid: "process",
  state: "states",
};

/** Options for {@linkcode sockets}. */
export interface SocketsOptions {
  /** The states wanted. @default {all} */
  states?: SocketState | Iterable<SocketState> | undefined;
  /** The protocols wanted. @default {tcp, udp and raw} */
  protocol?: SocketProtocol | Iterable<SocketProtocol> | undefined;
  /** The family wanted; leaves unix sockets out. @default {both} */
  family?: 4 | 6 | undefined;
  /** The port that either end must have. @default {any} */
  port?: number | undefined;
  /**
   * Whether to look for the processes that have them open, which reads all of
   * `/proc`; or the one wanted, by its name or number. @default {false}
   */
  process?: boolean | string | number | undefined;
  /** Another network namespace: a descriptor of it, or its file. @default {this program's} */
  namespace?: number | string | undefined;
}

/** The options with which `ss` writes what {@linkcode parseSs} reads. */
const SS_OPTIONS = "-HOanemtuw";

const PROTOCOLS: readonly SocketProtocol[] = ["tcp", "udp", "raw", "unix"];

/** Both families of each; unix sockets have none. */
const FAMILIES = [4, 6] as const;

/**
 * Lists the sockets of this machine: what `ss -tuwa` shows, with all that its
 * options `-ipemo` add.
 *
 * Asks the kernel through FFI; without `--allow-ffi` it reads what `ss` writes,
 * and then there is no TCP_INFO.
 *
 * @param options Which ones.
 * @returns The sockets; at the prompt a table.
 * @throws {PermissionError} Without `--allow-ffi` and without `--allow-run=ss`.
 * @throws {NetError} If the kernel cannot tell.
 * @throws {TypeError} If an option is no state, protocol or family.
 * @throws {RangeError} If `port` is none.
 * @see ss(8), sock_diag(7)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const sockets = await net.linux.sockets({ protocol: "tcp", states: "established" });
 * const slow = sockets.filter(({ tcp }) => (tcp?.rtt ?? 0) > 100_000);
 * console.log(slow);
 * ```
 */
export async function sockets(
  options: SocketsOptions = {},
): Promise<SocketList> {
  checkOptions("list sockets", options, SOCKETS, SOCKETS_ELSEWHERE);
  const wanted = check(options);
  const { process = false, namespace } = options;
  const list = libcAllowed()
    ? inside(namespace, () => readSockets(wanted))
    : await askSs(wanted, process !== false, namespace);
  return process === false ? list : owned(list, process);
}

function check(options: SocketsOptions): SocketQuery {
  const { states, protocol, family, port, process = false } = options;
  const wrong = (name: string, must: string, value: unknown): string =>
    `Cannot list sockets as '${name}' must be ${must}: current value is ${
      Deno.inspect(value)
    }`;
  const known = new Set(SOCKET_STATES.map(([name]) => name));
  const listed = states === undefined ? undefined : new Set(listOf(states));
  for (const state of listed ?? []) {
    if (!known.has(state)) {
      throw new TypeError(
        wrong("states", `of ${[...known].join(", ")}`, state),
      );
    }
  }
  const protocols = protocol === undefined
    ? PROTOCOLS.slice(0, 3)
    : listOf(protocol);
  for (const one of protocols) {
    if (!PROTOCOLS.includes(one)) {
      throw new TypeError(
        wrong("protocol", `of ${PROTOCOLS.join(", ")}`, one),
      );
    }
  }
  if (family !== undefined && family !== 4 && family !== 6) {
    throw new TypeError(wrong("family", "4 or 6", family));
  }
  if (
    port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)
  ) {
    throw new RangeError(wrong("port", "an integer from 1 to 65535", port));
  }
  if (!["boolean", "string", "number"].includes(typeof process)) {
    throw new TypeError(
      wrong("process", "a boolean, a name or a number", process),
    );
  }
  const inet = family !== undefined || port !== undefined;
  return {
    states: listed,
    port,
    protocols: inet ? protocols.filter((one) => one !== "unix") : protocols,
    families: family === undefined ? FAMILIES : [family],
  };
}

function listOf<T extends string>(from: T | Iterable<T>): T[] {
  return typeof from === "string" ? [from] : [...from];
}

/** The way without FFI: the text of ss, which sees this namespace alone. */
async function askSs(
  query: SocketQuery,
  processes: boolean,
  namespace: number | string | undefined,
): Promise<SocketList> {
  const { state } = await Deno.permissions.query({
    name: "run",
    command: "ss",
  });
  if (state !== "granted" || namespace !== undefined) {
    throw new PermissionError("this program may not ask the kernel", {
      code: "not-permitted",
      op: "list",
      target: "sockets",
      hint: namespace === undefined
        ? "run it with --allow-ffi, or with --allow-run=ss for the most of it"
        : "run it with --allow-ffi",
    });
  }
  const unix = query.protocols.includes("unix");
  const { success, stdout, stderr } = await new Deno.Command("ss", {
    args: [SS_OPTIONS + (unix ? "x" : "") + (processes ? "p" : "")],
    stdin: "null",
  }).output().catch((cause) => {
    throw new NetError("ss did not start", {
      code: "not-found",
      op: "list",
      target: "sockets",
      hint: "apt-get install iproute2",
      cause,
    });
  });
  if (!success) {
    throw new NetError(new TextDecoder().decode(stderr).trim(), {
      code: "failed",
      op: "list",
      target: "sockets",
    });
  }
  return parseSs(new TextDecoder().decode(stdout)).filter((one) =>
    query.protocols.includes(one.protocol) &&
    (one.family === undefined || query.families.includes(one.family)) &&
    fits(one, query)
  );
}

/** Adds the owners, and keeps what belongs to the one wanted. */
function owned(list: SocketList, process: true | string | number): SocketList {
  const owners = socketOwners();
  const named = new SocketList();
  for (const socket of list) {
    const processes = owners.get(socket.inode) ?? socket.processes;
    const fits = process === true ||
      processes?.some(({ pid, name }) => pid === process || name === process);
    if (fits) named.push(new Socket({ ...socket, processes }));
  }
  return named;
}
