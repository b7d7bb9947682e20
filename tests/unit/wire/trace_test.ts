import assert from "node:assert/strict";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { parse } from "../../../lib/ip/address.ts";
import {
  Trace,
  type TraceAnswer,
  type TraceHop,
  Traces,
} from "../../../lib/wire/tracing/trace.ts";

const target = parse("192.0.2.9");
const source = parse("10.0.0.1");
const wide = { canvas: canvas({ width: 100 }) };

/** Hops from who answered each flow, `*` for nobody; `!` ends a flow. */
function traceOf(...rows: (readonly string[])[]): Trace {
  const hops = rows.map((row, i): TraceHop => {
    const answers = row.flatMap((who, flow): TraceAnswer[] =>
      who === "*" || who === "" ? [] : [{
        target,
        hop: i + 1,
        flow: flow + 1,
        from: parse(who.replace("!", "")),
        rtt: 1,
        kind: who === "192.0.2.9"
          ? "arrived"
          : who.endsWith("!")
          ? "unreachable"
          : "expired",
        mark: who.endsWith("!") ? "!X" : undefined,
        mtu: undefined,
        port: undefined,
        labels: [],
        hopLimit: 60,
      }]
    );
    const addresses = new Map(
      answers.map(({ from }) => [String(from), from] as const),
    );
    const silent = row.flatMap((who, flow) => who === "*" ? [flow + 1] : []);
    return { hop: i + 1, addresses: [...addresses.values()], answers, silent };
  });
  const flows = rows[0]!.length;
  return new Trace({
    source,
    target,
    protocol: "udp",
    port: 33434,
    flows,
    hops,
  });
}

Deno.test("ways that part and meet are drawn once", () => {
  const trace = traceOf(
    ["10.0.0.2", "10.0.0.2", "10.0.0.2"],
    ["10.1.0.2", "10.2.0.2", "10.1.0.2"],
    ["10.3.0.2", "10.3.0.2", "10.3.0.2"],
    ["192.0.2.9", "192.0.2.9", "192.0.2.9"],
  );
  assert.deepEqual(trace.ways.map(({ flows }) => flows), [[1, 3], [2]]);
  assert.equal(
    trace.tree(wide).replaceAll(/ {2}(1 ms|flow).*/g, ""),
    [
      "10.0.0.1",
      "└─ 1  10.0.0.2",
      "   ├─ 2  10.1.0.2",
      "   │  ├─ 3  10.3.0.2",
      "   │  └─ 4  192.0.2.9",
      "   └─ 2  10.2.0.2",
      "      └─ 3  10.3.0.2  as above",
    ].join("\n"),
  );
  assert.match(
    Deno.inspect(trace),
    /^10\.0\.0\.1 to 192\.0\.2\.9, udp\/33434, reached/,
  );
});

Deno.test("a flow that finds no answer where all others find one router has passed it", () => {
  const trace = traceOf(
    ["10.0.0.2", "*", "10.0.0.2"],
    ["192.0.2.9", "192.0.2.9", "192.0.2.9"],
  );
  assert.equal(trace.ways.length, 1);
  assert.deepEqual(trace.paths[1]?.map(String), ["undefined", "192.0.2.9"]);
  assert.doesNotMatch(trace.tree(wide), /\*/);
});

Deno.test("silent hops at the end are counted, not listed", () => {
  const trace = traceOf(["10.0.0.2"], ["*"], ["10.0.0.4"], ["*"], ["*"], ["*"]);
  assert.equal(trace.reached, false);
  assert.equal(trace.hops.length, 3);
  assert.equal(trace.silentHops, 3);
  assert.match(Deno.inspect(trace), /^ *4–6 {2}\*$/m);
  assert.match(trace.tree(wide), /├─ 2 {2}\*\n└─ 3 {2}10\.0\.0\.4/);
});

Deno.test("a flow ends where it cannot go on", () => {
  const trace = traceOf(["10.0.0.2", "10.0.0.2!"], ["192.0.2.9", ""]);
  assert.deepEqual(trace.paths.map((path) => path.length), [2, 1]);
  assert.match(Deno.inspect(trace), /!X/);
});

Deno.test("ways to several targets are one tree", () => {
  const traces = new Traces([
    traceOf(["10.0.0.2"], ["192.0.2.9"]),
    traceOf(["10.0.0.2"], ["192.0.2.9"]),
  ]);
  assert.equal([...traces].length, 2);
  assert.equal(traces.tree(wide).split("\n").length, 3);
  assert.equal(JSON.parse(JSON.stringify(traces))[0].target, "192.0.2.9");
});

Deno.test("a long row of hops is not indented more and more", () => {
  const rows = Array.from({ length: 60 }, (_, i) => [`10.9.${i}.1`]);
  const lines = traceOf(...rows).tree(wide).split("\n");
  assert.equal(lines.length, 61);
  assert.match(lines.at(-1)!, /^└─ 60 {2}10\.9\.59\.1/);
});
