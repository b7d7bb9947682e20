import assert from "node:assert/strict";
import { libc } from "../../lib/ffi/libc.ts";
import { build } from "../../lib/packet/build.ts";
import { ethernet, icmp, ipv4 } from "../../lib/packet/layers/all.ts";
import type { Packet } from "../../lib/packet/packet.ts";
import { ask } from "../../lib/wire/ask.ts";
import { LinkSocket } from "../../lib/wire/link/link_socket.ts";
import { testUnless } from "../skip.ts";
import { becomes } from "../lab/lab_place.ts";
import {
  inside,
  type OwnNetwork,
  withoutNetworks,
} from "../lab/own_network.ts";
import { cable, echo, listening, sleep, THERE } from "./ask_bed.ts";

const reason = withoutNetworks();

/** Descriptors of sockets and namespaces that are open. */
function descriptors(): number {
  let count = 0;
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      const target = Deno.readLinkSync(`/proc/self/fd/${name}`);
      if (/^(socket|net|anon_inode):/.test(target)) count++;
    } catch {
      // The folder's own.
    }
  }
  return count;
}

/** How many ICMP messages have come to a network. */
function heard(network: OwnNetwork): number {
  const path = "/proc/thread-self/net/snmp";
  const text = inside(network, () => Deno.readTextFileSync(path));
  return Number(/^Icmp: (\d+)/m.exec(text)![1]);
}

testUnless(
  reason,
  "an abort ends it at once with the signal's reason, in a wait and in a stream",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    net.there.run("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1");
    async function* endless() {
      yield echo();
      await new Promise(() => {});
    }
    const many = Array.from({ length: 1000 }, () => echo());
    for (const questions of [echo(), endless(), many]) {
      const controller = new AbortController();
      const run = ask(questions, {
        namespace,
        timeout: 60_000,
        rate: 100,
        signal: controller.signal,
      });
      const failed = assert.rejects(Promise.resolve(run), /enough/);
      await sleep(30);
      const start = performance.now();
      controller.abort(new Error("enough"));
      await failed;
      assert.ok(performance.now() - start < 30_000);
    }
    assert.throws(() => {
      throw new Error("enough");
    }, /enough/);
  },
);

testUnless(reason, "a link that goes down meanwhile is an error", async () => {
  using net = cable();
  const { namespace } = net.here;
  net.there.run("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1");
  const run = ask(echo(), { namespace, timeout: 60_000 });
  const failed = assert.rejects(Promise.resolve(run), { code: "down" });
  assert.ok(await becomes(() => heard(net.there) > 0));
  net.here.run("ip", "link", "set", "v0", "down");
  await failed;
});

testUnless(
  reason,
  "what changes in the network counts from the next question on",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    assert.ok((await ask(echo(), { namespace })).answer);
    // Another station, and then another way.
    net.there.run("ip", "link", "set", "v1", "address", "02:00:00:00:00:77");
    net.here.run(
      "ip",
      "neigh",
      "replace",
      THERE,
      "lladdr",
      "02:00:00:00:00:77",
      "dev",
      "v0",
    );
    const moved = await ask(echo(), { namespace, timeout: 10_000 });
    assert.equal(moved.answer?.ethernet?.src, "02:00:00:00:00:77");
    net.here.run("ip", "address", "add", "10.9.0.5/24", "dev", "v0");
    net.here.run(
      "ip",
      "route",
      "change",
      "10.9.0.0/24",
      "dev",
      "v0",
      "src",
      "10.9.0.5",
    );
    const other = await ask(echo(), { namespace, timeout: 10_000 });
    assert.equal(String(other.answered[0]?.question.ipv4?.src), "10.9.0.5");
    net.here.run("ip", "route", "del", "10.9.0.0/24", "dev", "v0");
    await assert.rejects(Promise.resolve(ask(echo(), { namespace })), {
      code: "unreachable",
    });
  },
);

testUnless(
  reason,
  "others than own private networks take a reason",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    net.here.run("ip", "route", "add", "default", "via", THERE);
    net.there.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
    const foreign = echo("198.51.100.1");
    await assert.rejects(Promise.resolve(ask(foreign, { namespace })), {
      code: "not-authorised",
    });
    const { answer } = await ask(foreign, {
      namespace,
      timeout: 10_000,
      authorised: "a test",
    });
    assert.match(String(answer), /destinationUnreachable/);
    await assert.rejects(Promise.resolve(ask(foreign, { namespace })), {
      code: "not-authorised",
    });
  },
);

testUnless(reason, "a filter of one's own decides what is heard", async () => {
  using net = cable();
  const { namespace } = net.here;
  const deaf = await ask(echo(), { namespace, filter: "tcp", timeout: 100 });
  assert.equal(deaf.answer, undefined);
  const { answer, rtt } = await ask(echo(), {
    namespace,
    filter: "icmp",
    timeout: 10_000,
  });
  assert.ok(answer !== undefined && rtt! > 0);
  await assert.rejects(
    Promise.resolve(ask(echo(), { namespace, filter: "no filter" })),
    SyntaxError,
  );
});

testUnless(
  reason,
  "junk that looks like answers neither throws nor hides the true one",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    net.there.run("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1");
    using junk = LinkSocket.open("v1", {
      receive: false,
      namespace: net.there.namespace,
    });
    const question = build(
      ipv4({ dst: THERE }),
      icmp({ identifier: 9 }),
      "hello",
    ) as Packet;
    const run = ask(question, { namespace, timeout: 20_000 });
    await listening(net.here);
    const reply = build(
      ethernet({ src: "02:00:00:00:00:01", dst: "ff:ff:ff:ff:ff:ff" }),
      ipv4({ src: THERE, dst: "10.9.0.1" }),
      icmp({ type: "echoReply", identifier: 9 }),
      "hello",
    ).bytes;
    for (let n = 0; n < 3000; n++) {
      const octets = reply.slice(0, 14 + n % (reply.length - 14));
      octets[14 + (n * 7) % Math.max(1, octets.length - 14)]! ^= 1 + n % 255;
      if (octets.length > 14) junk.send(octets);
    }
    junk.send(reply);
    const { answer } = await run;
    assert.equal(answer?.icmp?.type, 0);
  },
);

testUnless(
  reason,
  "a while after the last question nothing is open any more",
  async () => {
    using net = cable();
    const { namespace } = net.here;
    net.there.run("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1");
    // Once, for what the process keeps for good: the one wait for all sockets.
    await ask(echo(), { namespace, timeout: 20 });
    net.there.run("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=0");
    await sleep(1300);
    const before = descriptors();
    for (let n = 0; n < 20; n++) {
      const two = [echo(), echo("127.0.0.1")];
      await Promise.all([ask(two, { namespace }), ask(two, { namespace })]);
    }
    assert.ok(descriptors() > before);
    assert.ok(await becomes(() => descriptors() <= before));
  },
);

testUnless(
  reason,
  "a number of a namespace that is given anew means the new one",
  async () => {
    using one = cable();
    using two = cable();
    const fd = libc().dup(one.here.namespace);
    assert.ok((await ask(echo(), { namespace: fd })).answer);
    libc().close(fd);
    two.there.run("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1");
    // The lowest that is free is given first.
    const given = [libc().dup(two.here.namespace)];
    while (given.at(-1)! < fd) given.push(libc().dup(two.here.namespace));
    assert.equal(given.at(-1), fd);
    const { answer } = await ask(echo(), { namespace: fd, timeout: 50 });
    for (const fd of given) libc().close(fd);
    assert.equal(answer, undefined);
  },
);

testUnless(reason, "arguments that make no sense are refused", async () => {
  assert.throws(() => ask("packet" as never), TypeError);
  assert.throws(() => ask([1] as never), TypeError);
  assert.throws(() => ask(echo(), { timeout: -1 }), RangeError);
  assert.throws(() => ask(echo(), { retry: 0.5 }), RangeError);
  assert.throws(() => ask(echo(), { rate: 0 }), RangeError);
  using net = cable();
  const { namespace } = net.here;
  const frame = build(ethernet({ type: 0x88b5 }), "?") as Packet;
  await assert.rejects(
    Promise.resolve(ask(frame, { namespace })),
    /'on' must name/,
  );
  await assert.rejects(
    Promise.resolve(ask(frame, { namespace, on: "none0" })),
    { code: "not-found" },
  );
  const nothing = await ask([], { namespace });
  assert.deepEqual([nothing.answered, nothing.unanswered], [[], []]);
});
