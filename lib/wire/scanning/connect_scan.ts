/**
 * Ports asked by whole connections, which anybody may make.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import type { Address } from "../../ip/address.ts";
import { dial } from "./dial.ts";
import { pause } from "../finding/hearing.ts";
import type { Inquiry, InquiryOptions } from "./inquiry.ts";
import { ANSWERS } from "./techniques.ts";

/** Connections that are tried at a time. */
const AT_ONCE = 256;
/** Of those, how many are left when the system has no room for more. */
const FEWEST = 4;
/** Milliseconds until room may have come free. */
const REST = 20;
/** What the system says when there are no descriptors or no ports left. */
const NO_ROOM: readonly string[] = ["EMFILE", "ENFILE", "EADDRNOTAVAIL"];

/** Who is asked, and how. */
export interface ConnectScanOptions extends InquiryOptions {
  /** The hosts. */
  readonly hosts: readonly Address[];
  /** The ports; port `p` of host `h` is target `h × ports + p`. */
  readonly ports: readonly number[];
  /** Another network namespace: a descriptor of it, or its file. */
  readonly namespace?: number | string | undefined;
}

/**
 * Tries to connect to all ports, and again to those that gave no answer.
 *
 * @param options Who is asked, and how fast.
 * @returns The answers.
 * @throws {PermissionError} Without `--allow-net` for them.
 * @throws The signal's reason, if it aborts.
 *
 * @example
 * ```ts
 * import { connectScan } from "./connect_scan.ts";
 * import { parse } from "../../ip/address.ts";
 * import assert from "node:assert/strict";
 *
 * using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = server.addr;
 * const { answers } = await connectScan({
 *   hosts: [parse("127.0.0.1")], ports: [port],
 *   targets: 1, rate: Infinity, retry: 0, timeout: 1000,
 * });
 * assert.equal(answers[0], 5);
 * ```
 */
export async function connectScan(
  options: ConnectScanOptions,
): Promise<Inquiry> {
  const { hosts, ports, targets, rate, retry, timeout, namespace } = options;
  const answers = new Uint8Array(targets);
  // One that fails ends the others.
  const own = new AbortController();
  const signal = options.signal === undefined
    ? own.signal
    : AbortSignal.any([options.signal, own.signal]);
  const goal = targets * (1 + retry);
  let atOnce = AT_ONCE;
  let probes = 0;
  let settled = 0;
  let due = performance.now();

  const ask = async (target: number): Promise<void> => {
    const host = hosts[Math.floor(target / ports.length)]!;
    const port = ports[target % ports.length]!;
    const started = performance.now();
    probes++;
    const dialled = await dial(host, port, { timeout, namespace, signal });
    if ("connection" in dialled) dialled.connection.close();
    const answer = ANSWERS.indexOf(dialled.answer);
    if (answer !== 0) {
      answers[target] = answer;
      settled += retry;
      options.heard?.(target, answer, true, performance.now() - started);
    }
    options.progress?.(Math.min(goal, ++settled), goal);
  };

  /** Tries all of them, so many at a time as the system lets us. */
  const askAll = async (pending: readonly number[]): Promise<void> => {
    const left = pending.toReversed();
    const worker = async (index: number): Promise<void> => {
      while (left.length > 0 && index < atOnce) {
        const wait = due - performance.now();
        due = Math.max(due, performance.now()) + 1000 / rate;
        const target = left.pop()!;
        if (wait > 1) await pause(wait, { signal });
        try {
          await ask(target);
        } catch (error) {
          const { code } = error as { code?: string };
          if (error instanceof NetError || !NO_ROOM.includes(code ?? "")) {
            own.abort(error);
            throw error;
          }
          left.push(target);
          atOnce = Math.max(FEWEST, atOnce >> 1);
          await pause(REST, { signal });
        }
      }
    };
    const results = await Promise.allSettled(
      Array.from(
        { length: Math.min(atOnce, left.length) },
        (_, i) => worker(i),
      ),
    );
    options.signal?.throwIfAborted();
    const failed = results.find(({ status }) => status === "rejected");
    if (failed !== undefined) throw own.signal.reason;
  };

  let round = 0;
  let pending = shuffledOrder(targets);
  for (; round <= retry && pending.length > 0; round++) {
    await askAll(pending);
    pending = pending.filter((target) => answers[target] === 0);
  }
  options.progress?.(goal, goal);
  return { answers, probes, rounds: round };
}

function shuffledOrder(count: number): number[] {
  return Array.from({ length: count }, (_, i) => [Math.random(), i] as const)
    .sort(([a], [b]) => a - b).map(([, i]) => i);
}
