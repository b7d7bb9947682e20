/**
 * One run of the bench device_fleet: all of it in this process, its figures as
 * JSON on standard output.
 *
 * @module
 */

import { createServer, type Socket } from "node:net";
import { connect } from "../../lib/device/connect.ts";
import { fakeFleet } from "../../lib/device/fake/fleet.ts";
import { loadSsh2 } from "../../lib/ssh/ssh2.ts";

/** What a run came to. */
export interface FleetRun {
  /** Until all listen. */
  readonly listenSeconds: number;
  /** All sessions, from the first connect to the last close. */
  readonly seconds: number;
  /** What they took of processors: this thread's, and those of the runtime. */
  readonly cpuSeconds: number;
  /** The most memory that the process ever had, in octets. */
  readonly peak: number;
}

const COMMAND = "show version";

async function each(
  count: number,
  atOnce: number,
  visit: (index: number) => Promise<void>,
): Promise<Pick<FleetRun, "seconds" | "cpuSeconds">> {
  const start = performance.now();
  const before = cpuSeconds();
  let next = 0;
  const work = async () => {
    while (next < count) await visit(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return {
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: cpuSeconds() - before,
  };
}

/** Our sessions with our devices. */
async function devices(count: number, atOnce: number): Promise<FleetRun> {
  const start = performance.now();
  await using fleet = await fakeFleet(count);
  const listenSeconds = (performance.now() - start) / 1000;
  const figures = await each(count, atOnce, async (index) => {
    const device = fleet.devices[index]!;
    await using session = await connect({
      ...device.target,
      mode: "privileged",
      timeout: 120_000,
    });
    const { output } = await session.send(COMMAND);
    const isWhole = output.startsWith("Cisco IOS Software") &&
      output.includes(`\n${device.name} uptime is`) &&
      output.trimEnd().endsWith("Configuration register is 0x2102");
    if (!isWhole) throw new Error(`${device.name}: ${output}`);
  });
  return { listenSeconds, ...figures, peak: peak() };
}

/** ssh2 with itself: a login, a shell, six lines that are echoed and answered. */
async function bare(count: number, atOnce: number): Promise<FleetRun> {
  const { Client, Server, utils } = await loadSsh2();
  const { private: key } = utils.generateKeyPairSync("ed25519");
  const algorithms = {
    kex: ["curve25519-sha256"],
    serverHostKey: ["ssh-ed25519"],
    cipher: ["aes128-gcm@openssh.com"],
    compress: ["none"],
  } as const;
  const shared = algorithms as unknown as { kex: ["curve25519-sha256"] };
  const server = new Server(
    { hostKeys: [key], algorithms: shared },
    (client) => {
      client.on("error", () => {});
      client.on("authentication", (login) => login.accept());
      client.on("session", (accept) => {
        const session = accept();
        session.on("pty", (accept) => accept());
        session.on("shell", (accept) => {
          const channel = accept();
          channel.write("r1>");
          channel.on("data", (octets: Uint8Array) => {
            channel.write(octets);
            channel.write("\r\nr1>");
          });
        });
      });
    },
  );
  const listener = createServer((socket) => {
    socket.setNoDelay(true);
    server.injectSocket(socket);
  });
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  const { port } = listener.address() as { port: number };
  const net = await import("node:net");
  const visit = () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sock: Socket = net.connect(port, "127.0.0.1");
    sock.setNoDelay(true);
    const client = new Client();
    client.on("error", reject);
    client.on("close", () => resolve());
    client.on(
      "ready",
      () =>
        client.shell({ term: "vt100" }, (error, channel) => {
          if (error) return reject(error);
          let lines = 0;
          channel.on("data", (octets: Uint8Array) => {
            if (octets.at(-1) !== 62) return;
            if (lines++ < 6) channel.write("show\n");
            else client.end();
          });
        }),
    );
    client.connect({ sock, username: "a", password: "b", algorithms: shared });
    return promise;
  };
  const figures = await each(count, atOnce, visit);
  listener.close();
  return { listenSeconds: 0, ...figures, peak: peak() };
}

function cpuSeconds(): number {
  const text = Deno.readTextFileSync("/proc/self/stat");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // utime and stime (proc(5)), in hundredths.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function peak(): number {
  const text = Deno.readTextFileSync("/proc/self/status");
  return Number(/VmHWM:\s+(\d+)/.exec(text)?.[1]) * 1024;
}

if (import.meta.main) {
  const [job, count = "1000", atOnce = "32"] = Deno.args;
  const run = job === "ssh2" ? bare : devices;
  console.log(JSON.stringify(await run(Number(count), Number(atOnce))));
  Deno.exit(0);
}
