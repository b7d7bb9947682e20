/**
 * Rules given to the kernel and taken back, in namespaces of the tests' own.
 *
 * @module
 */

import assert from "node:assert/strict";
import { libc } from "../../lib/ffi/libc.ts";
import {
  createNetworkNamespace,
  inNamespace,
  namespaceId,
} from "../../lib/ffi/namespace.ts";
import {
  apply as applyRules,
  type ApplyOptions,
} from "../../lib/firewall/kernel/apply.ts";
import { check } from "../../lib/firewall/kernel/check.ts";
import { counters, list } from "../../lib/firewall/kernel/list.ts";
import { runNft } from "../../lib/firewall/kernel/nft.ts";
import { testUnless } from "../skip.ts";
import { until, withoutNamespaces } from "../lab/fabric_bed.ts";

const skip = withoutNamespaces();

/** A namespace, and what is often done in it; afterwards nothing may be left. */
class Place implements AsyncDisposable {
  readonly namespace = createNetworkNamespace();
  readonly #before = folders();

  nft(text: string): Promise<string> {
    return runNft(["nft", "-f", "-"], text, "test", this);
  }

  rules(): Promise<string> {
    return runNft(["nft", "list", "ruleset"], "", "test", this);
  }

  apply(rules: string, options: ApplyOptions = {}) {
    return applyRules(rules, { ...this, apply: true, ...options });
  }

  /** A program in the namespace that applies rules. */
  child(env: Record<string, string>, ...args: string[]): Deno.ChildProcess {
    const program = new URL("./apply_child.ts", import.meta.url).pathname;
    return inNamespace(this.namespace, () =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", program, ...args],
        stdout: "piped",
        stderr: "inherit",
        env,
      }).spawn());
  }

  async [Symbol.asyncDispose]() {
    const id = namespaceId(this.namespace);
    libc().close(this.namespace);
    const record = `/run/netrepl/firewall/${id.replace(/\D/g, "")}.json`;
    await Deno.remove(record).catch(() => {});
    await until(() =>
      guards(id).length === 0 && folders().length <= this.#before.length
    );
  }
}

/** Folders of guards, whoever's they are: they are there for a moment. */
const folders = (): string[] =>
  [...Deno.readDirSync("/tmp")].map(({ name }) => name)
    .filter((name) => name.startsWith("netrepl-firewall-"));

/** Guards in a namespace. */
const guards = (id: string): string[] =>
  [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    try {
      if (Deno.readLinkSync(`/proc/${name}/ns/net`) !== id) return [];
      const words = Deno.readTextFileSync(`/proc/${name}/cmdline`);
      return words.includes("netrepl-firewall-") ? [words] : [];
    } catch {
      return []; // It is no process, or has ended.
    }
  });

const OLD = "table inet f { chain old { tcp dport 1 accept; }; }";
const NEW = "table inet f { chain new { tcp dport 2 accept; }; }";

testUnless(skip, "apply() asks whether it is meant", async () => {
  await using place = new Place();
  await assert.rejects(place.apply(NEW, { apply: false }), {
    code: "needs-apply",
  });
  assert.equal(await place.rules(), "");
});

testUnless(skip, "broken rules change nothing", async () => {
  await using place = new Place();
  await place.nft(OLD);
  const before = await place.rules();
  for (const confirm of [false, 5] as const) {
    await assert.rejects(
      place.apply("table inet f { chain new { jump nowhere; }; }", {
        confirm,
        previous: OLD,
      }),
      { code: "refused", message: /No such file|nowhere/ },
    );
    assert.equal(await place.rules(), before);
  }
});

testUnless(skip, "what is confirmed stays", async () => {
  await using place = new Place();
  const applied = await place.apply(NEW, { confirm: 60 });
  assert.match(await place.rules(), /dport 2/);
  assert.match(Deno.inspect(applied), /^Applied until .*confirm\(\) keeps/);
  await applied.confirm();
  assert.equal(await applied.ended, "kept");
  assert.equal(Deno.inspect(applied), "Applied, to stay");
  assert.match(await place.rules(), /dport 2/);
  await assert.rejects(applied.restore(), { code: "confirmed" });
});

testUnless(skip, "without confirmation the old rules come back", async () => {
  await using place = new Place();
  await place.nft(OLD);
  const before = await place.rules();
  const applied = await place.apply(NEW, { confirm: 1, previous: OLD });
  assert.equal(await applied.ended, "restored");
  assert.match(Deno.inspect(applied), /^Not in force: the old rules are back$/);
  assert.equal(await place.rules(), before);
  await assert.rejects(applied.confirm(), { code: "restored" });
});

testUnless(
  skip,
  "old rules that cannot come back are left in a file",
  async () => {
    await using place = new Place();
    await place.nft(OLD);
    const previous = OLD.replace("tcp dport 1", "iif nosuch0");
    const applied = await place.apply(NEW, { confirm: 60, previous });
    const error = await applied.restore().then(() => {}, (error) => error);
    assert.equal(error.code, "not-restored");
    assert.match(error.message, /nosuch0/);
    const left = async (error: { hint: string }) => {
      const [file] = error.hint.match(/\/tmp\/.*\.nft$/)!;
      assert.match(await Deno.readTextFile(file), /nosuch0/);
      await Deno.remove(file.replace(/\/[^/]*$/, ""), { recursive: true });
    };
    await left(error);
    // A block that ends with this error has no second one on top of it.
    const block = async () => {
      await using applied = await place.apply(NEW, { confirm: 60, previous });
      await applied.restore();
    };
    const again = await block().then(() => {}, (error) => error);
    assert.equal(again.code, "not-restored");
    await left(again);
  },
);

testUnless(skip, "rules go with the block that applied them", async () => {
  await using place = new Place();
  await place.nft("table ip other {}");
  const before = await place.rules();
  {
    await using _ = await place.apply(NEW, { confirm: 60 });
    assert.match(await place.rules(), /dport 2/);
  }
  assert.equal(await place.rules(), before);
  await using applied = await place.apply(NEW, { confirm: 60 });
  await applied.confirm();
});

testUnless(skip, "an abort puts the old rules back", async () => {
  await using place = new Place();
  const reason = new Error("enough");
  await assert.rejects(
    place.apply(NEW, { signal: AbortSignal.abort(reason) }),
    reason,
  );
  for (const ms of [1, 20, 40]) {
    const aborter = new AbortController();
    setTimeout(() => aborter.abort(reason), ms);
    await place.apply(NEW, { signal: aborter.signal, confirm: 60 }).then(
      async (applied) => {
        aborter.abort();
        await applied.restore();
      },
      (error) => assert.equal(error, reason),
    );
    assert.equal(await place.rules(), "");
  }
});

testUnless(
  skip,
  "an abort of what has ended already ends nothing",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      // The shell is gone, and what it started still holds its output open.
      const script =
        `mkfifo $0/held; echo $$ > $0/pid; cat $0/held & mv $0/pid $0/started`;
      const reason = new Error("enough");
      const aborter = new AbortController();
      const running = assert.rejects(
        runNft(["sh", "-c", script, folder], "", "test", {
          signal: aborter.signal,
        }),
        reason,
      );
      const read = (path: string) => Deno.readTextFile(path).catch(() => "");
      let pid = "";
      await until(async () => {
        pid = (await read(`${folder}/started`)).trim();
        return pid !== "";
      });
      await until(async () => await read(`/proc/${pid}/stat`) === "");
      // Whether Deno knows of it by now or not, nothing may be thrown.
      for (let turn = 0; turn < 10; turn++) {
        await new Promise((go) => setTimeout(go));
      }
      aborter.abort(reason);
      await Deno.writeTextFile(`${folder}/held`, "");
      await running;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testUnless(skip, "the time to confirm is a number, or false", async () => {
  await using place = new Place();
  for (const confirm of [true, "30", 0, NaN, Infinity]) {
    await assert.rejects(
      place.apply(NEW, { confirm: confirm as number }),
      RangeError,
    );
  }
  assert.equal(await place.rules(), "");
});

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  testUnless(
    skip,
    `${signal} before confirmation: the old rules come back`,
    async () => {
      await using place = new Place();
      await place.apply(OLD, { confirm: false });
      const before = await place.rules();
      const child = place.child({}, NEW);
      const reader = child.stdout.getReader();
      assert.match(
        new TextDecoder().decode((await reader.read()).value),
        /^applied/,
      );
      assert.match(await place.rules(), /dport 2/);
      child.kill(signal);
      await child.status;
      await reader.cancel();
      await until(async () => await place.rules() === before);
    },
  );
}

testUnless(
  skip,
  "a program that ends without confirming leaves the old rules",
  async () => {
    await using place = new Place();
    const { stdout } = await place.child({}, NEW, "and ends").output();
    assert.equal(new TextDecoder().decode(stdout), "applied\n");
    await until(async () => await place.rules() === "");
  },
);

testUnless(
  skip,
  "rules that would cut the own SSH session are refused",
  async () => {
    const tables = (input: string, output: string) =>
      `table inet f {
  chain input {
    type filter hook input priority 0; policy drop;
    ${input}
  }
  chain output {
    type filter hook output priority 0;
    ${output}
  }
}`;
    const known = "ct state established,related accept";
    const cases = [
      ["tcp dport 22 accept", "", /^applied/],
      [known, "", /^applied/],
      ["tcp dport 2222 accept", "", /would-cut.*policy of inet f input/],
      [
        known,
        "tcp sport 22 ip daddr 192.0.2.0/24 reject",
        /rule 0 of inet f out/,
      ],
    ] as const;
    for (const [input, output, says] of cases) {
      await using place = new Place();
      const env = { SSH_CONNECTION: "192.0.2.7 50022 198.51.100.1 22" };
      const child = place.child(env, tables(input, output), "and ends");
      const said = new TextDecoder().decode((await child.output()).stdout);
      assert.match(said, says);
      await until(async () => await place.rules() === "");
    }
  },
);

testUnless(
  skip,
  "what nobody knows the source of is not replaced",
  async () => {
    await using place = new Place();
    await place.nft(OLD);
    await assert.rejects(place.apply(NEW), {
      code: "unknown-source",
      hint: /previous/,
    });
    await assert.rejects(
      place.apply(NEW, { previous: OLD.replaceAll("inet", "ip6") }),
      { code: "unknown-source" },
    );
    const applied = await place.apply(NEW, { confirm: false, previous: null });
    assert.equal(applied.until, undefined);
    assert.equal(await applied.ended, "kept");
    assert.doesNotMatch(await place.rules(), /dport 1/);
  },
);

testUnless(
  skip,
  "apply() knows what it applied, and what was changed since",
  async () => {
    await using place = new Place();
    await place.apply(OLD, { confirm: false });
    const before = await place.rules();
    const second = await place.apply(NEW, { confirm: 60 });
    await second.restore();
    assert.equal(await place.rules(), before);
    const third = await place.apply(NEW, { confirm: 60 });
    await third.confirm();
    await place.nft("add rule inet f new tcp dport 3 accept");
    await assert.rejects(place.apply(OLD), {
      code: "unknown-source",
      message: /was changed since/,
    });
  },
);

testUnless(skip, "other tables stay, or go", async () => {
  await using place = new Place();
  await place.apply("table ip a {\n}\ntable ip6 b {\n}", { confirm: false });
  await place.apply(NEW, { confirm: false });
  const all = await place.rules();
  assert.match(all, /table ip a/);
  const applied = await place.apply(NEW, { others: "remove", confirm: 60 });
  assert.equal((await list(place)).tables.length, 1);
  await applied.restore();
  assert.deepEqual(
    (await place.rules()).match(/^table .*/gm)!.toSorted(),
    all.match(/^table .*/gm)!.toSorted(),
  );
  await place.apply("", { others: "remove", confirm: false });
  assert.equal(await place.rules(), "");
});

testUnless(skip, "check() says what the kernel would", async () => {
  await check(OLD);
  await check("table inet f { chain c { iif eth7 accept; }; }", {
    interfaces: ["eth7"],
  });
  await assert.rejects(
    check("table inet f { chain c { type nat hook forward priority 0; }; }"),
    { code: "refused" },
  );
});

testUnless(
  skip,
  "list() has the rules with handles, counters() what they count",
  async () => {
    await using place = new Place();
    await place.nft(`table inet f {
  chain out {
    type filter hook output priority 0;
    udp dport 9 counter accept comment "to discard"
    tcp dport 9 accept
  }
}`);
    const { tables: [table] } = await list(place);
    const [chain] = table!.chains;
    assert.equal(chain!.base?.hook, "output");
    assert.ok(chain!.rules.every(({ handle }) => handle! > 0));
    inNamespace(place.namespace, () => {
      const send = "ip link set lo up; echo -n hi > /dev/udp/127.0.0.1/9";
      new Deno.Command("bash", { args: ["-c", send] }).outputSync();
    });
    await until(async () => (await counters(place))[0]!.packets === 1);
    const rows = await counters(place);
    assert.deepEqual(rows, [{
      table: "inet f",
      chain: "out",
      handle: chain!.rules[0]!.handle!,
      rule: 'udp dport 9 counter accept comment "to discard"',
      packets: 1,
      bytes: 30,
    }]);
  },
);
