/**
 * A tap on a connection: a relay that passes everything on, and keeps it as
 * packets, which take no rights to be captured.
 *
 * @module
 */

import * as net from "../../mod.ts";

const { build, decode, ipv4, tcp } = net.packet;

/** What {@linkcode tap} gives. */
export interface Tap extends AsyncDisposable {
  /** Where to connect to. */
  readonly port: number;
  /** All packets so far, as of one capture. */
  readonly packets: readonly net.packet.Packet[];
  /** Waits for the end of the connections so far. */
  ended(): Promise<void>;
}

const CLIENT = "10.0.0.1";
const SERVER = "10.0.0.2";
const SERVER_PORT = 443;
const LINK_RAW = 101;
/** The most octets in a segment. */
const SEGMENT = 1400;

/**
 * Passes connections on to a port of this machine; in the capture their clients
 * have one port after the other.
 */
export function tap(target: number, firstPort = 50_000): Tap {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const packets: net.packet.Packet[] = [];
  const running: Promise<void>[] = [];
  let clientPort = firstPort;
  const accepting = (async () => {
    for await (const one of listener) {
      // Where nobody listens any more, the client hears of it by the close.
      running.push(pass(one, clientPort++).catch(() => one.close()));
    }
  })();

  async function pass(client: Deno.TcpConn, port: number): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: target });
    const next = { client: 1000, server: 5000 };
    const segment = (
      from: "client" | "server",
      flags: readonly ("SYN" | "ACK" | "FIN" | "PSH")[],
      octets: Uint8Array = new Uint8Array(),
    ) => {
      const isClient = from === "client";
      const [src, dst] = isClient ? [CLIENT, SERVER] : [SERVER, CLIENT];
      const [srcPort, dstPort] = isClient
        ? [port, SERVER_PORT]
        : [SERVER_PORT, port];
      const to = isClient ? "server" : "client";
      const seq = next[from];
      const ack = flags.includes("ACK") ? next[to] : 0;
      const { bytes } = build(
        ipv4({ src, dst }),
        tcp({ srcPort, dstPort, seq, ack, flags: [...flags] }),
        octets,
      );
      const timestamp = Temporal.Now.instant();
      packets.push(decode(bytes, { linkType: LINK_RAW, timestamp }));
      next[from] += octets.length +
        (flags.includes("SYN") || flags.includes("FIN") ? 1 : 0);
    };
    segment("client", ["SYN"]);
    segment("server", ["SYN", "ACK"]);
    segment("client", ["ACK"]);
    const copy = async (
      from: "client" | "server",
      source: Deno.TcpConn,
      sink: Deno.TcpConn,
    ) => {
      try {
        for await (
          const chunk of source.readable.values({ preventCancel: true })
        ) {
          for (let at = 0; at < chunk.length; at += SEGMENT) {
            segment(from, ["PSH", "ACK"], chunk.slice(at, at + SEGMENT));
          }
          for (let at = 0; at < chunk.length;) {
            at += await sink.write(chunk.subarray(at));
          }
        }
        segment(from, ["FIN", "ACK"]);
        await sink.closeWrite();
      } catch {
        // One side has gone: the other hears of it by the close below.
      }
    };
    await Promise.all([
      copy("client", client, server),
      copy("server", server, client),
    ]);
    for (const one of [client, server]) {
      try {
        one.close();
      } catch {
        // It is closed.
      }
    }
  }

  return {
    port: (listener.addr as Deno.NetAddr).port,
    packets,
    async ended() {
      await Promise.all(running);
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting.catch(() => {});
      await Promise.all(running);
    },
  };
}

/** Writes packets to a file. */
export async function writeCapture(
  path: string,
  packets: readonly net.packet.Packet[],
): Promise<void> {
  await using writer = await net.pcap.create(path, { overwrite: true });
  for (const packet of packets) await writer.write(packet);
}

const text = new TextDecoder();

/** Waits for the server's answer to lines that one gives it, one by one. */
export async function talk(
  port: number,
  keyLog: string,
  options: readonly string[],
  lines: readonly string[],
): Promise<void> {
  const client = new Deno.Command("openssl", {
    args: [
      ...["s_client", "-connect", `127.0.0.1:${port}`, "-quiet"],
      ...["-keylogfile", keyLog, ...options],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const input = client.stdin.getWriter();
  const output = client.stdout.getReader();
  for (const line of lines) {
    await input.write(new TextEncoder().encode(line));
    let answer = "";
    while (!answer.endsWith("\n")) {
      const { value, done } = await output.read();
      if (done) throw new Error(`no answer to ${line}`);
      answer += text.decode(value);
    }
  }
  client.kill("SIGTERM");
  await Promise.allSettled([input.close(), output.cancel(), client.status]);
}

/** What tshark reads with the same key log: by stream, the data in order. */
export async function tshark(
  path: string,
  keyLog: string,
  streams: number,
): Promise<string[]> {
  const { stdout } = await new Deno.Command("tshark", {
    args: [
      ...["-r", path, "-o", `tls.keylog_file:${keyLog}`, "-q"],
      ...Array.from(
        { length: streams },
        (_, n) => ["-z", `follow,tls,raw,${n}`],
      ).flat(),
    ],
    stdout: "piped",
    stderr: "null",
  }).output();
  const found: string[] = [];
  for (const part of text.decode(stdout).split(/^Filter: /m).slice(1)) {
    const [, stream] = /tcp\.stream eq (\d+)/.exec(part) ?? [];
    found[Number(stream)] = part.split("\n")
      .filter((line) => /^\t?(?:[0-9a-f]{2})+$/.test(line))
      .map((line) => text.decode(Uint8Array.fromHex(line.trim()))).join("");
  }
  return found;
}

/**
 * Connects, says nothing but what the options make the client say, and ends when
 * the handshake is over.
 *
 * @param session Where the session is to be when the server has sent its ticket.
 */
export async function silent(
  wire: Tap,
  keyLog: string,
  options: readonly string[],
  session?: string,
): Promise<void> {
  const client = new Deno.Command("openssl", {
    args: [
      ...["s_client", "-connect", `127.0.0.1:${wire.port}`],
      ...["-keylogfile", keyLog, ...options],
      ...session ? ["-sess_out", session] : [],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = client.stdout.getReader();
  for (let said = ""; !said.includes("Verify return code");) {
    const { value, done } = await output.read();
    if (done) throw new Error(`no handshake: ${said}`);
    said += text.decode(value);
  }
  while (session && !await Deno.stat(session).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  // It ends by itself when it has read all of its input.
  await client.stdin.close();
  while (!(await output.read()).done);
  await client.status;
  await wire.ended();
}

/** Waits until something has come over a wire, and then nothing for a while. */
export async function until(wire: Tap): Promise<void> {
  const before = wire.packets.length;
  for (let n = 0; n < 3000 && wire.packets.length === before; n++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await quiet(wire);
}

/** Waits until nothing has come over a wire for a while. */
async function quiet(wire: Tap): Promise<void> {
  let last = -1;
  while (last !== wire.packets.length) {
    last = wire.packets.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
