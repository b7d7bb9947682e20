import assert from "node:assert/strict";
import { addresses } from "../../lib/linux/addresses.ts";
import { links } from "../../lib/linux/links.ts";
import { neighbours } from "../../lib/linux/neighbours.ts";
import { qdiscs } from "../../lib/linux/qdiscs.ts";
import { route } from "../../lib/linux/route_lookup.ts";
import { routes } from "../../lib/linux/routes.ts";
import { rules } from "../../lib/linux/rules.ts";
import { testUnless } from "../skip.ts";
import { GROUND } from "./linux_commands.ts";
import { batch } from "./linux_oracle.ts";
import {
  inside,
  type OwnNetwork,
  ownNetwork,
  withoutNetworks,
} from "./own_network.ts";

const reason = withoutNetworks();
const room = new URL("../../lib/linux/", import.meta.url).href;

const PROGRAM = `
import { links } from "${room}links.ts";
import { addresses } from "${room}addresses.ts";
import { routes } from "${room}routes.ts";
import { rules } from "${room}rules.ts";
import { neighbours } from "${room}neighbours.ts";
import { qdiscs } from "${room}qdiscs.ts";
import { route } from "${room}route_lookup.ts";
import { change } from "${room}change.ts";
const found = {
  links: await links(),
  addresses: await addresses(),
  routes: await routes({ table: "all" }),
  main: await routes({ family: 4 }),
  none: await routes({ table: 4242 }),
  rules: await rules(),
  neighbours: await neighbours(),
  qdiscs: await qdiscs(),
  way: await route("10.64.1.1", { mark: 7 }),
  nowhere: await route("203.0.113.1"),
};
const refused = await change({ op: "setLink", device: "base0", change: { mtu: 1400 } }).then(() => "", (e) => e.code);
await change({ op: "setLink", device: "base0", change: { mtu: 1400 } }, { apply: true });
console.log(JSON.stringify({ ...found, refused, mtu: (await links()).get("base0").mtu }, (k, v) => typeof v === "bigint" ? String(v) : v));
`;

function program(
  network: OwnNetwork,
  permissions: readonly string[],
  text: string,
): { stdout: string; stderr: string } {
  const file = Deno.makeTempFileSync({ suffix: ".ts" });
  try {
    Deno.writeTextFileSync(file, text);
    const args = [
      "run",
      "--no-prompt",
      "--no-lock",
      "--cached-only",
      ...permissions,
      file,
    ];
    const { stdout, stderr } = inside(
      network,
      () =>
        new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } })
          .outputSync(),
    );
    return {
      stdout: new TextDecoder().decode(stdout),
      stderr: new TextDecoder().decode(stderr),
    };
  } finally {
    Deno.removeSync(file);
  }
}

/** What ip does not tell, and clocks. */
function comparable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(
      value,
      (key, x) =>
        /^(carrier|statistics|references|tbf|defaultClass|limit|lock|fdbLearned|fdbMaxLearned|mstEnabled)$|(Seconds|Timer)$/
            .test(key) ||
          (key === "protocol" && /^kernel_/.test(String(x)))
          ? undefined
          : typeof x === "bigint"
          ? String(x)
          : x,
    ),
  );
}

testUnless(
  reason,
  "without --allow-ffi the same objects come through ip",
  async () => {
    using network = ownNetwork();
    batch(network, [
      ...GROUND,
      "link add name br0 type bridge stp_state 1",
      "route add default via 10.0.0.254 mtu 1400",
      "route add 10.64.0.0/16 via 10.0.0.4 table 100",
      "route add 10.70.0.0/16 nexthop via 10.0.0.2 weight 2 nexthop via 10.0.0.3",
      "route del default",
      "rule add from 10.0.0.0/8 fwmark 7 lookup 100 priority 500",
      "rule add fwmark 7 lookup 100 priority 501",
      "neigh add 10.0.0.5 dev base0 lladdr 02:00:00:00:00:05",
    ]);
    const { namespace } = network;
    const native = {
      links: await links({ namespace }),
      addresses: await addresses({ namespace }),
      routes: await routes({ namespace, table: "all" }),
      main: await routes({ namespace, family: 4 }),
      none: await routes({ namespace, table: 4242 }),
      rules: await rules({ namespace }),
      neighbours: await neighbours({ namespace }),
      qdiscs: await qdiscs({ namespace }),
      way: await route("10.64.1.1", { namespace, mark: 7 }),
      nowhere: await route("203.0.113.1", { namespace }),
    };
    const { stdout, stderr } = program(network, ["--allow-run=ip,tc"], PROGRAM);
    assert.equal(stderr, "");
    const { refused, mtu, ...through } = JSON.parse(stdout);
    assert.equal(`${refused} ${mtu}`, "needs-apply 1400");
    for (const key of Object.keys(native) as (keyof typeof native)[]) {
      const [ours, theirs] = [
        comparable(native[key]),
        comparable(through[key]),
      ] as Record<string, unknown>[];
      if (key === "nowhere") {
        assert.match(String(theirs!["refusal"]), /Network is unreachable/);
        delete ours!["refusal"];
        delete theirs!["refusal"];
      }
      if (key === "qdiscs") {
        const byName = (list: unknown) =>
          (list as { device: string; parent: string }[]).toSorted((a, b) =>
            `${a.device} ${a.parent}` < `${b.device} ${b.parent}` ? -1 : 1
          );
        assert.deepEqual(byName(theirs), byName(ours), key);
        continue;
      }
      assert.deepEqual(theirs, ours, key);
    }
  },
);

testUnless(
  reason,
  "with neither permission the error says which to give",
  () => {
    using network = ownNetwork();
    const { stderr } = program(
      network,
      [],
      `
    import { links } from "${room}links.ts";
    await links();
  `,
    );
    assert.match(
      stderr,
      /PermissionError: Cannot ask the kernel about its network.*--allow-ffi, or with --allow-run=ip/,
    );
  },
);

testUnless(
  reason,
  "a namespace is a descriptor or a file; what is neither is an error",
  async () => {
    using network = ownNetwork();
    network.run(
      "ip",
      "link",
      "add",
      "name",
      "v0",
      "type",
      "veth",
      "peer",
      "name",
      "v1",
    );
    const path = `/proc/self/fd/${network.namespace}`;
    assert.equal((await links({ namespace: network.namespace })).length, 3);
    assert.equal((await links({ namespace: path })).length, 3);
    await assert.rejects(links({ namespace: "/run/netns/no-such" }), {
      code: "not-found",
    });
    await assert.rejects(links({ namespace: 9999 }), { code: "ebadf" });
    await assert.rejects(
      links({ signal: AbortSignal.abort("enough") }),
      (thrown) => thrown === "enough",
    );
    await assert.rejects(routes({ table: 0 }), RangeError);
  },
);

testUnless(
  reason,
  "what is read while it changes is whole, and has nothing twice",
  async () => {
    using network = ownNetwork();
    const lines = Array.from({ length: 80 }, (_, i) => [
      `link add name v${i} type veth peer name w${i}`,
      ...i > 20 ? [`link delete dev v${i - 20}`] : [],
    ]).flat();
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, lines.join("\n"));
    let readings = 0;
    // Once more where ip was at its end before we had read much.
    for (let round = 0; round < 50 && readings <= 5; round++) {
      const child = inside(network, () =>
        new Deno.Command("ip", {
          args: ["-force", "-batch", file],
          stderr: "null",
        }).spawn());
      let ended = false;
      const end = child.status.then(() => {
        ended = true;
      });
      while (!ended) {
        const found = await links({ namespace: network.namespace });
        const indexes = new Set(found.map(({ index }) => index));
        assert.equal(indexes.size, found.length);
        assert.equal(found[0]?.name, "lo");
        readings++;
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      await end;
    }
    await Deno.remove(file);
    assert.ok(readings > 5, `${readings} readings`);
  },
);

testUnless(reason, "nothing stays open after a thousand readings", async () => {
  using network = ownNetwork();
  const { namespace } = network;
  const open = () => [...Deno.readDirSync("/proc/self/fd")].length;
  await links({ namespace });
  const before = open();
  for (let i = 0; i < 300; i++) {
    await links({ namespace });
    await routes({ namespace });
    await assert.rejects(links({ namespace: "/run/netns/no-such" }));
    await route("192.0.2.1", { namespace });
  }
  assert.ok(open() <= before + 2, `${open()} open, ${before} before`);
});

testUnless(
  Deno.uid() === 0 ? reason : undefined,
  "all of this holds for a user without rights, in namespaces of their own",
  async () => {
    // The kernel lets anyone be root of a new user namespace.
    const files = [
      "linux_routes_test.ts",
      "linux_links_test.ts",
      "linux_change_test.ts",
      "linux_way_test.ts",
    ]
      .map((name) => new URL(name, import.meta.url).pathname);
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      args: [
        ...["--user", "--map-root-user", "--net", "--", Deno.execPath()],
        ...["test", "-A", "--no-lock", "--no-check", ...files],
      ],
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.ok(success, text + new TextDecoder().decode(stderr));
    assert.doesNotMatch(text, /skip:/);
  },
);
