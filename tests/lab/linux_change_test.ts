import assert from "node:assert/strict";
import fc from "fast-check";
import { addAddress, addLink, setLink } from "../../lib/linux/change_links.ts";
import { addRoute } from "../../lib/linux/change_routes.ts";
import { labEnvironment } from "../../lib/linux/lab_mark.ts";
import { indexThrough } from "../../lib/linux/link_names.ts";
import { links } from "../../lib/linux/links.ts";
import { NetlinkSocket } from "../../lib/linux/netlink.ts";
import { operationCommand } from "../../lib/linux/operation_command.ts";
import { invertOperation } from "../../lib/linux/operation_inverse.ts";
import {
  applyOperations,
  type Operation,
  operationMessages,
} from "../../lib/linux/operations.ts";
import type { Route } from "../../lib/linux/route.ts";
import { routes } from "../../lib/linux/routes.ts";
import { readState } from "../../lib/linux/state.ts";
import { testUnless } from "../skip.ts";
import { ground, operation } from "./linux_operations.ts";
import { json, native } from "./linux_oracle.ts";
import {
  inside,
  type OwnNetwork,
  ownNetwork,
  withoutNetworks,
} from "./own_network.ts";

const reason = withoutNetworks();
const RUNS = { numRuns: 25 };

function prepared(): OwnNetwork {
  const network = ownNetwork();
  native(network, (socket) => applyOperations(socket, ground));
  return network;
}

/** What changes of itself: clocks, and what follows from carriers. */
const OF_ITSELF =
  /(Seconds|Timer)$|^(references|probes|statistics|carrier|carrierChanges|flags|qdisc|gsoMaxSize|tsoMaxSize|tsoMaxSegments)$/;

/** What a state is, without what changes of itself. */
function essence(network: OwnNetwork): unknown {
  const state = native(network, readState);
  const byText = (a: string, b: string) => (a < b ? -1 : 1);
  // Of routes alike the kernel has first whose link came up first; neighbours
  // are in no order.
  const order = ({ to, table, metric, index }: Route) =>
    `${to} ${table} ${metric} ${index}`;
  return JSON.parse(JSON.stringify(
    {
      ...state,
      links: state.links.map(({ state: _, ...link }) => link),
      routes: state.routes.filter((route) =>
        route.family === 4 || route.protocol !== "kernel"
      ).toSorted((a, b) => byText(order(a), order(b))),
      // Of the others someone asked, in the kernel's own time.
      neighbours: state.neighbours.filter(({ state, proxy }) =>
        proxy || ["permanent", "stale", "noarp"].includes(state)
      ).toSorted((a, b) =>
        byText(`${a.address} ${a.index}`, `${b.address} ${b.index}`)
      ),
    },
    (key, value) =>
      OF_ITSELF.test(key)
        ? undefined
        : typeof value === "bigint"
        ? String(value)
        : value,
  ));
}

/** Waits for what the kernel does in its own time, such as IPv6 routes. */
function settle(network: OwnNetwork): unknown {
  let last = essence(network);
  for (let i = 0; i < 50; i++) {
    const now = essence(network);
    if (JSON.stringify(now) === JSON.stringify(last)) return now;
    last = now;
  }
  return last;
}

function shell(network: OwnNetwork, text: string): string {
  const { success, stderr } = inside(
    network,
    () => new Deno.Command("sh", { args: ["-ec", text] }).outputSync(),
  );
  return success ? "" : new TextDecoder().decode(stderr);
}

testUnless(
  reason,
  "an operation does what the command does that it shows",
  () => {
    fc.assert(
      fc.property(
        fc.array(operation, { minLength: 1, maxLength: 4 }),
        (operations) => {
          using ours = prepared();
          using theirs = prepared();
          for (const each of operations) {
            let refused: string | undefined;
            try {
              native(ours, (socket) => applyOperations(socket, [each]));
            } catch (error) {
              refused = String(error);
            }
            const command = operationCommand(each);
            const said = shell(
              theirs,
              command.replaceAll("dev if10", "dev base0"),
            );
            assert.equal(
              refused === undefined,
              said === "",
              `${command}\nours: ${refused}\nip: ${said}`,
            );
          }
          assert.deepEqual(
            settle(ours),
            settle(theirs),
            operations.map(operationCommand).join("\n"),
          );
        },
      ),
      RUNS,
    );
  },
);

testUnless(reason, "what undoes an operation brings back what was", () => {
  fc.assert(
    fc.property(operation, (each) => {
      using network = prepared();
      const before = native(network, readState);
      const was = settle(network);
      try {
        native(network, (socket) => applyOperations(socket, [each]));
      } catch {
        return;
      }
      const undo = invertOperation(each, before);
      native(network, (socket) => applyOperations(socket, undo));
      assert.deepEqual(settle(network), was, operationCommand(each));
    }),
    { numRuns: 100 },
  );
});

testUnless(
  reason,
  "nothing touches this machine's own network unless it is meant",
  async () => {
    using network = ownNetwork();
    const { namespace } = network;
    await assert.rejects(
      addLink({ name: "nr0", kind: "veth" }, { namespace }),
      {
        code: "needs-apply",
        message: /ip link add name nr0 type veth.*apply: true/,
      },
    );
    assert.equal((await links({ namespace })).get("nr0"), undefined);
    const apply = { namespace, apply: true };
    await addLink({ name: "nr0", kind: "veth", peer: { name: "nr1" } }, apply);
    await setLink("nr0", { up: true, name: "nr2" }, apply);
    await addAddress({ address: "192.0.2.1/24", device: "nr2" }, apply);
    await addRoute({ to: "198.51.100.0/24", via: "192.0.2.9" }, apply);
    assert.equal((await links({ namespace })).get("nr2")?.up, true);
    const [first] = await routes({ namespace, family: 4 });
    assert.equal(`${first?.to} ${first?.via}`, "192.0.2.0/24 undefined");
    // What we add, ip shows.
    const shown = json(network, "route").map((
      { dst, gateway },
    ) => [dst, gateway]);
    assert.deepEqual(shown, [["192.0.2.0/24", undefined], [
      "198.51.100.0/24",
      "192.0.2.9",
    ]]);
  },
);

testUnless(
  reason,
  "a lab is where its agent says so, and nowhere else",
  () => {
    using host = ownNetwork();
    using other = ownNetwork();
    const env = labEnvironment("pair", host.namespace);
    const program = `
      import { inLab, change } from ${
      JSON.stringify(new URL("../../lib/linux/change.ts", import.meta.url).href)
    };
      const up = { op: "setLink", device: "lo", change: { mtu: 60000 } };
      const done = await change(up).then(() => "done", (error) => error.code);
      console.log(inLab(), done);
    `;
    const say = (network: OwnNetwork, variables: Record<string, string>) => {
      const { success, stdout, stderr } = inside(
        network,
        () =>
          new Deno.Command(Deno.execPath(), {
            args: ["eval", "--no-lock", program],
            env: { ...variables, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
          }).outputSync(),
      );
      assert.ok(success, new TextDecoder().decode(stderr));
      return new TextDecoder().decode(stdout).trim();
    };
    assert.equal(say(host, env), "true done");
    assert.equal(say(other, env), "false needs-apply");
    assert.equal(say(host, { NETREPL_LAB: "pair" }), "false needs-apply");
    assert.equal(say(host, {}), "false needs-apply");
  },
);

testUnless(reason, "the kernel's own words come with a refusal", () => {
  using network = ownNetwork();
  native(network, (socket) => {
    const apply = (operation: Operation) => () =>
      applyOperations(socket, [operation]);
    assert.throws(
      apply({ op: "addLink", link: { name: "x0", kind: "nosuch" } }),
      {
        code: "unsupported",
        message: "Cannot add nosuch link x0: Unknown device type (EOPNOTSUPP)",
      },
    );
    assert.throws(
      apply({
        op: "addAddress",
        address: { address: "192.0.2.1/24", device: "nosuch" },
      }),
      {
        code: "not-found",
        message: /find link nosuch/,
      },
    );
    assert.throws(
      apply({
        op: "addRoute",
        route: { to: "192.0.2.0/24", via: "203.0.113.1" },
      }),
      {
        code: "unreachable",
        message: /Nexthop has invalid gateway/,
      },
    );
    // All of several are tried; the first that is refused is told.
    const make = (name: string) =>
      operationMessages({ op: "addLink", link: { name, kind: "veth" } })[0]!;
    assert.throws(() => socket.transact(make("a0"), make("a0"), make("b0")), {
      code: "exists",
      message: "Cannot add veth link a0 (2 of 3): file exists (EEXIST)",
    });
    assert.ok(indexThrough(socket)("b0") > 0);
  });
});

testUnless(
  reason,
  "a thousand messages in one call are all done and all answered",
  () => {
    using network = ownNetwork();
    native(network, (socket) => {
      const index = indexThrough(socket)("lo");
      const messages = Array.from(
        { length: 1000 },
        (_, i) =>
          operationMessages({
            op: "addRoute",
            route: { to: `10.${i >> 8}.${i & 255}.0/24`, device: index },
          })[0]!,
      );
      socket.transact(...messages);
      const failures = socket.attempt(messages);
      assert.equal(
        failures.filter((failure) => failure?.code === "exists").length,
        1000,
      );
      assert.equal(json(network, "route").length, 1000);
    });
  },
);

testUnless(
  reason,
  "a link with more to say than a buffer holds is read whole",
  () => {
    using network = ownNetwork();
    network.run("ip", "link", "add", "name", "many0", "type", "veth");
    native(network, (socket) => {
      const index = indexThrough(socket)("many0");
      const names = Array.from(
        { length: 200 },
        (_, i) => `${"n".repeat(100)}${i}`,
      );
      for (let i = 0; i < names.length; i += 20) {
        const change = { addAltNames: names.slice(i, i + 20) };
        applyOperations(socket, [{ op: "setLink", device: index, change }]);
      }
      const found = readState(socket).links.find(({ name }) =>
        name === "many0"
      );
      assert.equal(found?.altNames.length, 200);
    });
  },
);

testUnless(reason, "a socket that is closed says so, and closes once", () => {
  using network = ownNetwork();
  const socket = inside(network, () => NetlinkSocket.open());
  socket.close();
  socket.close();
  assert.throws(() => readState(socket), { code: "ebadf" });
});
