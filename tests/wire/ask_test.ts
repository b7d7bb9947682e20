import assert from "node:assert/strict";
import { build } from "../../lib/packet/build.ts";
import {
  arp,
  ethernet,
  icmp,
  icmpv6,
  ipv4,
  ipv6,
  tcp,
  udp,
} from "../../lib/packet/layers/all.ts";
import { decode, type Packet } from "../../lib/packet/packet.ts";
import { answer } from "../../lib/wire/answer.ts";
import { ask } from "../../lib/wire/ask.ts";
import type { Machine } from "../../lib/wire/machines/machine.ts";
import { testUnless } from "../skip.ts";
import { inside, withoutNetworks } from "../lab/own_network.ts";
import { cable, echo, listening, sleep, THERE } from "./ask_bed.ts";

const reason = withoutNetworks();

testUnless(
  reason,
  "ask() finds the answers that a kernel gives, of every kind",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    using listener = inside(
      net.there,
      () => Deno.listen({ hostname: THERE, port: 7000 }),
    );
    const { port: open } = listener.addr as Deno.NetAddr;
    const flags = ["SYN"] as const;
    const cases: readonly (readonly [Packet, RegExp])[] = [
      [echo(), /10.9.0.2 > 10.9.0.1 .*echoReply/],
      [
        build(ipv6({ dst: "fd09::2" }), icmpv6(), "hi") as Packet,
        /fd09::2 > fd09::1 .*echoReply/,
      ],
      [
        build(ipv4({ dst: THERE }), tcp({ dstPort: open, flags })) as Packet,
        /(?=.*SYN).*ACK/,
      ],
      [
        build(ipv4({ dst: THERE }), tcp({ dstPort: 9, flags })) as Packet,
        /(?=.*RST).*ACK/,
      ],
      [
        build(ipv6({ dst: "fd09::2" }), tcp({ dstPort: 9, flags })) as Packet,
        /(?=.*RST).*ACK/,
      ],
      [
        build(
          ipv4({ dst: THERE }),
          tcp({ dstPort: 9, flags: ["ACK"], ack: 5 }),
        ) as Packet,
        /RST seq 5/,
      ],
      [
        build(ipv4({ dst: THERE }), udp({ dstPort: 9 }), "x") as Packet,
        /destinationUnreachable code 3/,
      ],
      [
        build(ipv6({ dst: "fd09::2" }), udp({ dstPort: 9 }), "x") as Packet,
        /destinationUnreachable code 4/,
      ],
      [
        build(ipv4({ dst: THERE }), icmp({ type: "timestamp" })) as Packet,
        /timestampReply/,
      ],
      [
        build(ipv4({ dst: THERE, protocol: 200 }), "?") as Packet,
        /destinationUnreachable code 2/,
      ],
      [build(ethernet(), arp({ targetIp: THERE })) as Packet, /10.9.0.2 is at/],
      [build(ethernet(), ipv4({ dst: THERE }), icmp()) as Packet, /echoReply/],
      [
        build(
          ethernet({ dst: "33:33:ff:00:00:02" }),
          ipv6({ dst: "ff02::1:ff00:2", src: "fd09::1", hopLimit: 255 }),
          icmpv6({ type: "neighborSolicitation", target: "fd09::2" }),
        ) as Packet,
        /neighborAdvertisement.*fd09::2/,
      ],
      [echo("127.0.0.1"), /127.0.0.1 > 127.0.0.1 .*echoReply/],
      [echo("10.9.0.1"), /10.9.0.1 > 10.9.0.1 .*echoReply/],
      [
        build(ipv6({ dst: "::1" }), icmpv6()) as Packet,
        /::1 > ::1 .*echoReply/,
      ],
      [
        build(ipv4({ dst: "127.0.0.1" }), udp({ dstPort: 9 })) as Packet,
        /destinationUnreachable code 3/,
      ],
    ];
    for (const [question, expected] of cases) {
      const isNeighbour = question.icmpv6?.type === 135;
      const { answer, rtt, unanswered } = await ask(question, {
        namespace,
        timeout: 10_000,
        ...isNeighbour && { on: "v0" },
      });
      assert.match(String(answer), expected, String(question));
      assert.ok(rtt! > 0, `${rtt} ms`);
      assert.equal(unanswered.length, 0);
    }
  },
);

/** Sends Ethernet frames with Scapy's srp, and says what answered which. */
const SCAPY = `
import json, sys
import logging
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.all import *
conf.verb = 0
frames = [Ether(bytes.fromhex(t)) for t in json.load(sys.stdin)]
for i, f in enumerate(frames): f.mark = i
answered, unanswered = srp(frames, iface="v0", timeout=4, inter=0.001)
index = {bytes(f): i for i, f in enumerate(frames)}
print(json.dumps([[index[bytes(q)], bytes(a).hex()] for q, a in answered]))
`;

testUnless(
  reason,
  "ask() pairs the same questions and answers as Scapy does",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    using _listener = inside(
      net.there,
      () => Deno.listen({ hostname: THERE, port: 7000 }),
    );
    const station = (network: typeof net.here, name: string) =>
      /link\/ether (\S+)/.exec(
        network.run("ip", "link", "show", "dev", name),
      )![1]!;
    const link = {
      src: station(net.here, "v0"),
      dst: station(net.there, "v1"),
    };
    const v4 = { src: "10.9.0.1", dst: THERE };
    const v6 = { src: "fd09::1", dst: "fd09::2" };
    const frames: Packet[] = [];
    for (let n = 0; n < 8; n++) {
      const [srcPort, id] = [50_000 + n, 100 + n];
      frames.push(
        build(
          ethernet(link),
          ipv4({ ...v4, id }),
          icmp({ identifier: 7, sequenceNumber: n }),
        ) as Packet,
        build(
          ethernet(link),
          ipv4({ ...v4, id }),
          tcp({ srcPort, dstPort: 6998 + n, flags: ["SYN"], seq: n }),
        ) as Packet,
        build(
          ethernet(link),
          ipv4({ ...v4, id, dst: n < 4 ? THERE : "10.9.0.77" }),
          udp({ srcPort, dstPort: 6998 + n }),
          "x",
        ) as Packet,
        build(
          ethernet(link),
          ipv6(v6),
          icmpv6({ identifier: 7, sequenceNumber: n }),
        ) as Packet,
        build(
          ethernet({ ...link, dst: "ff:ff:ff:ff:ff:ff" }),
          arp({
            senderMac: link.src,
            senderIp: "10.9.0.1",
            targetIp: `10.9.0.${n}`,
          }),
        ) as Packet,
      );
    }
    const said = (packet: Packet) => {
      const { arp, icmp, icmpv6, ipv4, ipv6, tcp } = packet;
      const network = ipv4 ?? ipv6;
      return [
        network && `${network.src} > ${network.dst}`,
        icmp && `${icmp.type} ${icmp.code} ${icmp.sequenceNumber}`,
        icmpv6 && `${icmpv6.type} ${icmpv6.sequenceNumber}`,
        icmp?.type === 0 ||
        tcp && `${tcp.srcPort} ${tcp.dstPort} ${tcp.ack} ${tcp.flags}`,
        arp && `${arp.senderIp} ${arp.senderMac}`,
      ].join(" ");
    };
    const list = (pairs: Iterable<readonly [number, Packet]>) =>
      [...pairs].sort(([a], [b]) => a - b).map(([i, packet]) =>
        `${i}: ${said(packet)}`
      );
    const ours = await ask(frames, { namespace, timeout: 3000, on: "v0" });
    assert.equal(ours.answered.length + ours.unanswered.length, frames.length);
    const child = inside(net.here, () =>
      new Deno.Command("/usr/bin/python3", {
        args: ["-c", SCAPY],
        stdin: "piped",
        stdout: "piped",
      }).spawn());
    const writer = child.stdin.getWriter();
    await writer.write(
      new TextEncoder().encode(
        JSON.stringify(frames.map(({ bytes }) => bytes.toHex())),
      ),
    );
    await writer.close();
    const { stdout } = await child.output();
    const theirs = JSON.parse(new TextDecoder().decode(stdout)) as [
      number,
      string,
    ][];
    assert.ok(theirs.length > 24);
    assert.deepEqual(
      list(ours.answered.map(({ index, answer }) => [index, answer] as const)),
      list(
        theirs.map(([i, hex]) => [i, decode(Uint8Array.fromHex(hex))] as const),
      ),
    );
  },
);

testUnless(
  reason,
  "ask() fills in what nobody set, and leaves what somebody did",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    const first = await ask(echo(), { namespace });
    const { question } = first.answered[0]!;
    assert.equal(String(question.ipv4?.src), "10.9.0.1");
    assert.ok(question.icmp!.identifier! > 0);
    assert.ok(question.checksums.every(({ ok }) => ok));
    assert.ok(question.time! <= first.answer!.time!);
    assert.equal(question.interface, "v0");
    const set = build(
      ipv4({ dst: THERE, src: "10.9.0.1", ttl: 3 }),
      icmp({ identifier: 0, sequenceNumber: 5 }),
    ) as Packet;
    const second = await ask(set, { namespace });
    assert.equal(second.answered[0]!.question.ipv4?.ttl, 3);
    assert.equal(second.answer?.icmp?.identifier, 0);
    const flight = build(ipv4({ dst: THERE }), udp({ dstPort: 9 })) as Packet;
    const third = await ask(flight, { namespace });
    assert.ok(third.answered[0]!.question.udp!.srcPort >= 49152);
  },
);

testUnless(
  reason,
  "questions to a hundred hosts that are not there end together, unanswered",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    const start = performance.now();
    const questions = Array.from(
      { length: 100 },
      (_, n) => echo(`10.9.0.${n + 2}`),
    );
    const { answered, unanswered } = await ask(questions, {
      namespace,
      timeout: 2000,
    });
    assert.deepEqual(
      answered.map(({ index }) => index),
      [0],
    );
    assert.equal(unanswered.length, 99);
    // Three minutes, one after the other.
    assert.ok(performance.now() - start < 60_000);
  },
);

testUnless(
  reason,
  "5,000 questions at once each get their own answer",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    const questions = Array.from({ length: 5000 }, (_, n) =>
      build(
        ipv4({ dst: THERE }),
        tcp({ srcPort: 50_000, dstPort: n + 1, seq: n, flags: ["SYN"] }),
      ) as Packet);
    const seen: number[] = [];
    const run = ask(questions, { namespace, rate: Infinity, retry: 2 });
    for await (const { index, question, answer } of run) {
      assert.equal(question.tcp?.dstPort, index + 1);
      assert.equal(answer.tcp?.srcPort, index + 1);
      assert.equal(answer.tcp?.ack, index + 1);
      seen.push(index);
    }
    assert.equal(new Set(seen).size, 5000);
    assert.equal((await run).unanswered.length, 0);
  },
);

testUnless(
  reason,
  "rate holds: 300 questions at 1,000 a second take 0.28 s at least",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    await ask(echo(), { namespace });
    const start = performance.now();
    const questions = Array.from({ length: 300 }, () => echo());
    const { answered } = await ask(questions, { namespace, rate: 1000 });
    const took = performance.now() - start;
    assert.equal(answered.length, 300);
    assert.ok(took > 250, `${took} ms`);
  },
);

/** An echo responder that keeps silent the first times. */
function reluctant(silences: number, replies = 1): Machine {
  return {
    name: "reluctant",
    filter: "icmp",
    reply({ ipv4: network, icmp: asked }) {
      if (network === undefined || asked?.type !== 8 || silences-- > 0) {
        return undefined;
      }
      const reply = build(
        ipv4({ src: network.dst, dst: network.src }),
        icmp({
          type: "echoReply",
          identifier: asked.identifier,
          sequenceNumber: asked.sequenceNumber,
        }),
      ) as Packet;
      return Array.from({ length: replies }, () => reply);
    },
  };
}

/** Runs a machine beside something else. */
async function beside<T>(
  network: { readonly namespace: number },
  machine: Machine,
  work: () => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const loop = (async () => {
    const { signal } = controller;
    const { namespace } = network;
    const replies = answer("v1", machine, {
      signal,
      namespace,
      authorised: "a test",
    });
    for await (const _ of replies);
  })();
  loop.catch(() => {});
  await listening(network);
  try {
    return await work();
  } finally {
    controller.abort();
    await loop.catch(() => {});
  }
}

testUnless(reason, "retry asks again what nobody answered", async () => {
  using net = cable();
  const { namespace } = net.here;
  net.there.run("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1");
  await beside(net.there, reluctant(1), async () => {
    const none = await ask(echo(), { namespace, timeout: 100 });
    assert.equal(none.answer, undefined);
  });
  await beside(net.there, reluctant(2), async () => {
    const late = await ask(echo(), { namespace, timeout: 1500, retry: 2 });
    assert.match(String(late.answer), /echoReply/);
  });
});

testUnless(reason, "multi gathers all answers to a question", async () => {
  using net = cable();
  const { namespace } = net.here;
  await beside(net.there, reluctant(0, 3), async () => {
    const all = await ask(echo(), { namespace, timeout: 3000, multi: true });
    // Three of the machine, and one of the kernel.
    assert.equal(all.answered.length, 4);
    assert.deepEqual(all.unanswered, []);
    assert.match(Deno.inspect(all), /1 of 1 answered/);
  });
  const group = build(ipv6({ dst: "ff02::1" }), icmpv6()) as Packet;
  const { answer: one } = await ask(group, {
    namespace,
    on: "v0",
    timeout: 10_000,
  });
  assert.match(String(one), /echoReply/);
});

testUnless(
  reason,
  "packets of a stream are asked as they come, and pairs come as they are found",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    let given = 0;
    let seen = 0;
    async function* stream() {
      for (let n = 0; n < 3; n++) {
        given++;
        yield echo();
        // No other before this one's answer is told.
        while (seen < given) await sleep(5);
      }
    }
    const run = ask(stream(), { namespace, timeout: 10_000 });
    for await (const { index } of run) {
      assert.equal(index, seen++);
      assert.equal(given, seen);
    }
    assert.equal((await run).answered.length, 3);
  },
);
