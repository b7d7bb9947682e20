import assert from "node:assert/strict";
import * as udp from "../../lib/socket/udp.ts";
import { LinkSocket } from "../../lib/wire/link/link_socket.ts";
import { testUnless } from "../skip.ts";
import { becomes } from "./lab_place.ts";
import { type OwnNetwork, ownNetwork, withoutNetworks } from "./own_network.ts";
import { bed, startPython } from "./udp_bed.ts";

const lacking = withoutNetworks();
const PORT = 5007;
const soon = { timeout: 20_000 };
const never = { timeout: 60 };

const FAMILIES = [
  { any: "0.0.0.0", group: "239.1.2.3", source: "10.0.0.", ssm: "232.1.2.3" },
  { any: "::", group: "ff15::1:2", source: "fd00::", ssm: "ff35::1:2" },
] as const;

function open(
  host: OwnNetwork,
  hostname: string,
  options: udp.OpenOptions = {},
): Promise<udp.Socket> {
  return udp.open({ hostname, namespace: host.namespace, ...options });
}

/** What is said of groups at an interface, as `group` for each record. */
function reports(socket: LinkSocket): string[] {
  const found: string[] = [];
  for (let n; (n = socket.receive()) > 0;) {
    for (let i = 0; i < n; i++) {
      const line = socket.packet(i).show();
      const hex = socket.packet(i).bytes.toHex();
      if (/igmp/i.test(line) || /icmpv6/i.test(line)) found.push(hex);
    }
  }
  return found;
}

testUnless(
  lacking,
  "members of a group receive, others do not; joining and leaving is seen on the wire",
  async () => {
    using place = await bed(3);
    const [a, b, c] = place.hosts as [OwnNetwork, OwnNetwork, OwnNetwork];
    for (const { any, group } of FAMILIES) {
      using wire = LinkSocket.open("e0", {
        namespace: a.namespace,
        direction: "in",
      });
      await using member = await open(b, any, { port: PORT, facts: true });
      await using stranger = await open(c, any, { port: PORT });
      // On the same host, but not in the group.
      await using neighbour = await udp.open({
        hostname: any,
        port: PORT + 1,
        namespace: b.namespace,
      });
      member.join(group, { interface: "e0" });
      assert.throws(() => member.join(group, { interface: "e0" }), {
        code: "in-use",
      });
      assert.throws(() => member.join(group, { interface: "e9" }), {
        code: "not-found",
      });
      const address = group.includes(":")
        ? "ff150000000000000000000000010002"
        : "ef010203";
      const seen: string[] = [];
      const isSeen = () => {
        seen.push(...reports(wire));
        return seen.some((hex) => hex.includes(address));
      };
      assert.ok(await becomes(isSeen), "a report of IGMP or MLD");
      await using sender = await open(a, any, {
        options: { multicastInterface: "e0", multicastTtl: 3 },
      });
      assert.equal(sender.options.get("multicastInterface"), "e0");
      const to = { hostname: group, port: PORT };
      await sender.send("hello", to);
      const datagram = await member.receive(soon);
      assert.equal(datagram.text(), "hello");
      assert.equal(`${datagram.facts!.to}`, group);
      assert.equal(datagram.facts!.interface, "e0");
      assert.equal(datagram.facts!.ttl, 3);
      await assert.rejects(stranger.receive(never), { code: "timeout" });
      await sender.send("hello", { ...to, port: PORT + 1 });
      await assert.rejects(
        neighbour.receive(never),
        { code: "timeout" },
        "who joined is another socket",
      );
      seen.length = 0;
      member.leave(group, { interface: "e0" });
      assert.ok(await becomes(isSeen), "a report of leaving");
      await sender.send("again", to);
      await assert.rejects(member.receive(never), { code: "timeout" });
      assert.throws(() => member.leave(group, { interface: "e0" }), {
        code: "not-found",
      });
    }
  },
);

testUnless(
  lacking,
  "of a source-specific group only that source is heard",
  async () => {
    using place = await bed(3);
    const [a, b, c] = place.hosts as [OwnNetwork, OwnNetwork, OwnNetwork];
    for (const { any, ssm, source } of FAMILIES) {
      await using member = await open(b, any, { port: PORT });
      const wanted = { interface: "e0", source: `${source}1` };
      member.join(ssm, wanted);
      assert.equal(`${member.groups[0]!.source}`, `${source}1`);
      const options = { multicastInterface: "e0" };
      await using right = await open(a, `${source}1`, { options });
      await using wrong = await open(c, `${source}3`, { options });
      const to = { hostname: ssm, port: PORT };
      await wrong.send("wrong", to);
      await right.send("right", to);
      assert.equal((await member.receive(soon)).text(), "right");
      await assert.rejects(member.receive(never), { code: "timeout" });
      member.leave(ssm, wanted);
      assert.deepEqual(member.groups, []);
    }
  },
);

testUnless(
  lacking,
  "multicast loops back to members on the own host unless told not to",
  async () => {
    using place = await bed(2);
    const [a] = place.hosts as [OwnNetwork];
    for (const { any, group } of FAMILIES) {
      await using member = await open(a, any, { port: PORT });
      member.join(group, { interface: "e0" });
      const options = { multicastInterface: "e0" };
      await using sender = await open(a, any, { options });
      const to = { hostname: group, port: PORT };
      await sender.send("heard", to);
      assert.equal((await member.receive(soon)).text(), "heard");
      sender.options.set({ multicastLoopback: false });
      await sender.send("not heard", to);
      await assert.rejects(member.receive(never), { code: "timeout" });
    }
  },
);

const RECEIVER = `
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.bind(("", ${PORT}))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
             socket.inet_aton("239.1.2.3") + socket.inet_aton("10.0.0.2"))
print("ready")
for _ in range(2):
    data, peer = s.recvfrom(100)
    print(data.decode(), peer[0])
`;

const SENDER = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.0.0.2"))
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.sendto(b"multicast", ("239.1.2.3", ${PORT}))
s.sendto(b"broadcast", ("10.0.0.255", ${PORT}))
`;

testUnless(
  lacking,
  "multicast and broadcast go to Python's socket and come from it",
  async () => {
    using place = await bed(2);
    const [a, b] = place.hosts as [OwnNetwork, OwnNetwork];
    const python = await startPython(b, RECEIVER);
    await using socket = await open(a, "0.0.0.0", {
      port: PORT,
      options: { multicastInterface: "10.0.0.1" },
    });
    await socket.send("multicast", `239.1.2.3:${PORT}`);
    await assert.rejects(socket.send("x", `10.0.0.255:${PORT}`), {
      name: "PermissionError",
      message: /that is a broadcast address/,
    });
    socket.options.set({ broadcast: true });
    await socket.send("broadcast", `10.0.0.255:${PORT}`);
    assert.equal(await python.rest, "multicast 10.0.0.1\nbroadcast 10.0.0.1");
    socket.join("239.1.2.3", { interface: "10.0.0.1" });
    b.run("/usr/bin/python3", "-c", SENDER);
    const heard: string[] = [];
    while (heard.length < 3) {
      const datagram = await socket.receive(soon);
      heard.push(`${datagram.text()} ${datagram.from.hostname}`);
    }
    assert.deepEqual(heard, [
      "broadcast 10.0.0.1",
      "multicast 10.0.0.2",
      "broadcast 10.0.0.2",
    ], "its own broadcast too");
  },
);

testUnless(
  lacking,
  "an IPv6 zone names the interface, on the way out and of who sent",
  async () => {
    using place = await bed(2);
    const [a, b] = place.hosts as [OwnNetwork, OwnNetwork];
    await using far = await open(b, "::", { port: PORT });
    await using near = await open(a, "fe80::1%e0");
    assert.equal(near.address.hostname, "fe80::1%e0");
    await near.send("x", `[fe80::2%e0]:${PORT}`);
    const { from } = await far.receive(soon);
    assert.equal(from.hostname, "fe80::1%e0");
    await far.send("y", from);
    assert.equal((await near.receive(soon)).text(), "y");
    await assert.rejects(near.send("x", `[fe80::2%e9]:${PORT}`), {
      code: "not-found",
    });
    far.join("ff02::77%e0");
    await near.send("z", `[ff02::77%e0]:${PORT}`);
    assert.equal((await far.receive(soon)).text(), "z");
  },
);

testUnless(
  lacking,
  "what is longer than the MTU is cut, or too-large where that is forbidden",
  async () => {
    using place = await bed(2);
    const [a, b] = place.hosts as [OwnNetwork, OwnNetwork];
    const options = { receiveBuffer: 1 << 20 };
    for (
      const [hostname, most] of [["10.0.0.", 1472], ["fd00::", 1452]] as const
    ) {
      await using far = await open(b, `${hostname}2`, { options });
      await using near = await udp.connect(far.address, {
        namespace: a.namespace,
        offload: true,
      });
      const long = new Uint8Array(65_507).map((_, i) => i % 251);
      await near.send(long);
      assert.deepEqual((await far.receive(soon)).data, long);
      // What is cut by the kernel is on the wire as by hand; what cannot be so
      // goes by itself.
      await near.sendAll([...Array(20).fill("x".repeat(900)), long]);
      let heard = 0;
      while (heard < 21) heard += (await far.receiveAll(soon)).length;
      near.options.set({ dontFragment: true });
      assert.equal(near.options.get("dontFragment"), true);
      await near.send(new Uint8Array(most));
      assert.equal((await far.receive(soon)).data.length, most);
      await assert.rejects(near.send(new Uint8Array(most + 1)), {
        code: "too-large",
        message: new RegExp(`at most ${most} octets uncut \\(MTU 1500\\)`),
      });
    }
  },
);

testUnless(
  lacking,
  "a full send buffer is waited for, in order, and closing ends the wait",
  async () => {
    using place = await bed(2);
    const [a, b] = place.hosts as [OwnNetwork, OwnNetwork];
    // What waits in the queue counts against the socket that sent it.
    a.run(..."tc qdisc add dev e0 root tbf rate 40mbit burst 3000 limit 1mb"
      .split(" ") as [string]);
    await using far = await open(b, "10.0.0.2", {
      options: { receiveBuffer: 1 << 20 },
    });
    const near = await udp.connect(far.address, {
      namespace: a.namespace,
      options: { sendBuffer: 4608 },
    });
    const text = (i: number) => `${i} `.padEnd(1000);
    const start = performance.now();
    const sends = Array.from({ length: 60 }, (_, i) => near.send(text(i)));
    const all = near.sendAll(
      Array.from({ length: 60 }, (_, i) => text(60 + i)),
    );
    sends.push(near.send(text(120)));
    await Promise.all([...sends, all]);
    assert.ok(performance.now() - start > 10, "it took its time");
    const seen: number[] = [];
    while (seen.length < 121) {
      seen.push(Number.parseInt((await far.receive(soon)).text()));
    }
    assert.deepEqual(seen, Array.from({ length: 121 }, (_, i) => i));
    const late = Array.from({ length: 200 }, (_, i) => near.send(text(i)));
    const outcome = Promise.allSettled(late);
    // Once the first has gone the others wait for room, 40 ms in all.
    await late[0];
    await near.close();
    const refused = (await outcome).filter(({ status }) =>
      status === "rejected"
    );
    assert.ok(refused.length > 0);
    for (const one of refused) {
      assert.equal((one as PromiseRejectedResult).reason.code, "closed");
    }
  },
);

testUnless(
  lacking,
  "a socket that is bound to an interface hears no other",
  async () => {
    using place = await bed(2);
    const [a, b] = place.hosts as [OwnNetwork, OwnNetwork];
    await using bound = await open(b, "0.0.0.0", {
      port: PORT,
      options: { bindToDevice: "lo" },
    });
    assert.equal(bound.options.get("bindToDevice"), "lo");
    await using near = await udp.connect(`10.0.0.2:${PORT}`, {
      namespace: a.namespace,
    });
    await near.send("x");
    await assert.rejects(near.receive(soon), {
      code: "refused",
      message: /says 10\.0\.0\.2/,
    });
    bound.options.set({ bindToDevice: "e0" });
    await near.send("y");
    assert.equal((await bound.receive(soon)).text(), "y");
    assert.throws(() => bound.options.set({ bindToDevice: "e9" }), {
      op: "bind to",
      target: "e9",
    });
    a.run("ip", "route", "add", "unreachable", "192.0.2.0/24");
    await assert.rejects(
      udp.connect("192.0.2.1:9", { namespace: a.namespace }),
      { code: "unreachable" },
    );
  },
);

testUnless(
  lacking,
  "nothing stays open when UDP sockets are closed",
  async () => {
    using network = ownNetwork();
    const { namespace } = network;
    const count = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const once = async () => {
      await using server = await udp.serve({ namespace }, udp.echo);
      for (let i = 0; i < 20; i++) {
        await using socket = await udp.connect(server.address, { namespace });
        await socket.send("x");
        await socket.receive(soon);
        await assert.rejects(socket.receive({ timeout: 1 }), {
          code: "timeout",
        });
      }
      await assert.rejects(udp.open({ port: server.address.port, namespace }));
    };
    await once();
    const before = count();
    await once();
    assert.equal(count(), before);
  },
);
