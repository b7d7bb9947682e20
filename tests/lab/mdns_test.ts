/**
 * Services on a link: offered, found, changed and taken back, beside Python's
 * zeroconf. The facts are tested by this same file in a process within a network
 * that holds nothing else.
 *
 * @module
 */

import assert from "node:assert/strict";
import { announce } from "../../lib/dns/mdns_announce.ts";
import { browse, discover } from "../../lib/dns/mdns_browse.ts";
import { openLink } from "../../lib/dns/mdns_link.ts";
import { decode, encode } from "../../lib/dns/message.ts";
import { seeded } from "../../lib/random.ts";
import * as udp from "../../lib/socket/udp.ts";
import { testUnless } from "../skip.ts";
import { inside, ownNetwork, withoutNetworks } from "./own_network.ts";

const INSIDE = "NETREPL_MDNS_INSIDE";
/** The one that Debian's packages are for. */
const PYTHON = "/usr/bin/python3";
const HERE = { interface: "127.0.0.1" } as const;

/** A service of a kind of its own, as all facts are tested at once. */
function printer(kind: string) {
  return {
    name: `Ann's ${kind} 2.0 ü`,
    type: `_${kind}._tcp`,
    port: 631,
    host: kind,
    addresses: ["127.0.0.1", "2001:db8::7"],
    txt: { note: "2nd floor", color: true },
  } as const;
}

/** Python's zeroconf as a peer: it offers one service, and lists what it finds. */
const PEER = `
import socket, sys, time
from zeroconf import Zeroconf, ServiceInfo, ServiceBrowser, ServiceListener
class Listener(ServiceListener):
    def add_service(self, z, t, n):
        info = z.get_service_info(t, n, 2000)
        print("up", n, info and (info.server, info.port, sorted(info.parsed_addresses()), sorted(info.properties.items(), key=str)), flush=True)
    def update_service(self, z, t, n): pass
    def remove_service(self, z, t, n): print("down", n, flush=True)
z = Zeroconf(interfaces=["127.0.0.1"])
z.register_service(ServiceInfo("_http._tcp.local.", "Snake._http._tcp.local.", 8000, properties={"path": "/x"}, server="snake.local.", addresses=[socket.inet_aton("127.0.0.1")]))
print("ready", flush=True)
ServiceBrowser(z, "_ipp._tcp.local.", Listener())
sys.stdin.readline()
z.close()
`;

async function hasZeroconf(): Promise<boolean> {
  const { success } = await new Deno.Command(PYTHON, {
    args: ["-c", "import zeroconf"],
    stderr: "null",
  }).output();
  return success;
}

const facts: Readonly<Record<string, () => Promise<void>>> = {
  "what is offered is found, with all that it says, and seen to go":
    async () => {
      const it = printer("seen");
      const offer = await announce(it, HERE);
      const [found, ...more] = await discover(it.type, {
        ...HERE,
        timeout: 1500,
      });
      assert.equal(more.length, 0);
      assert.deepEqual(JSON.parse(JSON.stringify(found)), {
        ...it,
        host: `${it.host}.local`,
        name: it.name,
      });
      assert.deepEqual(
        await discover("_http._tcp", { ...HERE, timeout: 100 }),
        [],
      );
      const kinds: string[] = [];
      for await (const event of browse(`${it.type}.local`, HERE)) {
        kinds.push(event.kind);
        if (event.kind === "up") await offer.close();
        else break;
      }
      assert.deepEqual(kinds, ["up", "down"]);
    },
  "a name that is taken gets a number": async () => {
    const it = printer("taken");
    await using first = await announce(it, HERE);
    await using second = await announce({ ...it, port: 632 }, HERE);
    assert.equal(second.service.name, `${it.name} (2)`);
    assert.equal(second.service.host, `${it.host}-2.local`);
    const found = await discover(it.type, { ...HERE, timeout: 1500 });
    assert.deepEqual(found.map(({ name, port }) => [name, port]), [[
      first.service.name,
      631,
    ], [second.service.name, 632]]);
  },
  "two that want a name at once get one each": async () => {
    const it = printer("both");
    const offers = await Promise.all(
      [631, 632].map((port) => announce({ ...it, port }, HERE)),
    );
    const names = new Set(offers.map(({ service }) => service.name));
    await Promise.all(offers.map((offer) => offer.close()));
    assert.equal(names.size, 2);
  },
  "plain DNS to the port gets a plain answer": async () => {
    const it = printer("plain");
    await using _offer = await announce(it, HERE);
    await using socket = await udp.open();
    const question = { name: `${it.host}.local`, type: "A" };
    await socket.send(
      encode({ id: 9, questions: [question] }),
      "224.0.0.251:5353",
    );
    const { id, questions, answers: [answer] } = decode(
      (await socket.receive({ timeout: 2000 })).data,
    );
    assert.deepEqual([id, questions[0]?.name], [9, question.name]);
    assert.ok(answer?.type === "A");
    assert.deepEqual([`${answer.data}`, answer.ttl, answer.class], [
      "127.0.0.1",
      10,
      "IN",
    ]);
  },
  "who knows a service need not be told of it": async () => {
    const it = printer("known");
    await using _offer = await announce(it, HERE);
    await new Promise((done) => setTimeout(done, 2200));
    let told = 0;
    await using link = await openLink(
      ({ message, answers }) => {
        const isAbout = answers.some(({ record }) =>
          record.name === `${it.type}.local`
        );
        if (isAbout) told += message.qr;
      },
      HERE,
    );
    const question = { name: `${it.type}.local`, type: "PTR" };
    const data = `Ann's\\032known\\0322\\.0\\032\\195\\188.${it.type}.local`;
    const ask = async (ttl: number, expected: number): Promise<number> => {
      told = 0;
      link.send({
        questions: [question],
        answers: [{ name: question.name, type: "PTR", ttl, data }],
      });
      for (let n = 0; n < 600 && told < expected; n++) {
        await new Promise((done) => setTimeout(done, 50));
      }
      // What must not come has some time to come.
      await new Promise((done) => setTimeout(done, 300));
      return told;
    };
    assert.equal(await ask(4000, 0), 0);
    assert.equal(await ask(1000, 1), 1);
  },
  "an aborted search or offer ends, and leaves nothing open": async () => {
    const it = printer("ends");
    const signal = AbortSignal.timeout(150);
    await assert.rejects(discover(it.type, { ...HERE, signal }), {
      name: "TimeoutError",
    });
    await assert.rejects(
      announce(it, { ...HERE, signal: AbortSignal.timeout(50) }),
      { name: "TimeoutError" },
    );
    await assert.rejects(
      announce({ ...it, addresses: [] }, HERE),
      TypeError,
    );
    await assert.rejects(
      announce({ ...it, addresses: undefined as never }, HERE),
      TypeError,
    );
    await assert.rejects(
      announce({ ...it, name: "x".repeat(64) }, HERE),
      RangeError,
    );
    await assert.rejects(
      announce({ ...it, type: "http" }, HERE),
      TypeError,
    );
    await assert.rejects(discover("_http._tcp", { interface: "192.0.2.99" }), {
      name: "NetError",
    });
  },
};

async function flood(): Promise<void> {
  const it = printer("flood");
  const dice = seeded(7);
  await using _offer = await announce(it, HERE);
  await using socket = await udp.open({ hostname: "127.0.0.1" });
  await using link = await openLink(() => {}, HERE);
  const searching = discover(it.type, { ...HERE, timeout: 1500 });
  const query = encode({
    questions: [{ name: `${it.type}.local`, type: "PTR" }],
  });
  for (let n = 0; n < 1000; n++) {
    const octets = query.slice();
    for (let k = 0; k < 4; k++) {
      octets[Math.floor(dice() * octets.length)] = Math.floor(dice() * 256);
    }
    await socket.send(octets, "127.0.0.1:5353");
    const instance = `n${n}.${it.type}.local`;
    link.send({
      qr: 1,
      answers: Array.from({ length: 5 }, (_, i) => ({
        name: `${it.type}.local`,
        type: "PTR",
        ttl: 100,
        data: `n${n}-${i}.${it.type}.local`,
      })),
      additionals: [{
        name: instance,
        type: "SRV",
        ttl: 100,
        data: { port: 1, target: "x.local" },
      }],
    });
    if (n % 20 === 0) await new Promise((done) => setTimeout(done));
  }
  const start = performance.now();
  await searching;
  // For ever, if what comes in between made it longer.
  assert.ok(performance.now() - start < 20_000);
  const found = await discover(it.type, { ...HERE, timeout: 1500 });
  assert.ok(found.some(({ name }) => name === it.name));
}

async function zeroconf(): Promise<void> {
  const peer = new Deno.Command(PYTHON, {
    args: ["-c", PEER],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = peer.stdout.pipeThrough(new TextDecoderStream());
  let said = "";
  const reading = (async () => {
    for await (const chunk of lines) said += chunk;
  })();
  const until = async (pattern: RegExp) => {
    for (let n = 0; n < 600 && !pattern.test(said); n++) {
      await new Promise((done) => setTimeout(done, 50));
    }
    assert.match(said, pattern);
  };
  await until(/ready/);
  const [found] = await discover("_http._tcp", { ...HERE, timeout: 1500 });
  assert.deepEqual(JSON.parse(JSON.stringify(found)), {
    name: "Snake",
    type: "_http._tcp",
    host: "snake.local",
    port: 8000,
    addresses: ["127.0.0.1"],
    txt: { path: "/x" },
  });
  const offer = await announce(printer("ipp"), HERE);
  await until(
    /up Ann's ipp 2\.0 ü\._ipp\._tcp\.local\. \('ipp\.local\.', 631, \['127\.0\.0\.1', '2001:db8::7'\], \[\(b'color', None\), \(b'note', b'2nd floor'\)\]\)/,
  );
  await offer.close();
  await until(/down Ann's ipp/);
  const writer = peer.stdin.getWriter();
  await writer.write(new TextEncoder().encode("\n"));
  await writer.close();
  await peer.status;
  await reading;
}

if (Deno.env.has(INSIDE)) {
  const hasPeer = await hasZeroconf();
  if (!hasPeer) {
    console.log(
      "skip: Python's zeroconf as a peer: python3-zeroconf is not installed",
    );
  }
  const all = Object.entries(
    hasPeer
      ? {
        ...facts,
        "Python's zeroconf finds what we offer, and we what it offers":
          zeroconf,
      }
      : facts,
  );
  // All at once, as most of the time is spent in waiting.
  Deno.test("facts", async (t) => {
    await Promise.all(
      all.map(([name, fn]) =>
        t.step({
          name,
          fn,
          sanitizeOps: false,
          sanitizeResources: false,
          sanitizeExit: false,
        })
      ),
    );
  });
  Deno.test("a flood of nonsense and of services is outlived", flood);
  // The last one: nothing leaves this network any more.
  Deno.test("who gets no message out is told why", async () => {
    const nft = (...args: string[]) =>
      new Deno.Command("nft", { args }).outputSync();
    const { success } = nft(
      "add table ip f; add chain ip f o { type filter hook output priority 0; }; add rule ip f o udp dport 5353 drop",
    );
    assert.ok(success);
    const it = printer("mute");
    const refused = { name: "PermissionError", message: /224\.0\.0\.251/ };
    await assert.rejects(announce(it, HERE), refused);
    await assert.rejects(
      discover(it.type, { ...HERE, timeout: 100 }),
      refused,
    );
  });
} else {
  testUnless(
    withoutNetworks(),
    "services are offered and found on a link, by us and by Python's zeroconf",
    async () => {
      using network = ownNetwork();
      network.run("ip", "link", "set", "lo", "multicast", "on");
      network.run("ip", "route", "add", "224.0.0.0/4", "dev", "lo");
      const child = inside(network, () =>
        new Deno.Command(Deno.execPath(), {
          args: ["test", "-A", "--no-check", import.meta.url],
          env: { [INSIDE]: "1", NO_COLOR: "1" },
          stdout: "piped",
          stderr: "piped",
        }).spawn());
      const { success, stdout, stderr } = await child.output();
      const decoder = new TextDecoder();
      const said = decoder.decode(stdout);
      assert.ok(success, said + decoder.decode(stderr));
      for (const line of said.match(/^skip: .*/gm) ?? []) console.log(line);
    },
  );
}
