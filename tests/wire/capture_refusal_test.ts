import assert from "node:assert/strict";
import { capture } from "../../lib/wire/capture.ts";
import { testUnless } from "../skip.ts";
import { inside, withoutNetworks } from "../lab/own_network.ts";
import { cable, CAPTURE, frames, pause, send, TIERS } from "./capture_bed.ts";

const noNetworks = withoutNetworks();

testUnless(
  noNetworks,
  "an interface that goes down or away ends a capture in an error that says so, after all that was captured",
  async () => {
    for (const tier of TIERS) {
      for (
        const [words, code] of [["set v1 down", "down"], ["del v1", "gone"]]
      ) {
        using network = cable();
        const { namespace, run } = network;
        const live = capture(["v1", "lo"], { namespace, tier });
        const seen: string[] = [];
        const ended = assert.rejects(async () => {
          for await (const packet of live) seen.push(packet.bytes.toHex());
        }, { name: "NetError", code });
        await pause(20);
        const sent = frames(20);
        send(network, "v0", sent);
        run("ip", "link", ...words!.split(" "));
        await ended;
        assert.deepEqual(seen, sent.map((octets) => octets.toHex()), tier);
        const { captured, received } = live.statistics;
        assert.deepEqual([captured, received], [20, 20]);
        assert.ok(live.closed);
      }
    }
  },
);

testUnless(
  noNetworks,
  "an interface that is down, or that there is not, and a filter that makes no sense are refused with what helps",
  () => {
    using network = cable();
    const { namespace, run } = network;
    for (const tier of TIERS) {
      assert.throws(() => capture("v2", { namespace, tier }), {
        name: "NetError",
        code: "not-found",
        message: /did you mean "v\d"\?\)\. Try: one of lo, v\d, v\d$/,
      });
      assert.throws(
        () => capture("v1", { namespace, tier, filter: "tcp prot 1" }),
        {
          name: "ParseError",
        },
      );
    }
    run("ip", "link", "set", "v1", "down");
    for (const tier of TIERS) {
      assert.throws(() => capture(["lo", "v1"], { namespace, tier }), {
        code: "down",
        hint: "sudo ip link set v1 up",
      });
    }
    assert.throws(() => capture([], { namespace }), TypeError);
    assert.throws(() => capture("lo", { namespace, count: 0 }), RangeError);
    assert.throws(() => capture("lo", { namespace, snaplen: 0 }), RangeError);
    assert.throws(() => capture("lo", { namespace, buffer: 1 }), RangeError);
    assert.throws(() => capture("lo", { namespace, duration: -1 }), RangeError);
    const signal = AbortSignal.abort("enough");
    assert.throws(
      () => capture("lo", { namespace, signal }),
      (error) => error === "enough",
    );
  },
);

testUnless(
  noNetworks,
  "without the right to capture a hint says how to get it",
  async () => {
    using network = cable();
    const text = `
      import { capture } from ${JSON.stringify(CAPTURE)};
      for (const tier of ["ring", "socket", "dump"]) {
        try { capture("lo", { tier }); } catch (e) { console.log(e.name, e.hint); }
      }`;
    const { stdout, stderr } = await inside(
      network,
      () =>
        new Deno.Command("setpriv", {
          args: [
            "--inh-caps=-all",
            "--bounding-set=-net_raw",
            ...[Deno.execPath(), "run", "-A", "--no-check"],
            `data:application/typescript,${encodeURIComponent(text)}`,
          ],
          stdout: "piped",
          stderr: "piped",
        }).spawn(),
    ).output();
    const said = new TextDecoder().decode(stdout).trim().split("\n");
    assert.equal(said.length, 3, new TextDecoder().decode(stderr));
    for (const line of said) {
      assert.match(
        line,
        /^PermissionError sudo, or sudo setcap .*\.lab up pair/,
      );
    }
  },
);
