/**
 * Agents that are none: one of our own that answers what a test says, and a relay
 * that spoils what a real one answers.
 *
 * @module
 */

import { PDU, type Pdu, readMessage } from "../../lib/snmp/asking/message.ts";
import { compareOids } from "../../lib/snmp/asking/oid.ts";
import { oidAt } from "../../lib/snmp/asking/values.ts";
import * as udp from "../../lib/socket/udp.ts";
import { message, pdu, type Variable } from "../unit/snmp/ber.ts";

/** What was asked. */
export interface Asked {
  /** 0 or 1: version 1 or 2c. */
  readonly version: 0 | 1;
  /** 0xa0 get, 0xa1 next, 0xa3 set, 0xa5 bulk. */
  readonly type: number;
  readonly id: number;
  readonly oids: readonly string[];
  /** How many it may answer behind each, in a bulk. */
  readonly repetitions: number;
  /** How many questions came before. */
  readonly before: number;
}

/** An agent on a port of its own. */
export interface Agent extends AsyncDisposable {
  readonly target: string;
  /** Questions so far. */
  readonly asked: readonly Asked[];
}

/** The right frame around some variables. */
export function answer(
  { version, id }: Pick<Asked, "version" | "id">,
  variables: readonly Variable[],
  status: readonly [number, number] = [0, 0],
): Uint8Array {
  return message(version, "public", pdu(0xa2, id, variables, status));
}

/** Starts an agent that answers as it is told, or not at all. */
export async function agent(
  reply: (asked: Asked) => Uint8Array | readonly Uint8Array[] | undefined,
): Promise<Agent> {
  const socket = await udp.open();
  const asked: Asked[] = [];
  const serving = (async () => {
    for await (const { data, from: sender } of socket) {
      const read = readMessage(data);
      if (read.version === 3) continue;
      const one = toAsked(read.version, read.pdu, asked.length);
      asked.push(one);
      const octets = reply(one) ?? [];
      const list = octets instanceof Uint8Array ? [octets] : octets;
      for (const each of list) await socket.send(each, sender);
    }
  })();
  return {
    target: `${socket.address}`,
    asked,
    async [Symbol.asyncDispose]() {
      await socket.close();
      await serving;
    },
  };
}

function toAsked(version: 0 | 1, pdu: Pdu, before: number): Asked {
  return {
    version,
    type: pdu.type,
    id: pdu.requestId,
    oids: Array.from(
      { length: pdu.places.length / 5 },
      (_, i) => oidAt(pdu, i),
    ),
    repetitions: pdu.errorIndex,
    before,
  };
}

/**
 * Starts an agent that has variables.
 *
 * @param variables What it has when it is asked that.
 */
export function holder(
  variables: (asked: Asked) => readonly Variable[],
): Promise<Agent> {
  return agent((asked) => {
    const all = variables(asked).toSorted(([a], [b]) => compareOids(a, b));
    const state = (tag: number) => Uint8Array.of(tag, 0);
    const behind = (oid: string): Variable =>
      all.find(([name]) => compareOids(name, oid) > 0) ?? [oid, state(0x82)];
    if (asked.type === PDU.get) {
      const found = asked.oids.map((oid): Variable =>
        all.find(([name]) => name === oid) ?? [oid, state(0x80)]
      );
      return answer(asked, found);
    }
    const found: Variable[] = [];
    let at = asked.oids;
    const times = asked.type === PDU.bulk ? asked.repetitions : 1;
    for (let n = 0; n < times; n++) {
      const row = at.map(behind);
      found.push(...row);
      at = row.map(([name]) => name);
    }
    return answer(asked, found);
  });
}

/** Which way a datagram goes. */
export type Way = "there" | "back";

/**
 * Starts a relay in front of an agent.
 *
 * @param target The agent.
 * @param spoil Gives what is passed on of a datagram: itself, another, several, none.
 */
export async function relay(
  target: string,
  spoil: (
    octets: Uint8Array,
    way: Way,
  ) => Uint8Array | readonly Uint8Array[] | undefined,
): Promise<Agent> {
  const front = await udp.open();
  const back = await udp.connect(target);
  let client: udp.Endpoint | undefined;
  const pass = async (octets: Uint8Array, way: Way) => {
    const out = spoil(octets, way) ?? [];
    const list = out instanceof Uint8Array ? [out] : out;
    for (const each of list) {
      await (way === "there" ? back.send(each) : front.send(each, client!))
        .catch(() => {});
    }
  };
  const there = (async () => {
    for await (const { data, from: sender } of front) {
      client = sender;
      await pass(data, "there");
    }
  })();
  const answers = (async () => {
    while (!back.closed) {
      try {
        await pass((await back.receive()).data, "back");
      } catch {
        // Closed, or nobody listens there just now.
      }
    }
  })();
  return {
    target: `${front.address}`,
    asked: [],
    async [Symbol.asyncDispose]() {
      await front.close();
      await back.close();
      await Promise.all([there, answers]);
    },
  };
}
