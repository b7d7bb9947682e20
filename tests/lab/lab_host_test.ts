import assert from "node:assert/strict";
import { up } from "../../lib/lab/up.ts";
import * as net from "../../mod.ts";
import { testUnless } from "../skip.ts";
import { becomesTrue, withoutLabs } from "./lab_place.ts";

const reason = await withoutLabs();

type Net = typeof net;

testUnless(
  reason,
  "a function runs in its host, with that host's net, name and addresses",
  async () => {
    await using lab = await up("pair");
    const seen = await lab.host("pc2").run((raw, { family }) => {
      const net = raw as unknown as Net;
      const own = Deno.networkInterfaces().filter((x) =>
        x.family === family && x.name !== "lo"
      ).map((x) => net.ip.parse(x.address));
      return { own, name: Deno.hostname() };
    }, { family: "IPv4" as const });
    assert.equal(seen.name, "pc2");
    assert.ok(seen.own[0] instanceof net.ip.Address);
    assert.equal(`${seen.own}`, "10.0.0.2");
  },
);

testUnless(reason, "two hosts talk to each other, by name", async () => {
  await using lab = await up("pair");
  // What a run leaves in globalThis is there for the next.
  await lab.host("pc2").run((raw) => {
    const net = raw as unknown as Net;
    const server = net.tcp.serve(
      { hostname: "0.0.0.0", port: 7 },
      net.tcp.echo,
    );
    Object.assign(globalThis, { server });
  });
  const back = await lab.host("pc1").run(async (raw, text) => {
    const net = raw as unknown as Net;
    await using conn = await net.tcp.connect({ hostname: "pc2", port: 7 });
    await conn.write(new TextEncoder().encode(text));
    return new TextDecoder().decode((await conn.read())!);
  }, "over the cable");
  assert.equal(back, "over the cable");
});

testUnless(
  reason,
  "arguments and results are copied, functions of every shape run",
  async () => {
    await using lab = await up("pair");
    const host = lab.host("pc1");
    const value = {
      when: new Date(5),
      map: new Map([[1n, new Set(["x"])]]),
      octets: Uint8Array.of(1, 2),
      none: undefined,
    };
    assert.deepEqual(await host.run((_net, arg) => arg, value), value);
    assert.equal(await host.run(() => 1), 1);
    assert.equal(await host.run(async () => await Promise.resolve(2)), 2);
    assert.equal(
      await host.run(function named(_net, x: number) {
        return x;
      }, 3),
      3,
    );
    const { method } = {
      async method(_net: unknown, x: number) {
        return await Promise.resolve(x);
      },
    };
    assert.equal(await host.run(method, 4), 4);
    assert.equal(await host.run(() => undefined), undefined);
    const big = new Uint8Array(3_000_000).fill(7);
    const back = await host.run((_net, octets) => octets.slice(1), big);
    assert.equal(back.length, big.length - 1);
    const many = await Promise.all(
      Array.from({ length: 50 }, (_, i) => host.run((_net, n) => n * 2, i)),
    );
    assert.deepEqual(many, Array.from({ length: 50 }, (_, i) => 2 * i));
  },
);

testUnless(
  reason,
  "what a function throws comes back as what it is, with the host in its stack",
  async () => {
    await using lab = await up("pair");
    const host = lab.host("pc1");
    const refused = host.run(async (raw) => {
      const net = raw as unknown as Net;
      await net.tcp.connect({ hostname: "pc2", port: 9 });
    });
    await assert.rejects(refused, (error: net.NetError) => {
      assert.ok(error instanceof net.NetError);
      assert.equal(error.code, "refused");
      assert.match(error.stack!, /\n {4}at host pc1$/);
      return true;
    });
    const parse = host.run((raw) => {
      const net = raw as unknown as Net;
      return net.ip.parse("10.0.0.256");
    });
    await assert.rejects(parse, (error: net.ParseError) => {
      assert.ok(error instanceof net.ParseError);
      assert.deepEqual([error.input, error.offset], ["10.0.0.256", 9]);
      assert.match(error.stack!, /\n {4}at pc1:\d+:\d+\n/);
      return true;
    });
    await assert.rejects(
      host.run(() => {
        throw "just text";
      }),
      (error) => error === "just text",
    );
  },
);

testUnless(
  reason,
  "a function that uses what is around it is told to take it as its argument",
  async () => {
    await using lab = await up("pair");
    const outside = 41;
    await assert.rejects(lab.host("pc1").run(() => outside + 1), {
      name: "ReferenceError",
      message: /in pc1 .*"outside" is\. Pass it as the argument/,
    });
    assert.equal(await lab.host("pc1").run((_net, n) => n + 1, outside), 42);
    const refused: readonly (readonly [unknown, RegExp])[] = [
      [Math.max, /native|built in/],
      [(() => 1).bind(null), /bound/],
      ["() => 1", /current value is string/],
    ];
    for (const [f, says] of refused) {
      await assert.rejects(lab.host("pc1").run(f as () => void), {
        name: "TypeError",
        message: says,
      });
    }
    await assert.rejects(lab.host("pc1").run(() => {}, { f: () => 1 }), {
      message: /'arg\.f' must be data/,
    });
    await assert.rejects(lab.host("pc1").run(() => ({ f: () => 1 })), {
      message: /'result\.f' must be data/,
    });
  },
);

testUnless(
  reason,
  "all that a function wrote is in the log when it is done, under its host's name",
  async () => {
    const lines: string[] = [];
    await using lab = await up("pair", {
      log: ({ host, stream, text }) => lines.push(`${host} ${stream} ${text}`),
    });
    for (let i = 0; i < 20; i++) {
      lines.length = 0;
      await lab.host("pc1").run((_net, n) => {
        console.log("line %d", n);
        console.error({ n });
        Deno.stdout.writeSync(new TextEncoder().encode("no end"));
      }, i);
      assert.deepEqual(lines.toSorted(), [
        `pc1 stderr { n: ${i} }`,
        `pc1 stdout line ${i}`,
        "pc1 stdout no end",
      ]);
    }
  },
);

testUnless(
  reason,
  "a run that is stopped stops in the host, by its signal or with its process",
  async () => {
    await using lab = await up("pair");
    const host = lab.host("pc1");
    // It watches the signal: its process goes on. (It has 200 ms to end, which a
    // busy machine may not give it, but not each time.)
    let goesOn = false;
    for (let tries = 0; tries < 10 && !goesOn; tries++) {
      const pid = await host.run(() => Deno.pid);
      const polite = host.run(
        async (_net, _arg, { signal }) => {
          await new Promise((_, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason))
          );
        },
        undefined,
        { timeout: 100 },
      );
      await assert.rejects(polite, { code: "timeout", target: "pc1" });
      goesOn = await host.run(() => Deno.pid) === pid;
    }
    assert.ok(goesOn);
    // It does not: the process goes, busy or waiting, and another comes.
    for (
      const stubborn of [() => {
        for (;;);
      }, () => new Promise<never>(() => setInterval(() => {}, 1000))]
    ) {
      const before = await host.run(() => Deno.pid);
      const controller = new AbortController();
      const running = host.run(stubborn, undefined, {
        signal: controller.signal,
      });
      const other = host.run(() =>
        new Promise<void>(() => setInterval(() => {}, 1000))
      );
      other.catch(() => {});
      const why = new Error("enough");
      setTimeout(() => controller.abort(why), 50);
      await assert.rejects(running, (error) => error === why);
      await assert.rejects(other, {
        code: "closed",
        message: /ended, since a run/,
      });
      const ended = await host.exec(`test ! -e /proc/${before}`);
      assert.ok(ended.ok);
      assert.notEqual(await host.run(() => Deno.pid), before);
    }
  },
);

testUnless(
  reason,
  "a process that ends in the middle of a run is told with what it said last",
  async () => {
    await using lab = await up("pair");
    const gone = lab.host("pc1").run(() => {
      console.error("last words");
      Deno.exit(3);
    });
    await assert.rejects(gone, {
      code: "closed",
      message: /in pc1: its kernel ended with exit code 3: last words/,
    });
    assert.equal(await lab.host("pc1").run(() => 1), 1);
  },
);

testUnless(
  reason,
  "a program runs in its host: input, outputs, exit code, folder, environment",
  async () => {
    await using lab = await up("pair");
    const host = lab.host("pc1");
    const result = await host.exec(
      "cat; echo $COLOUR $(hostname) $(pwd) >&2; exit 7",
      { stdin: "given", cwd: "/usr", env: { COLOUR: "red" } },
    );
    assert.deepEqual(result.toJSON(), {
      code: 7,
      signal: null,
      stdout: "given",
      stderr: "red pc1 /usr\n",
    });
    const words = await host.exec(["printf", "%s|", "a b", "$HOME"]);
    assert.equal(words.stdout, "a b|$HOME|");
    assert.match(
      (await host.exec("ip route")).stdout,
      /^10\.0\.0\.0\/24 dev eth0/,
    );
    const big = "x".repeat(2_000_000);
    assert.equal((await host.exec("cat", { stdin: big })).stdout, big);
    await assert.rejects(host.exec(["no-such-program"]), {
      code: "not-found",
      message: /no-such-program in pc1: .*apt install/,
    });
    await assert.rejects(
      host.exec("kill -9 $$; sleep 9", { timeout: -1 }),
      RangeError,
    );
    const killed = await host.exec("kill -9 $$");
    assert.deepEqual([killed.code, killed.signal], [137, "SIGKILL"]);
  },
);

testUnless(
  reason,
  "a program that takes too long ends with all that it started",
  async () => {
    await using lab = await up("pair");
    const host = lab.host("pc1");
    await assert.rejects(
      host.exec("sleep 1234 & sleep 1234; true", { timeout: 100 }),
      { code: "timeout" },
    );
    const count = "ps ax | grep -c '[s]leep 1234'";
    assert.ok(
      await becomesTrue(async () =>
        (await host.exec(count)).stdout.trim() === "0"
      ),
    );
  },
);

testUnless(
  reason,
  "a program that runs on is talked with, line by line, and its output waits",
  async () => {
    await using lab = await up("pair");
    const host = lab.host("pc2");
    await using echo = await host.spawn(["cat"]);
    const writer = echo.stdin.getWriter();
    const reader = echo.stdout.pipeThrough(new TextDecoderStream()).getReader();
    for (const text of ["one", "two"]) {
      await writer.write(new TextEncoder().encode(text));
      assert.equal((await reader.read()).value, text);
    }
    await writer.close();
    assert.equal((await reader.read()).done, true);
    assert.equal((await echo.status).code, 0);
    // Without end, and nobody reads: it waits, and goes when it is disposed of.
    {
      await using _yes = await host.spawn("yes");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(
      await becomesTrue(async () =>
        (await host.exec("pgrep -x yes")).code === 1
      ),
    );
    await using sleeper = await host.spawn("sleep 1000");
    await assert.rejects(sleeper.kill("SIGNAL"), RangeError);
    await sleeper.kill();
    assert.equal((await sleeper.status).signal, "SIGTERM");
  },
);

testUnless(reason, "programs leave no zombies behind", async () => {
  await using lab = await up("pair");
  const host = lab.host("pc1");
  for (let i = 0; i < 20; i++) {
    // The inner shell is nobody's child when the outer has ended.
    await host.exec("(sh -c 'sleep 0.01' &) ; true");
  }
  let zombies = "";
  const none = async () => {
    zombies =
      (await host.exec("ps ax -o stat,args | grep '^Z' || true")).stdout;
    return zombies === "";
  };
  for (let i = 0; i < 500 && !await none(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(zombies, "");
});

testUnless(
  reason,
  "the shell that is opened from outside is in the host",
  async () => {
    await using lab = await up("pair");
    const [command, ...args] = await lab.host("pc2").shellCommand([
      "sh",
      "-c",
      "hostname; ip -br -4 addr show eth0; id -u; cat /etc/hosts",
    ]);
    const { stdout } = await new Deno.Command(command!, { args }).output();
    const text = new TextDecoder().decode(stdout);
    assert.match(text, /^pc2\neth0@\S+ +UP +10\.0\.0\.2\/24 \n0\n/);
    assert.match(text, /10\.0\.0\.1\tpc1/);
  },
);
