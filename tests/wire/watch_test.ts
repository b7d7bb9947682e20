import assert from "node:assert/strict";
import { canvas } from "../../lib/inspect/canvas.ts";
import { type Live, setStage } from "../../lib/inspect/live.ts";
import { capture } from "../../lib/wire/capture.ts";
import { watch } from "../../lib/wire/watching/watch.ts";
import { testUnless } from "../skip.ts";
import {
  type OwnNetwork,
  ownNetwork,
  withoutNetworks,
} from "../lab/own_network.ts";

const noNetworks = withoutNetworks();

/** Sends datagrams of 100 octets, 101, … to a port of loopback where nobody answers. */
function send({ run }: OwnNetwork, count: number): void {
  const loop = 'for ((n = 0; n < $0; n++)); do printf "%0$((100 + n))d" 0 ' +
    ">/dev/udp/127.0.0.1/7; done";
  run("bash", "-c", loop, `${count}`);
}

testUnless(
  noNetworks,
  "a live capture that is watched shows its packets, and left with q gives them as a capture",
  async () => {
    using network = ownNetwork();
    const { namespace } = network;
    const shown: Live[] = [];
    using _stage = setStage((live) => shown.push(live));
    const live = capture("lo", { namespace, filter: "udp port 7" });
    const watched = watch(live);
    assert.deepEqual(shown, [watched]);
    send(network, 20);
    const page = canvas({ width: 100 });
    let screen = "";
    for (let tries = 0; tries < 1500 && !/ 20 packets/.test(screen); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      screen = watched.draw(page, 30);
    }
    assert.match(screen, /^lo .* 20 packets .* 0 dropped/);
    assert.match(screen, /127\.0\.0\.1 +100 % /);
    assert.match(screen, /\d ipv4 127\.0\.0\.1 > 127\.0\.0\.1 \/ udp \d+ > 7 /);
    assert.equal(watched.key("q"), true);
    const packets = await Array.fromAsync(await watched);
    assert.deepEqual(
      packets.map(({ payload }) => payload.length),
      Array.from({ length: 20 }, (_, n) => 100 + n),
    );
    assert.ok(packets.every((one) => one.interface === "lo" && one.timestamp));
    assert.ok(live.closed);
  },
);

testUnless(
  noNetworks,
  "an interface that goes down ends a watch with an error, and what it kept can be had",
  async () => {
    using network = ownNetwork();
    const { namespace, run } = network;
    const watched = watch(capture("lo", { namespace, filter: "udp" }));
    send(network, 3);
    run("ip", "link", "set", "lo", "down");
    await assert.rejects(watched.then(), { code: "down" });
    const packets = await Array.fromAsync(await watched.kept());
    assert.deepEqual(packets.map((one) => one.udp?.dstPort), [7, 7, 7]);
  },
);
