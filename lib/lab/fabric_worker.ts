/**
 * The fabric's own thread. It waits in the kernel for frames, and for the
 * event descriptor by which it is told that a command has come; commands
 * themselves are messages, and are read between two waits.
 *
 * @module
 */

import { libc } from "../ffi/libc.ts";
import { NetError } from "../errors.ts";
import { Burst } from "./fabric_frame.ts";
import { FabricLink } from "./fabric_link.ts";
import { Loop } from "./fabric_loop.ts";
import type { Answer, Command, FabricStats, Failure } from "./fabric_spec.ts";
import { FabricSwitch } from "./fabric_switch.ts";

/** A worker's global scope, of which the types of the main one know nothing. */
interface Scope {
  postMessage(message: unknown): void;
  close(): void;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
}
const scope = globalThis as unknown as Scope;

const loop = new Loop();
const surroundings = { loop, burst: new Burst() };
const switches = new Map<string, FabricSwitch>();
const links = new Map<string, FabricLink>();

function work(command: Command): FabricStats | undefined {
  loop.now = performance.now();
  switch (command.do) {
    case "switch":
      add(
        switches,
        command.spec.name,
        "switch",
        () => new FabricSwitch(command.spec, surroundings),
      );
      return;
    case "link":
      add(
        links,
        command.spec.name,
        "link",
        () => new FabricLink(command.spec, surroundings),
      );
      return;
    case "update": {
      const link = links.get(command.name);
      if (link === undefined) throw missing("change", `link ${command.name}`);
      link.update(command.change);
      return;
    }
    case "remove": {
      const { name } = command;
      const found = links.get(name) ?? switches.get(name);
      if (found === undefined) throw missing("remove", name);
      found[Symbol.dispose]();
      if (!links.delete(name)) switches.delete(name);
      return;
    }
    case "stats":
      return {
        switches: [...switches.values()].map((one) => one.stats()),
        links: [...links.values()].map((one) => one.stats()),
      };
    case "stop":
      for (const one of [...switches.values(), ...links.values()]) {
        one[Symbol.dispose]();
      }
      loop[Symbol.dispose]();
  }
}

function add<T>(
  to: Map<string, T>,
  name: string,
  what: string,
  make: () => T,
): void {
  if (switches.has(name) || links.has(name)) {
    throw new NetError("there is one of that name", {
      code: "exists",
      op: `add ${what}`,
      target: name,
    });
  }
  to.set(name, make());
}

function missing(op: string, target: string): NetError {
  return new NetError("there is none of that name", {
    code: "not-found",
    op,
    target,
  });
}

/** Errors lose their own fields on the way to another thread. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: `${error}` };
  const { name, message } = error;
  if (!(error instanceof NetError)) return { name, message };
  const { code, op, target, hint } = error;
  const start = `Cannot ${op}${target === undefined ? "" : ` ${target}`}: `;
  const end = hint === undefined ? "" : `. Try: ${hint}`;
  const reason = message.slice(start.length, message.length - end.length);
  return { name, message, facts: { reason, code, op, target, hint } };
}

/** Gives the messages one by one, those too that came while nobody asked. */
function messages(): () => Promise<unknown> {
  const waiting: unknown[] = [];
  let wake = () => {};
  scope.onmessage = ({ data }) => {
    waiting.push(data);
    wake();
  };
  return async () => {
    while (waiting.length === 0) {
      await new Promise<void>((resolve) => wake = resolve);
    }
    return waiting.shift();
  };
}

const next = messages();
const event = await next() as number;
let commands = 0;
const counter = new BigUint64Array(1);
const counterOctets = new Uint8Array(counter.buffer);
loop.watch(event, () => {
  libc().read(event, counterOctets, 8);
  commands = Number(counter[0]);
  loop.stop();
});
for (let isOpen = true; isOpen;) {
  loop.run();
  for (; commands > 0; commands--) {
    const command = await next() as Command;
    let answer: Answer;
    try {
      answer = { ok: true, value: work(command) };
    } catch (error) {
      answer = { ok: false, failure: failureOf(error) };
    }
    if (command.do === "stop") isOpen = false;
    scope.postMessage(answer);
  }
}
scope.close();
