/**
 * A place to try the fabric in: namespaces, cables, and programs in them. All
 * of it is this process's own, and gone with it.
 *
 * @module
 */

import { libc } from "../../lib/ffi/libc.ts";
import {
  createNetworkNamespace,
  inNamespace,
} from "../../lib/ffi/namespace.ts";
import { Burst } from "../../lib/lab/fabric_frame.ts";
import { PacketSocket } from "../../lib/lab/packet_socket.ts";
import { setOffloads } from "../../lib/linux/device.ts";

const decoder = new TextDecoder();

/**
 * Why the fabric's tests cannot run in this process; without rights they run in
 * another, which `fabric_unprivileged_test.ts` starts.
 */
export function withoutNamespaces(): string | undefined {
  try {
    libc().close(createNetworkNamespace());
    return undefined;
  } catch (error) {
    return `no namespaces of its own (${(error as Error).message})`;
  }
}

/** A real cable's end without a machine: frames in and out as they are. */
export class Wire implements Disposable {
  readonly #socket: PacketSocket;
  readonly #burst = new Burst();

  /** Opens the interface of a namespace. */
  constructor(netns: number, name: string) {
    this.#socket = inNamespace(netns, () => PacketSocket.open(name));
  }

  /** Sends a frame, given as octets from the destination address on. */
  send(frame: Uint8Array): void {
    const bytes = new Uint8Array(10 + frame.length);
    bytes.set(frame, 10);
    const sent = libc().send(this.#socket.fd, bytes, bytes.length, 0);
    if (sent < 0) throw new Error("frame not sent");
  }

  /** Gives what waits: frames with their tags in place. */
  take(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (;;) {
      const count = this.#burst.receive(this.#socket);
      if (count <= 0) return frames;
      for (const frame of this.#burst.frames.slice(0, count)) {
        frame.restoreTag();
        frames.push(frame.content.slice());
      }
    }
  }

  /** Gives what comes until there are so many frames, or the time is up. */
  async collect(count: number, ms = 20_000): Promise<Uint8Array[]> {
    const frames = this.take();
    for (const end = performance.now() + ms; frames.length < count;) {
      if (performance.now() > end) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
      frames.push(...this.take());
    }
    return frames;
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

/**
 * A frame out of hex: destination, source, tags and EtherType, and a payload
 * that fills it up to the least length.
 */
export function frameOf(hex: string, payload = new Uint8Array(46)): Uint8Array {
  const head = Uint8Array.fromHex(hex.replace(/[^0-9a-f]/g, ""));
  const frame = new Uint8Array(head.length + payload.length);
  frame.set(head);
  frame.set(payload, head.length);
  return frame;
}

/** A moment for what is under way. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until something holds: for at most some milliseconds, else it throws. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  ms = 30_000,
): Promise<void> {
  for (const end = performance.now() + ms; !await holds();) {
    if (performance.now() > end) {
      throw new Error(`not within ${ms} ms: ${holds}`);
    }
    await pause(20);
  }
}

/** Namespaces, and what runs in them. */
export class Bed implements AsyncDisposable {
  readonly #namespaces: number[] = [];
  readonly #children: Deno.ChildProcess[] = [];

  /** Makes a namespace, loopback up, without addresses that nobody asked for. */
  namespace(): number {
    const netns = createNetworkNamespace();
    this.#namespaces.push(netns);
    inNamespace(netns, () => {
      for (const scope of ["default", "all"]) {
        const path = `/proc/sys/net/ipv6/conf/${scope}/disable_ipv6`;
        // Without rights over /proc/sys the noise of IPv6 has to be borne.
        try {
          Deno.writeTextFileSync(path, "1");
        } catch { /* as it is */ }
      }
    });
    this.ip(netns, "link set lo up");
    return netns;
  }

  /** Lays a virtual cable; both ends are up. */
  cable(a: number, aName: string, b: number, bName: string, mtu = 1500): void {
    this.ip(
      a,
      `link add name ${aName} mtu ${mtu} type veth peer name ${bName} mtu ${mtu} netns /proc/${Deno.pid}/fd/${b}`,
      `link set dev ${aName} up`,
    );
    this.ip(b, `link set dev ${bName} up`);
  }

  /** A host on a cable to a namespace: `h0` there, `name` here. */
  host(to: number, name: string, address: string, mtu = 1500): number {
    const host = this.namespace();
    this.cable(to, name, host, "h0", mtu);
    this.ip(host, `addr add ${address} dev h0`);
    return host;
  }

  /** Makes what an interface sends such as a real cable carries. */
  offloads(netns: number, name: string, on: boolean): void {
    inNamespace(netns, () => setOffloads(name, on));
  }

  /** Runs `ip` once with these lines. */
  ip(netns: number, ...lines: readonly string[]): void {
    const file = Deno.makeTempFileSync();
    try {
      Deno.writeTextFileSync(file, `${lines.join("\n")}\n`);
      this.run(netns, "ip", "-batch", file);
    } finally {
      Deno.removeSync(file);
    }
  }

  /** Runs a program to its end; gives what it wrote. */
  run(netns: number, command: string, ...args: readonly string[]): string {
    const { stdout, stderr, success } = inNamespace(
      netns,
      () => new Deno.Command(command, { args: [...args] }).outputSync(),
    );
    if (!success) {
      throw new Error(
        `${command} ${args.join(" ")}: ${decoder.decode(stderr)}${
          decoder.decode(stdout)
        }`,
      );
    }
    return decoder.decode(stdout);
  }

  /** Whether one echo request is answered within some milliseconds. */
  async pings(netns: number, to: string, ms = 1000): Promise<boolean> {
    const text = await this.output(
      netns,
      "ping",
      ...["-n", "-c", "1", "-W", `${ms / 1000}`, to],
    );
    return / 1 received/.test(text);
  }

  /** Runs a program to its end without stopping the rest; gives what it wrote. */
  async output(
    netns: number,
    command: string,
    ...args: readonly string[]
  ): Promise<string> {
    const child = inNamespace(
      netns,
      () =>
        new Deno.Command(command, {
          args: [...args],
          stdout: "piped",
          stderr: "null",
        }).spawn(),
    );
    return decoder.decode((await child.output()).stdout);
  }

  /** Starts a program that the bed ends, if nobody did. */
  spawn(
    netns: number,
    command: string,
    ...args: readonly string[]
  ): Deno.ChildProcess {
    const child = inNamespace(
      netns,
      () =>
        new Deno.Command(command, {
          args: [...args],
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }).spawn(),
    );
    this.#children.push(child);
    return child;
  }

  /** Ends what runs and closes the namespaces. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      try {
        child.kill("SIGKILL");
      } catch { /* it has ended */ }
      await child.status;
      for (const stream of [child.stdout, child.stderr]) {
        if (!stream.locked) await stream.cancel();
      }
    }
    for (const netns of this.#namespaces) libc().close(netns);
  }
}

/**
 * Captures with tshark, which unlike tcpdump does not insist on another user.
 *
 * @returns Ends it; gives the fields of each frame.
 */
export async function tshark(
  bed: Bed,
  netns: number,
  name: string,
  filter: string,
  ...fields: readonly string[]
): Promise<() => Promise<string[][]>> {
  const child = bed.spawn(
    netns,
    "tshark",
    ...["-i", name, "-f", filter, "-l", "-n", "-B", "64", "-T", "fields"],
    ...["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"],
    ...fields.flatMap((field) => ["-e", field]),
  );
  const output = new Response(child.stdout).text();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !/Capture started/.test(text);) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`tshark ended: ${text}`);
    text += value;
  }
  reader.cancel();
  return async () => {
    // What was captured takes it a moment to read.
    await pause(500);
    child.kill("SIGINT");
    return (await output).trim().split("\n").map((line) => line.split("\t"));
  };
}
