/**
 * A session with a router, beside netmiko: connect and enable, show a long
 * output, configure ten lines, leave. The router is our fake one, at once and
 * at the other end of a cable of 20 ms there and back.
 *
 * The long output has lines that look like the router's prompt: who cuts it
 * there is told. netmiko is as Debian has it, told nothing but what it must be;
 * its loading is left out.
 *
 * @module
 */

import { connect as dial, createServer, type Socket } from "node:net";
import { connect } from "../../lib/device/connect.ts";
import { fake } from "../../lib/device/fake/fake.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { pythonPeer } from "./peers.ts";
import { median } from "./pty.ts";

const ROUNDS = 9;
/** netmiko takes seconds for one. */
const THEIR_ROUNDS = 3;
const GOAL = 10;

const NAME = "core1";
const SHOW = "show tech-support";
const LINES = Array.from(
  { length: 5 },
  (_, i) => [`interface Loopback${i + 100}`, ` description link ${i}`],
).flat();
/** 2,000 lines, some of them the prompt and a word. */
const LONG = Array.from(
  { length: 2000 },
  (_, i) =>
    i % 500 === 250
      ? `${NAME}# seen in a log`
      : `${i} GigabitEthernet0/${i % 48} is up, line protocol is up`,
).join("\n");

/** Milliseconds for each part, and how much of the long output there was. */
interface Times {
  readonly connect: number;
  readonly show: number;
  readonly configure: number;
  readonly whole: number;
  readonly kept: number;
}

const NETMIKO = `
import json, sys, time
from netmiko import ConnectHandler
given = json.load(sys.stdin)
answers = []
for _ in range(given["rounds"]):
    clock = time.perf_counter
    start = clock()
    session = ConnectHandler(device_type="cisco_ios", host=given["host"], port=given["port"], username=given["user"],
                             password=given["password"], secret=given["secret"], allow_agent=False, use_keys=False)
    session.enable()
    connected = clock()
    output = session.send_command(given["show"])
    shown = clock()
    session.send_config_set(given["lines"])
    configured = clock()
    session.disconnect()
    answers.append({"connect": connected - start, "show": shown - connected, "configure": configured - shown,
                    "whole": clock() - start, "output": output})
for answer in answers:
    for key in ("connect", "show", "configure", "whole"):
        answer[key] *= 1000
    answer["kept"] = len("\\n".join(answer.pop("output").splitlines()))
json.dump(answers, sys.stdout)`;

/** A cable to a port, as long as half of the milliseconds in each direction. */
async function cable(
  to: number,
  rtt: number,
): Promise<{ port: number } & Disposable> {
  const sockets = new Set<Socket>();
  const carry = (from: Socket, to: Socket) => {
    sockets.add(from);
    // One after the other, in order: timers of one length do not overtake.
    const later = (run: () => void) => setTimeout(run, rtt / 2);
    from.setNoDelay(true);
    from.on("data", (octets) => later(() => to.write(octets)));
    from.on("end", () => later(() => to.end()));
    from.on("error", () => to.destroy());
    from.on("close", () => {
      sockets.delete(from);
      later(() => to.destroy());
    });
  };
  const server = createServer((near) => {
    const far = dial(to, "127.0.0.1");
    carry(near, far);
    carry(far, near);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as { port: number }).port,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

interface Place {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly secret: string;
}

async function ours(place: Place): Promise<Times> {
  const start = performance.now();
  const session = await connect({
    ...place,
    platform: "cisco_ios",
    host: "127.0.0.1",
    ssh: { hostKeys: "any", agent: false, config: false },
    mode: "privileged",
  });
  const connected = performance.now();
  const { output } = await session.send(SHOW);
  const shown = performance.now();
  const { failed } = await session.configure(LINES, { baseline: false });
  const configured = performance.now();
  await session.close();
  if (failed) throw new Error("a line was refused");
  if (output !== LONG) throw new Error(`${output.length} of ${LONG.length}`);
  return {
    connect: connected - start,
    show: shown - connected,
    configure: configured - shown,
    whole: performance.now() - start,
    kept: output.length,
  };
}

function middle(all: readonly Times[]): Times {
  const of = (key: keyof Times) => median(all.map((one) => one[key]));
  return {
    connect: of("connect"),
    show: of("show"),
    configure: of("configure"),
    whole: of("whole"),
    kept: of("kept"),
  };
}

/** Prints the table. */
export async function bench(): Promise<void> {
  await using router = await fake("cisco_ios", {
    name: NAME,
    answers: { [SHOW]: LONG },
  });
  const { user, password, enableSecret: secret = "" } = router;
  const rows = [];
  for (const rtt of [0, 20]) {
    using way = rtt === 0
      ? { port: router.port, [Symbol.dispose]() {} }
      : await cable(router.port, rtt);
    const place = { port: way.port, user, password, secret };
    const mine: Times[] = [];
    for (let i = 0; i < ROUNDS; i++) mine.push(await ours(place));
    const us = middle(mine.slice(2));
    for (const line of LINES) {
      if (!router.config.includes(line)) throw new Error(`no ${line}`);
    }
    const answers = await pythonPeer<Times[]>(NETMIKO, {
      ...place,
      host: "127.0.0.1",
      rounds: THEIR_ROUNDS,
      show: SHOW,
      lines: LINES,
    });
    const them = answers && middle(answers);
    for (const part of ["connect", "show", "configure", "whole"] as const) {
      rows.push({
        "round trip": inspect.duration(rtt),
        part,
        ours: inspect.duration(us[part]),
        netmiko: them ? inspect.duration(them[part]) : "-",
        faster: them ? `${(them[part] / us[part]).toFixed(0)}×` : "-",
        goal: part === "whole" ? `${GOAL}×` : "",
        "ours kept": part === "show" ? `${us.kept} of ${LONG.length}` : "",
        "netmiko kept": part === "show" && them
          ? `${them.kept} of ${LONG.length}`
          : "",
      });
    }
  }
  console.log(inspect.table(rows, {
    title: "A router: connect and enable, show 2,000 lines, configure 10",
    canvas: inspect.canvas({ colors: Deno.stdout.isTerminal(), width: 120 }),
  }));
}

if (import.meta.main) await bench();
