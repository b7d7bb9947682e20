/**
 * A cable between two networks, with somebody who listens at its far end.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Packet } from "../../lib/packet/packet.ts";
import { open } from "../../lib/pcap/open.ts";
import { becomes } from "../lab/lab_place.ts";
import { inside, type OwnNetwork, ownNetwork } from "../lab/own_network.ts";

/** The near end is a's e0, 10.0.0.1 and fd00::1; the far end b's e1, which end in 2. */
export interface Cable extends Disposable {
  readonly a: OwnNetwork;
  readonly b: OwnNetwork;
}

export const NEAR = "02:00:00:00:00:01";
export const FAR = "02:00:00:00:00:02";

/** Makes it. Nothing but the tests sends on it. */
export async function cable(): Promise<Cable> {
  using stack = new DisposableStack();
  const [a, b] = [stack.use(ownNetwork()), stack.use(ownNetwork())];
  const there = `/proc/${Deno.pid}/fd/${b.namespace}`;
  const link =
    `link add name e0 address ${NEAR} type veth peer name e1 address ${FAR} netns ${there}`;
  a.run("ip", ...link.split(" "));
  for (const [network, name, last] of [[a, "e0", 1], [b, "e1", 2]] as const) {
    network.run("ip", "link", "set", name, "addrgenmode", "none");
    network.run("ip", "addr", "add", `10.0.0.${last}/24`, "dev", name);
    network.run("ip", "addr", "add", `fd00::${last}/64`, "dev", name, "nodad");
    network.run("ip", "link", "set", name, "up");
  }
  for (const [network, name] of [[a, "e0"], [b, "e1"]] as const) {
    const isUp = () =>
      network.run("ip", "-br", "link", "show", name).includes(" UP ");
    assert.ok(await becomes(isUp));
  }
  const kept = stack.move();
  return { a, b, [Symbol.dispose]: () => kept.dispose() };
}

/**
 * Writes a pcap file of what comes in by an interface, with the kernel's stamps,
 * until its standard input ends. (Where one is root of a user namespace alone,
 * tcpdump fails, since it insists on another user; dumpcap misses the first
 * packets.)
 */
const HEAR = `
import select, socket, struct, sys
ETH_P_ALL, SO_TIMESTAMPNS, OUTGOING = 3, 35, 4
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
for option in (33, socket.SO_RCVBUF):
    try: s.setsockopt(socket.SOL_SOCKET, option, 64 << 20)
    except OSError: pass
s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
s.bind((sys.argv[1], ETH_P_ALL))
s.setblocking(False)
out = sys.stdout.buffer
out.write(struct.pack("<IHHIIII", 0xa1b23c4d, 2, 4, 0, 0, 262144, 1))
out.flush()
over = False
while True:
    ready, _, _ = select.select([s] if over else [s, sys.stdin], [], [], 0 if over else None)
    if sys.stdin in ready: over = True
    if s not in ready:
        if over: break
        continue
    try:
        while True:
            data, control, _, address = s.recvmsg(65600, 128)
            if address[2] == OUTGOING: continue
            seconds, fraction = struct.unpack("=qq", control[0][2])
            out.write(struct.pack("<IIII", seconds, fraction, len(data), len(data)) + data)
    except BlockingIOError: out.flush()
out.flush()
`;

/** Somebody who listens. */
export interface Listener {
  /** Ends it, once so many packets have come or nothing comes any more. */
  packets(count: number): Promise<Packet[]>;
}

/** Octets of a pcap file's header. */
const HEADER = 24;

/**
 * Starts to listen.
 *
 * @param is What to take: what the kernels say to each other is none of ours.
 */
export async function listen(
  network: OwnNetwork,
  name: string,
  is: (packet: Packet) => boolean = ({ udp }) => udp !== undefined,
): Promise<Listener> {
  const child = inside(
    network,
    () =>
      new Deno.Command("python3", {
        args: ["-c", HEAR, name],
        stdin: "piped",
        stdout: "piped",
      }).spawn(),
  );
  let octets = new Uint8Array(0);
  let last = performance.now();
  const { promise: started, resolve } = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const chunk of child.stdout) {
      const all = new Uint8Array(octets.length + chunk.length);
      all.set(octets);
      all.set(chunk, octets.length);
      octets = all;
      last = performance.now();
      if (octets.length >= HEADER) resolve();
    }
    resolve();
  })();
  await started;
  assert.ok(octets.length >= HEADER, "python3 listens");
  const read = async () => {
    const packets: Packet[] = [];
    try {
      for await (const packet of await open(octets)) {
        if (is(packet)) packets.push(packet);
      }
    } catch {
      // Its last packet is still on its way.
    }
    return packets;
  };
  return {
    async packets(count) {
      while (
        (await read()).length < count && performance.now() - last < 20_000
      ) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      // What must not come has some time to come.
      await new Promise((resolve) => setTimeout(resolve, 20));
      await child.stdin.close();
      await reading;
      assert.ok((await child.status).success);
      return await read();
    },
  };
}
