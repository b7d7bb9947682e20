import assert from "node:assert/strict";
import { PermissionError } from "../../lib/errors.ts";
import { type Asker, setAsker } from "../../lib/inspect/live.ts";
import { parse } from "../../lib/ip/address.ts";
import { subnet } from "../../lib/ip/subnet.ts";
import { authorise } from "../../lib/wire/authority.ts";
import { testUnless } from "../skip.ts";
import { ownNetwork, withoutNetworks } from "../lab/own_network.ts";

const noNetworks = withoutNetworks();

/** A namespace with the addresses given, on one link. */
function machine(...addresses: string[]) {
  const network = ownNetwork();
  network.run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1");
  for (const address of addresses) {
    network.run("ip", "address", "add", address, "dev", "v0", "nodad");
  }
  network.run("ip", "link", "set", "v0", "up");
  return network;
}

function targetsOf(text: string) {
  return text.split(" ").filter(Boolean).map((one) =>
    one.includes("/") ? subnet(one) : parse(one)
  );
}

const HOME = [
  "192.168.7.2/24",
  "10.9.0.1/31",
  "203.0.113.5/24",
  "fd00:7::2/64",
  "2001:db8:7::2/64",
  "fe80::2/64",
];

/** Targets, and who of them is nobody's own at HOME. */
const CASES: readonly (readonly [targets: string, foreign: string])[] = [
  ["127.0.0.1 127.255.0.9 ::1 ::ffff:127.0.0.1", ""],
  ["192.168.7.77 192.168.7.255 192.168.7.0/24 192.168.7.128/25", ""],
  ["10.9.0.0", ""],
  ["fd00:7::99 fe80::99%v0 fe80::99%v1", ""],
  ["::ffff:192.168.7.9", ""],
  ["ff02::1 ff12::99 ff01::2", ""],
  ["203.0.113.5 2001:db8:7::2", ""], // itself
  ["", ""],
  ["192.168.8.1", "192.168.8.1"],
  ["192.168.6.0/23", "192.168.6.0/24"],
  ["10.9.0.2", "10.9.0.2"],
  ["203.0.113.7 192.168.7.9", "203.0.113.7"],
  ["2001:db8:7::9", "2001:db8:7::9"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.8/125", "203.0.113.8/29"],
  ["fe80:0:0:1::9", "fe80:0:0:1::9"],
  ["ff05::1", "ff05::1"],
  ["239.1.2.3", "239.1.2.3"],
  ["169.254.169.254", "169.254.169.254"],
  ["0.0.0.0", "0.0.0.0"],
  ["64:ff9b::cb00:7107", "64:ff9b::cb00:7107"],
  // The own one of the public space is a neighbour of strangers.
  ["255.255.255.255", "255.255.255.255"],
  [
    "192.0.2.1 192.0.2.3 192.0.2.5 192.0.2.7 192.0.2.9",
    "192.0.2.1, 192.0.2.3, 192.0.2.5 and 2 more",
  ],
  ["192.0.2.4 192.0.2.5 192.0.2.6", "192.0.2.4-192.0.2.6"],
  ["::/0", "::, "],
  ["0.0.0.0/0", "0.0.0.0-10.8.255.255, "],
];

testUnless(
  noNetworks,
  "what is private and one's own passes; the rest is named and refused",
  async () => {
    using network = machine(...HOME);
    const { namespace } = network;
    for (const [text, foreign] of CASES) {
      const done = authorise(
        { action: "ping", targets: targetsOf(text) },
        { namespace },
      );
      if (foreign === "") await done;
      else {
        await assert.rejects(done, (error: PermissionError) => {
          assert.ok(error instanceof PermissionError, `${error}`);
          assert.equal(error.code, "not-authorised");
          assert.match(error.hint!, /authorised: "/);
          assert.ok(
            error.target === foreign ||
              foreign.endsWith(", ") && error.target!.startsWith(foreign),
            `${text}: ${error.target}`,
          );
          return true;
        });
      }
    }
  },
);

testUnless(
  noNetworks,
  "a broadcast passes on links of private addresses, and before there is any address",
  async () => {
    const targets = targetsOf("255.255.255.255 224.0.0.251 ff02::1:2");
    for (const own of [[], ["172.31.0.1/16"], ["172.31.0.1/16", "::5/64"]]) {
      using network = machine(...own);
      const { namespace } = network;
      await authorise({ action: "ask", targets }, { namespace });
    }
  },
);

testUnless(
  noNetworks,
  "an own prefix of length 0 makes no more one's own than private space",
  async () => {
    using network = machine("10.0.0.1/0");
    const { namespace } = network;
    const action = "scan";
    await authorise({ action, targets: [parse("10.200.0.1")] }, { namespace });
    await assert.rejects(
      authorise({ action, targets: [parse("11.0.0.1")] }, { namespace }),
      { code: "not-authorised" },
    );
  },
);

Deno.test("who says why may do anything, and must say it in words", async () => {
  const intent = { action: "scan", targets: targetsOf("0.0.0.0/0 ::/0") };
  await authorise(intent, { authorised: "a written order of the owner" });
  for (const authorised of ["", "  ", true, 1, null]) {
    await assert.rejects(
      authorise(intent, { authorised: authorised as string }),
      TypeError,
    );
  }
  const reason = new Error("stopped");
  await assert.rejects(
    authorise(intent, { signal: AbortSignal.abort(reason) }),
    (error) => error === reason,
  );
});

testUnless(
  noNetworks,
  "a person is asked once; the yes holds for the same and for parts of it, for one kind of thing",
  async () => {
    using network = machine("192.168.7.2/24");
    const { namespace } = network;
    const questions: string[] = [];
    let says = true;
    const asker: Asker = async (question) => {
      questions.push(question);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return says;
    };
    using _asker = setAsker(asker);
    const scan = (text: string, ports: number) =>
      authorise({
        action: `scan ${ports} TCP ports of`,
        targets: targetsOf(text),
        kind: "scan",
      }, { namespace });
    // Two at once are one question.
    await Promise.all([
      scan("198.51.100.0/24 192.168.7.1", 10),
      scan("198.51.100.9", 10),
    ]);
    assert.deepEqual(questions, [
      "Scan 10 TCP ports of 198.51.100.0/24? You may test only what you own or may test.",
    ]);
    await scan("198.51.100.0/25 198.51.100.255", 20);
    assert.equal(questions.length, 1);
    says = false;
    await assert.rejects(scan("198.51.100.9 198.51.101.1", 10), {
      code: "not-authorised",
      target: "198.51.101.1",
      message: /you said no/,
    });
    assert.match(questions[1]!, /of 198\.51\.101\.1\?/);
    await assert.rejects(
      authorise({
        action: "flood",
        targets: targetsOf("198.51.100.9"),
      }, { namespace }),
      { code: "not-authorised" },
    );
    assert.equal(questions.length, 3);
    // Nobody waits for an answer that came too late.
    const controller = new AbortController();
    const waits = authorise(
      { action: "flood", targets: targetsOf("198.51.100.9") },
      { namespace, signal: controller.signal },
    );
    controller.abort(new Error("left"));
    await assert.rejects(waits, { message: "left" });
    await new Promise((resolve) => setTimeout(resolve, 10));
  },
);

testUnless(
  noNetworks,
  "a hundred thousand targets are looked through at once",
  async () => {
    using network = machine("10.0.0.1/8");
    const { namespace } = network;
    const targets = Array.from(
      { length: 100_000 },
      (_, n) => parse("10.0.0.0").offset(n * 2),
    );
    const before = performance.now();
    await authorise({ action: "ping", targets }, { namespace });
    // Minutes, if each were looked for among all.
    assert.ok(performance.now() - before < 20_000);
  },
);
