import assert from "node:assert/strict";
import { build } from "../../lib/packet/build.ts";
import { icmp, ipv4, udp } from "../../lib/packet/layers/all.ts";
import type { Packet } from "../../lib/packet/packet.ts";
import { answer, type Answered } from "../../lib/wire/answer.ts";
import { ask } from "../../lib/wire/ask.ts";
import { arpResponder } from "../../lib/wire/machines/arp_responder.ts";
import { dhcpServer } from "../../lib/wire/machines/dhcp_server.ts";
import { dnsResponder } from "../../lib/wire/machines/dns_responder.ts";
import { icmpResponder } from "../../lib/wire/machines/icmp_responder.ts";
import type { Machine } from "../../lib/wire/machines/machine.ts";
import { testUnless } from "../skip.ts";
import {
  inside,
  type OwnNetwork,
  ownNetwork,
  withoutNetworks,
} from "../lab/own_network.ts";
import { cable, listening, runIn } from "./ask_bed.ts";

const reason = withoutNetworks();
const authorised = "a test";

function lacking(command: string): string | undefined {
  try {
    new Deno.Command(command, {
      args: ["--help"],
      stdout: "null",
      stderr: "null",
    })
      .outputSync();
    return undefined;
  } catch {
    return `${command} is not installed`;
  }
}

/** Runs machines on v1 while something else is done; gives what they answered. */
async function beside(
  network: OwnNetwork,
  machines: Machine | readonly Machine[],
  work: () => Promise<void>,
): Promise<Answered[]> {
  const controller = new AbortController();
  const { signal } = controller;
  const seen: Answered[] = [];
  const loop = (async () => {
    const { namespace } = network;
    for await (
      const one of answer("v1", machines, { signal, namespace, authorised })
    ) {
      seen.push(one);
    }
  })();
  loop.catch(() => {});
  await listening(network);
  try {
    await work();
  } finally {
    controller.abort(new Error("over"));
    await assert.rejects(loop, /over/);
  }
  return seen;
}

testUnless(reason, "a kernel believes an ARP responder", async () => {
  using net = cable();
  const machine = arpResponder({ "10.9.0.9": "02:00:00:00:00:09" });
  const seen = await beside(net.there, machine, async () => {
    await runIn(net.here, "ping", "-c1", "-W1", "10.9.0.9");
    await runIn(net.here, "ping", "-c1", "-W0.3", "10.9.0.8");
  });
  const table = net.here.run("ip", "neigh", "show", "dev", "v0");
  assert.match(table, /10\.9\.0\.9 lladdr 02:00:00:00:00:09/);
  assert.doesNotMatch(table, /10\.9\.0\.8 lladdr/);
  assert.equal(seen.length, 1);
  const [{ question, reply, machine: name, at }] = seen as [Answered];
  assert.equal(String(question.arp?.targetIp), "10.9.0.9");
  assert.equal(reply.arp?.senderMac, "02:00:00:00:00:09");
  assert.equal(name, "ARP responder");
  assert.ok(Math.abs(Date.now() - at) < 10_000);
});

testUnless(
  reason,
  "ping reaches addresses that nobody has, of both families",
  async () => {
    using net = cable();
    const machine = icmpResponder(["10.9.0.64/26", "fd09::64-fd09::99"]);
    await beside(net.there, machine, async () => {
      for (const to of ["10.9.0.70", "fd09::70"]) {
        const { code, text } = await runIn(
          net.here,
          "ping",
          "-c3",
          // It waits as long for the last one's answer.
          "-i0.5",
          "-W10",
          "-s1400",
          to,
        );
        assert.equal(code, 0, text);
        assert.match(text, /3 received, 0% packet loss/);
      }
      const { code } = await runIn(
        net.here,
        "ping",
        "-c1",
        "-W0.3",
        "10.9.0.10",
      );
      assert.notEqual(code, 0);
    });
  },
);

testUnless(
  reason ?? lacking("dig"),
  "dig is content with the DNS responder",
  async () => {
    using net = cable();
    const machines = [
      icmpResponder(["10.9.0.53", "fd09::53"]),
      dnsResponder({
        "www.example": ["192.0.2.80", "2001:db8::80"],
        "*.wild.example": "192.0.2.81",
      }, { ttl: 7 }),
    ];
    const dig = async (...args: string[]) =>
      (await runIn(net.here, "dig", "+tries=1", "+time=30", ...args)).text;
    await beside(net.there, machines, async () => {
      assert.match(
        await dig("@10.9.0.53", "www.example"),
        /www\.example\.\s+7\s+IN\s+A\s+192\.0\.2\.80/,
      );
      assert.match(
        await dig("@fd09::53", "WWW.example", "AAAA"),
        /AAAA\s+2001:db8::80/,
      );
      assert.match(
        await dig("@10.9.0.53", "a.b.wild.example", "+noedns"),
        /192\.0\.2\.81/,
      );
      assert.match(await dig("@10.9.0.53", "none.example"), /status: NXDOMAIN/);
      const none = await dig("@10.9.0.53", "www.example", "MX", "+norecurse");
      assert.match(none, /status: NOERROR[\s\S]*ANSWER: 0/);
      assert.doesNotMatch(none, /WARNING|malformed|mismatch/i);
    });
  },
);

testUnless(
  reason ?? lacking("udhcpc"),
  "udhcpc gets a lease, renews it, and gives it back",
  async () => {
    using net = cable();
    net.here.run("ip", "address", "flush", "dev", "v0");
    const script = Deno.makeTempFileSync({ suffix: ".sh" });
    Deno.writeTextFileSync(
      script,
      `#!/bin/sh
echo "$1 $ip/$mask via $router dns $dns domain $domain lease $lease server $serverid"
case "$1" in bound|renew) ip address replace "$ip/$mask" dev "$interface";; esac
`,
    );
    Deno.chmodSync(script, 0o755);
    const machine = dhcpServer({
      subnet: "10.9.0.0/24",
      pool: "10.9.0.100-10.9.0.109",
      router: "10.9.0.2",
      dns: ["10.9.0.2", "10.9.0.3"],
      domain: "lab.example",
      leaseSeconds: 600,
    });
    try {
      const seen = await beside(net.there, machine, async () => {
        const args = ["-f", "-n", "-t30", "-T1", "-i", "v0", "-s", script];
        using client = started(net.here, "udhcpc", ...args);
        const [lease] = await until(() => machine.leases, 1);
        assert.equal(String(lease!.address), "10.9.0.100");
        await until(() => client.lines(/^bound/), 1);
        const addresses = net.here.run("ip", "address", "show", "dev", "v0");
        assert.match(addresses, /10\.9\.0\.100\/24/);
        client.kill("SIGUSR1");
        await until(() => client.lines(/^renew/), 1);
        assert.ok(machine.leases[0]!.until > lease!.until);
        client.kill("SIGUSR2");
        await until(() => machine.leases, 0);
        assert.match(
          client.lines(/^bound/).join(),
          /10\.9\.0\.100\/24 via 10\.9\.0\.2 dns 10\.9\.0\.2 10\.9\.0\.3 domain lab\.example lease 600 server 10\.9\.0\.2/,
        );
      });
      // A client that has to wait asks once more.
      assert.match(
        seen.map(({ reply }) => /offer|ack|nak/.exec(String(reply.dhcp))?.[0])
          .join(" "),
        /^(offer )+ack( ack)+$/,
      );
    } finally {
      Deno.removeSync(script);
    }
  },
);

/** A program that runs in a network until the end of the block. */
function started(network: OwnNetwork, command: string, ...args: string[]) {
  const log = Deno.makeTempFileSync();
  const child = inside(network, () =>
    new Deno.Command("sh", {
      args: ["-c", `exec "$0" "$@" > ${log} 2>&1`, command, ...args],
      stdin: "null",
    }).spawn());
  return {
    kill: (signal: Deno.Signal) => child.kill(signal),
    lines: (like: RegExp) =>
      Deno.readTextFileSync(log).split("\n").filter((line) => like.test(line)),
    [Symbol.dispose]() {
      child.kill("SIGTERM");
      Deno.removeSync(log);
    },
    ended: child.status,
  };
}

/** Waits until there are so many. */
async function until<T>(
  list: () => readonly T[],
  count: number,
): Promise<readonly T[]> {
  for (let n = 0; n < 1500; n++) {
    const found = list();
    if (found.length === count) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new assert.AssertionError({
    message: `not ${count}: ${Deno.inspect(list())}`,
  });
}

/** Five lines make a machine of one's own. */
const udpEcho: Machine = {
  name: "UDP echo",
  filter: "udp port 7",
  reply: ({ ipv4: ip, udp: ports, payload }) =>
    ip && ports && build(
      ipv4({ src: ip.dst, dst: ip.src }),
      udp({ srcPort: 7, dstPort: ports.srcPort }),
      payload,
    ) as Packet,
};

testUnless(
  reason,
  "a machine of one's own answers what ask() asks, also on loopback",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    // The kernel has no such address, and so no opinion on its ports.
    const question = build(
      ipv4({ dst: "10.9.0.33" }),
      udp({ dstPort: 7 }),
      "hello",
    ) as Packet;
    await beside(net.there, [
      udpEcho,
      arpResponder({ "10.9.0.33": "02:00:00:00:00:33" }),
    ], async () => {
      const { answer: echoed } = await ask(question, {
        namespace,
        timeout: 10_000,
      });
      assert.equal(new TextDecoder().decode(echoed?.payload), "hello");
    });
    using alone = ownNetwork();
    const home = alone.namespace;
    const loop = (async () => {
      for await (
        const one of answer("lo", udpEcho, { namespace: home, count: 1 })
      ) return one;
    })();
    await listening(alone);
    const local = build(
      ipv4({ dst: "127.0.0.1" }),
      udp({ dstPort: 7 }),
      "hello",
    ) as Packet;
    const { answered } = await ask(local, {
      namespace: home,
      multi: true,
      timeout: 3000,
    });
    assert.ok(
      answered.some(({ answer }) =>
        answer.icmp === undefined && answer.udp?.srcPort === 7
      ),
    );
    assert.equal(String((await loop)?.reply.ipv4?.dst), "127.0.0.1");
  },
);

testUnless(
  reason,
  "an answer goes back with the tag that the question had",
  async () => {
    using net = cable();
    const { vlan, ethernet } = await import("../../lib/packet/layers/all.ts");
    const { namespace } = net.here;
    const question = build(
      ethernet({ dst: "ff:ff:ff:ff:ff:ff" }),
      vlan({ id: 42 } as never),
      ipv4({ src: "10.9.0.1", dst: "10.9.0.40" }),
      icmp({ identifier: 5 }),
    ) as Packet;
    await beside(net.there, icmpResponder("10.9.0.40"), async () => {
      const { answer: reply } = await ask(question, {
        namespace,
        on: "v0",
        timeout: 10_000,
      });
      assert.equal(reply?.icmp?.type, 0);
      assert.deepEqual(reply?.vlan?.bytes, question.vlan?.bytes);
    });
  },
);

testUnless(
  reason,
  "an answering loop ends by break, by count and by abort, at once",
  async () => {
    using net = cable();
    const { namespace } = net.there;
    const machine = icmpResponder("10.9.0.40");
    const pings = async () => {
      await runIn(net.here, "ping", "-c3", "-i0.05", "-W1", "10.9.0.40");
    };
    let broken = 0;
    const breaking = (async () => {
      for await (const _ of answer("v1", machine, { namespace, authorised })) {
        broken++;
        break;
      }
    })();
    await listening(net.there);
    await Promise.all([breaking, pings()]);
    assert.equal(broken, 1);
    let counted = 0;
    const counting = (async () => {
      for await (
        const _ of answer("v1", machine, { namespace, authorised, count: 2 })
      ) counted++;
    })();
    await listening(net.there);
    await Promise.all([counting, pings()]);
    assert.equal(counted, 2);
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = answer("v1", machine, { namespace, authorised, signal })
      .next();
    waiting.catch(() => {});
    await listening(net.there);
    const start = performance.now();
    controller.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
    assert.ok(performance.now() - start < 20_000);
  },
);

testUnless(
  reason,
  "to answer for others takes a reason, on own networks too",
  async () => {
    using net = cable();
    const { namespace } = net.there;
    const machine = icmpResponder("10.9.0.40");
    await assert.rejects(
      answer("v1", machine, { namespace }).next(),
      { code: "not-authorised", message: /answer as ICMP responder on/ },
    );
    await assert.rejects(
      answer("v1", machine, { namespace, count: 0 }).next(),
      RangeError,
    );
    await assert.rejects(
      answer("none0", machine, { namespace, authorised }).next(),
      { code: "not-found" },
    );
    const odd = { ...machine, filter: "no filter" };
    await assert.rejects(
      answer("v1", odd, { namespace, authorised }).next(),
      SyntaxError,
    );
  },
);
