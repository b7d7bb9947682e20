/**
 * What a caller gets wrong of a lab that is up is told, and nothing is run.
 *
 * @module
 */

import assert from "node:assert/strict";
import { up } from "../../lib/lab/up.ts";
import { testUnless } from "../skip.ts";
import { withoutLabs } from "./lab_place.ts";

const reason = await withoutLabs();

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

testUnless(reason, "what a lab's calls do not take is told", async () => {
  await using lab = await up("pair");
  const host = lab.host("pc1");
  const [link] = lab.links;
  const calls: readonly [RegExp, () => unknown][] = [
    [/mean "timeout"/, () => host.exec("true", wrong({ timeOut: 5 }))],
    [/Try: stdin/, () => host.exec("cat", wrong({ input: "x" }))],
    [/must be an object/, () => host.exec("ip", wrong("route"))],
    [/'stdin' must be/, () => host.exec("cat", { stdin: wrong(5) })],
    [
      /'env' must be an object of texts/,
      () => host.exec("env", { env: wrong({ A: 5 }) }),
    ],
    [/'command' must be a text or a list/, () => host.exec(wrong(undefined))],
    [/'command' must be a text or a list/, () => host.spawn(wrong(["a", 5]))],
    [/Try: exec\(\)/, () => host.spawn("sleep 9", wrong({ timeout: 5 }))],
    [
      /mean "timeout"/,
      () => host.run(() => 1, undefined, wrong({ timeOut: 5 })),
    ],
    // Its letters would be its arguments.
    [/'shell' must be a list/, () => host.shellCommand(wrong("bash"))],
    [/Try: duration/, () => host.capture("eth0", wrong({ timeout: 5 }))],
    [/must be an object/, () => host.capture("eth0", wrong("tcp"))],
    [/'device' must be a text/, () => host.capture(wrong({ filter: "tcp" }))],
    [/mean "filter"/, () => link!.capture(wrong({ filters: "tcp" }))],
    [/'from' must be a list/, () => lab.reachability({ from: wrong("pc1") })],
    // Nobody would be asked, and nobody found out of reach.
    [/'from' must be a list of one or more/, () => lab.pingAll({ from: [] })],
    [/'probes' must be a list of one/, () => lab.reachability({ probes: [] })],
    [/Try: probes/, () => lab.reachability(wrong({ port: 80 }))],
    [/"probes" is no option/, () => lab.pingAll(wrong({ probes: ["tcp/80"] }))],
    [/'family' must be 4 or 6/, () => lab.pingAll({ family: wrong("4") })],
    [/'to' must be a text/, () => lab.trace("pc1", wrong(undefined))],
  ];
  for (const [message, call] of calls) {
    const error = { name: "TypeError", message };
    await assert.rejects(async () => await call(), error);
  }
  await assert.rejects(lab.trace("pc1", "pc2", { maxHops: 0 }), {
    name: "RangeError",
    message: /'maxHops' must be a whole number from 1 to 255/,
  });
  // What takes IPv6 finds no address here, which is not that all is well.
  assert.equal((await lab.pingAll({ family: 6 })).isComplete, false);
  assert.ok((await lab.pingAll()).isComplete);
});
