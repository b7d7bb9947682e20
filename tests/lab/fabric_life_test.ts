import assert from "node:assert/strict";
import { Fabric } from "../../lib/lab/fabric.ts";
import { testUnless } from "../skip.ts";
import { Bed, pause, until, withoutNamespaces } from "./fabric_bed.ts";

const reason = withoutNamespaces();

/** Descriptors of this process, by what they are. */
function descriptors(): string[] {
  return [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`);
    } catch {
      return "gone";
    }
  }).filter((what) => /^(socket|net:|anon_inode)/.test(what));
}

/** Processor time of this process's threads, in hundredths of a second. */
function ticks(): number {
  const text = Deno.readTextFileSync("/proc/self/stat");
  const fields = text.slice(text.lastIndexOf(")")).split(" ");
  return Number(fields[12]) + Number(fields[13]);
}

testUnless(
  reason,
  "a fabric that was disposed of has nothing open",
  async () => {
    // The runtime opens some of its own with its first Worker.
    await (await Fabric.start())[Symbol.asyncDispose]();
    const before = descriptors();
    {
      await using bed = new Bed();
      const fabric = await Fabric.start();
      const netns = bed.namespace();
      const far = bed.namespace();
      for (const name of ["a", "b", "c", "d"]) {
        bed.cable(
          netns,
          name,
          far,
          name,
        );
      }
      await fabric.addSwitch({
        name: "sw1",
        stp: true,
        ports: [{ netns, interface: "a" }, { netns, interface: "b" }],
      });
      await fabric.addLink({
        name: "wan",
        a: { netns, interface: "c" },
        b: { netns, interface: "d" },
      });
      assert.ok(descriptors().length > before.length + 8);
      await fabric.remove("wan");
      await fabric[Symbol.asyncDispose]();
      await fabric[Symbol.asyncDispose]();
      await assert.rejects(fabric.stats(), {
        code: "closed",
        message: "Cannot use the fabric: it was closed",
      });
    }
    // A thread's own are closed a moment after it has ended.
    await until(() => descriptors().length <= before.length);
  },
);

testUnless(
  reason,
  "a fabric with nothing to do costs no processor time",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const netns = bed.namespace();
    const far = bed.namespace();
    for (const name of ["a", "b"]) bed.cable(netns, name, far, name);
    await fabric.addSwitch({
      name: "sw1",
      stp: false,
      ports: ["a", "b"].map((name) => ({ netns, interface: name })),
    });
    await pause(300);
    // This runtime tidies up at times, and not each time.
    let spent = Infinity;
    for (let tries = 0; tries < 5 && spent > 3; tries++) {
      const before = ticks();
      await pause(1500);
      spent = ticks() - before;
    }
    assert.ok(spent <= 3, `${spent} hundredths of a second`);
  },
);

testUnless(
  reason,
  "what cannot be added says why, and leaves what is there",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const netns = bed.namespace();
    bed.cable(netns, "a", bed.namespace(), "a");
    const end = { netns, interface: "a" };
    const sw1 = { name: "sw1", stp: false, ports: [end] };
    await fabric.addSwitch(sw1);
    await assert.rejects(fabric.addSwitch(sw1), {
      name: "NetError",
      code: "exists",
      message: "Cannot add switch sw1: there is one of that name",
    });
    const missing = { netns, interface: "none0" };
    const opened = descriptors().length;
    await assert.rejects(
      fabric.addLink({ name: "wan", a: end, b: missing }),
      { code: "not-found", target: "none0" },
    );
    await assert.rejects(
      fabric.addSwitch({ name: "sw2", stp: true, ports: [end, missing] }),
      { code: "not-found" },
    );
    await assert.rejects(
      fabric.addSwitch({
        name: "sw2",
        stp: false,
        ports: [{ ...end, port: { access: 4095 } }],
      }),
      RangeError,
    );
    assert.equal(descriptors().length, opened);
    await assert.rejects(fabric.updateLink("wan", { up: false }), {
      code: "not-found",
      op: "change",
      target: "link wan",
    });
    const { switches, links } = await fabric.stats();
    assert.deepEqual([switches.map(({ name }) => name), links], [["sw1"], []]);
  },
);

testUnless(
  reason,
  "an interface that vanishes takes nothing with it",
  async () => {
    await using bed = new Bed();
    await using fabric = await Fabric.start();
    const netns = bed.namespace();
    const hosts = [0, 1, 2].map((i) =>
      bed.host(netns, `p${i}`, `10.0.0.${i + 1}/24`)
    );
    await fabric.addSwitch({
      name: "sw1",
      stp: false,
      ports: [0, 1, 2].map((i) => ({ netns, interface: `p${i}` })),
    });
    assert.ok(await bed.pings(hosts[0]!, "10.0.0.3"));
    bed.ip(hosts[2]!, "link del h0");
    await pause(100);
    const before = ticks();
    assert.ok(await bed.pings(hosts[0]!, "10.0.0.2"));
    await pause(500);
    assert.ok(ticks() - before <= 10, "it spins");
    const { ports } = (await fabric.stats()).switches[0]!;
    assert.deepEqual(ports.map(({ up }) => up), [true, true, false]);
  },
);
