/**
 * Clients that keep a server busy, on a thread of their own: each sends a
 * message, waits for as many octets, and sends the next.
 *
 * The program of a Worker; `compare_servers.ts` starts it.
 *
 * @module
 */

import type { Load, LoadOutcome } from "./compare_servers.ts";

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Load>) => void) | null;
  postMessage(outcome: LoadOutcome): void;
  close(): void;
};

scope.onmessage = async ({ data }) => {
  const { connect } = await import("node:net");
  const { hostname, port, connections, size, duration } = data;
  const message = new Uint8Array(size).fill(0x61);
  const latencies: number[] = [];
  const start = performance.now();
  let failed = 0;
  await Promise.all(
    Array.from({ length: connections }, () =>
      new Promise<void>((resolve) => {
        let asked = 0;
        let missing = 0;
        const socket = connect({ host: hostname, port, noDelay: true });
        const ask = () => {
          if (performance.now() - start >= duration) return socket.destroy();
          asked = performance.now();
          missing = size;
          socket.write(message);
        };
        // One that is not let in would wait for ever.
        const timer = setTimeout(() => socket.destroy(), duration);
        socket.on("connect", ask);
        socket.on("data", (chunk) => {
          missing -= chunk.length;
          if (missing > 0) return;
          latencies.push(performance.now() - asked);
          ask();
        });
        socket.on("error", () => failed++);
        socket.on("close", () => {
          clearTimeout(timer);
          resolve();
        });
      })),
  );
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ??
      Infinity;
  scope.postMessage({
    perSecond: sorted.length / (performance.now() - start) * 1000,
    p50: at(0.5),
    p99: at(0.99),
    failed,
  });
  scope.close();
};
