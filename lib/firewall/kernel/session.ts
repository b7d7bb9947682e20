/**
 * Whether new rules would end the SSH session that they are made from.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { libcAllowed } from "../../ffi/libc.ts";
import { namespaceId } from "../../ffi/namespace.ts";
import { type Address, address } from "../../ip/address.ts";
import { inside } from "../../linux/entering.ts";
import { route } from "../../linux/route_lookup.ts";
import type { Table } from "../model/ruleset.ts";
import { Connection, STATUS } from "../simulate/connections.ts";
import { wordsOf } from "../simulate/host.ts";
import { compile, type Simulator } from "../simulate/simulator.ts";
import { KernelState } from "../simulate/state.ts";
import { ESTABLISHED } from "../simulate/tcp_states.ts";
import { Tuple } from "../simulate/tuple.ts";

const TCP = 6;
const VARIABLE = "SSH_CONNECTION";

/** Both ends of a session. */
interface Session {
  readonly client: Address;
  readonly clientPort: number;
  readonly server: Address;
  readonly serverPort: number;
}

/**
 * Lets a packet of this program's SSH session, if it has one, and the answer
 * to it go through rules.
 *
 * @param tables The rules, as they will be.
 * @param namespace Where they will be; a session elsewhere is none of theirs.
 * @throws {NetError} With code `"would-cut"`, if they stop one of the two.
 */
export async function refuseToCutOneself(
  tables: readonly Table[],
  namespace: number | string | undefined,
): Promise<void> {
  if (
    namespace !== undefined && inside(namespace, namespaceId) !== namespaceId()
  ) {
    return;
  }
  const session = thisSession();
  if (session === undefined) return;
  const { client, clientPort, server, serverPort } = session;
  const device = await deviceTo(client);
  const state = new KernelState();
  state.connections.confirm(established(session));
  const simulator = simulatorOf(tables);
  if (simulator === undefined) return;
  const packet = { protocol: TCP, flags: ["ack"] };
  const inward = {
    ...packet,
    ...{ src: client, srcPort: clientPort, dst: server, dstPort: serverPort },
  };
  const outward = {
    ...packet,
    ...{ src: server, srcPort: serverPort, dst: client, dstPort: clientPort },
  };
  const ways = [
    [inward, { iifname: device, state }],
    [outward, { oifname: device, state }],
  ] as const;
  for (const [packet, context] of ways) {
    let trace;
    try {
      trace = simulator.trace(packet, context);
    } catch (error) {
      // What cannot be told here is no reason to refuse.
      if (error instanceof NetError && error.code === "unknown") continue;
      throw error;
    }
    if (trace.verdict !== "drop" && trace.verdict !== "reject") continue;
    throw new NetError(
      `it would cut the SSH session from ${client} that this is done from (${trace})`,
      { code: "would-cut", op: "apply rules", hint: "{ force: true }" },
    );
  }
}

function simulatorOf(tables: readonly Table[]): Simulator | undefined {
  try {
    return compile(tables);
  } catch (error) {
    // Rules that make no sense are for the kernel to refuse, in its words.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The session as its connection is tracked: answered, and alive. */
function established(session: Session): Connection {
  const { client, clientPort, server, serverPort } = session;
  const words = (address: Address) =>
    (address.family === 4
      ? [0, 0, 0, ...wordsOf(address)]
      : wordsOf(address)) as [number, number, number, number];
  const tuple = new Tuple(
    client.family,
    TCP,
    ...words(client),
    ...words(server),
    clientPort,
    serverPort,
    0,
  );
  const connection = new Connection(tuple);
  connection.tcp = ESTABLISHED;
  connection.status = STATUS.seenReply | STATUS.assured;
  return connection;
}

async function deviceTo(client: Address): Promise<string> {
  try {
    return (await route(client)).device ?? "?";
  } catch {
    return "?";
  }
}

function thisSession(): Session | undefined {
  const words = (ownVariable() ?? ancestorsVariable())?.split(" ");
  if (words?.length !== 4) return undefined;
  try {
    return {
      client: address(words[0]!),
      clientPort: Number(words[1]),
      server: address(words[2]!),
      serverPort: Number(words[3]),
    };
  } catch {
    return undefined;
  }
}

function ownVariable(): string | undefined {
  const { state } = Deno.permissions.querySync({
    name: "env",
    variable: VARIABLE,
  });
  return state === "granted" ? Deno.env.get(VARIABLE) : undefined;
}

/** sudo takes the variable away; who started it has it still. */
function ancestorsVariable(): string | undefined {
  // Nothing but all rights opens /proc, and nobody shall be asked for them.
  const { state } = Deno.permissions.querySync({ name: "read", path: "/proc" });
  if (state !== "granted" || !libcAllowed()) return undefined;
  try {
    for (let pid = Deno.ppid; pid > 1;) {
      const found = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0")
        .find((entry) => entry.startsWith(`${VARIABLE}=`));
      if (found !== undefined) return found.slice(VARIABLE.length + 1);
      const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
      // After the program's name, which may hold anything: state and parent.
      pid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    }
  } catch {
    // Another user's, or gone.
  }
  return undefined;
}
