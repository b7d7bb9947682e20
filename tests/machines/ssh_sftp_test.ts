import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { NetError, PermissionError } from "../../lib/errors.ts";
import { openSftp } from "../../lib/ssh/sftp/open_sftp.ts";
import type { Sftp } from "../../lib/ssh/sftp/sftp.ts";
import { type Client, loadSsh2 } from "../../lib/ssh/ssh2.ts";
import { testUnless } from "../skip.ts";
import { noSshd, type SshBed, sshBed } from "./ssh_bed.ts";

/** A session over a connection of its own. */
async function enter(
  bed: SshBed,
): Promise<{ sftp: Sftp; client: Client } & AsyncDisposable> {
  const { Client } = await loadSsh2();
  const client = new Client();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.on("connect", () => client.setNoDelay(true));
  client.on("ready", resolve).on("error", reject);
  client.connect({
    host: bed.hostname,
    port: bed.port,
    username: bed.user,
    privateKey: Deno.readTextFileSync(bed.clientKeys.ed25519!),
  });
  await promise;
  const closed = new Promise<void>((done) => client.once("close", done));
  return {
    sftp: await openSftp(client, "the bed"),
    client,
    async [Symbol.asyncDispose]() {
      client.end();
      await closed;
    },
  };
}

const octets = (n: number) => {
  const all = new Uint8Array(n);
  for (let i = 0; i < n; i += 65536) {
    crypto.getRandomValues(all.subarray(i, i + 65536));
  }
  return all;
};

/** Compares many octets quickly. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

testUnless(noSshd, "SFTP with a real sshd", async (t) => {
  await using bed = await sshBed();
  await using session = await enter(bed);
  const { sftp } = session;
  const here = `${bed.folder}/here`;
  const there = `${bed.folder}/there`;
  await Deno.mkdir(here);
  await Deno.mkdir(there);

  await t.step("files of any size arrive whole, both ways", async () => {
    for (const size of [0, 1, 131_071, 131_072, 131_073, 5_000_001]) {
      const data = octets(size);
      await Deno.writeFile(`${here}/a`, data);
      const seen: number[] = [];
      const put = await sftp.put(`${here}/a`, `${there}/a`, {
        onProgress: ({ done, total }) => {
          assert.equal(total, size);
          seen.push(done);
        },
      });
      assert.equal(put.size, size);
      assert.equal(seen.at(-1) ?? 0, size);
      assert.ok(same(await Deno.readFile(`${there}/a`), data));
      const got = await sftp.get(`${there}/a`, `${here}/b`);
      assert.equal(got.size, size);
      assert.ok(same(await Deno.readFile(`${here}/b`), data));
      assert.ok(same(await sftp.read(`${there}/a`), data));
      await sftp.write(`${there}/c`, data);
      assert.ok(same(await Deno.readFile(`${there}/c`), data));
    }
  });

  await t.step(
    "files that say they are empty are read to their end",
    async () => {
      const text = await sftp.readText("/proc/self/status");
      assert.match(text, /^Name:.*\n[^]*Threads:/);
    },
  );

  await t.step("permissions, times and links", async () => {
    await Deno.writeTextFile(`${here}/p`, "p");
    await Deno.chmod(`${here}/p`, 0o640);
    await Deno.utime(`${here}/p`, 1_600_000_000, 1_600_000_001);
    await sftp.put(`${here}/p`, `${there}/p`, { preserve: true });
    const info = await sftp.stat(`${there}/p`);
    assert.equal(info.permissions, "-rw-r-----");
    assert.equal(info.modified.getTime(), 1_600_000_001_000);
    await sftp.put(`${here}/p`, `${there}/q`, { mode: 0o600 });
    assert.equal((await sftp.stat(`${there}/q`)).mode, 0o600);
    // What replaces a file keeps its permissions.
    await sftp.put(`${here}/a`, `${there}/q`);
    assert.equal((await sftp.stat(`${there}/q`)).mode, 0o600);
    await sftp.write(`${there}/q`, "anew");
    assert.equal((await sftp.stat(`${there}/q`)).mode, 0o600);
    await sftp.symlink("q", `${there}/l`);
    const link = await sftp.lstat(`${there}/l`);
    assert.deepEqual([link.kind, link.target], ["link", "q"]);
    // A link stays one, and what it points to is replaced.
    await sftp.put(`${here}/p`, `${there}/l`);
    assert.equal((await sftp.lstat(`${there}/l`)).kind, "link");
    assert.equal(await Deno.readTextFile(`${there}/q`), "p");
    await sftp.chmod(`${there}/q`, 0o644);
    assert.equal((await Deno.stat(`${there}/q`)).mode! & 0o777, 0o644);
    assert.equal(await sftp.realPath(`${there}/../there/l`), `${there}/q`);
  });

  await t.step("folders", async () => {
    await sftp.mkdir(`${there}/x/y/z`, { recursive: true });
    await sftp.mkdir(`${there}/x/y/z`, { recursive: true });
    await assert.rejects(sftp.mkdir(`${there}/x`), NetError);
    await sftp.write(`${there}/x/y/f`, "f");
    const walked: string[] = [];
    for await (const { path } of sftp.walk(`${there}/x`)) walked.push(path);
    assert.deepEqual(walked, ["y", "y/f", "y/z"].map((x) => `${there}/x/${x}`));
    assert.deepEqual(
      (await sftp.list(`${there}/x/y`)).map(({ name, kind }) => [name, kind]),
      [["f", "file"], ["z", "folder"]],
    );
    await assert.rejects(sftp.remove(`${there}/x`), { code: "failed" });
    await sftp.remove(`${there}/x`, { recursive: true });
    assert.equal(await sftp.exists(`${there}/x`), false);
    await sftp.rename(`${there}/a`, `${there}/c`);
    assert.equal(await sftp.exists(`${there}/a`), false);
  });

  await t.step("what cannot be is said with what to do", async () => {
    await assert.rejects(sftp.get(`${there}/none`, `${here}/none`), {
      name: "NetError",
      code: "not-found",
      message:
        /^Cannot get .*\/none: no such file or folder\. Try: await sftp\.list/,
    });
    await assert.rejects(sftp.get(there, `${here}/none`), { code: "folder" });
    await assert.rejects(sftp.put(`${here}/a`, there), { code: "folder" });
    await assert.rejects(sftp.put(`${here}/none`, `${there}/n`), {
      code: "not-found",
    });
    await assert.rejects(sftp.list(`${there}/none`), { code: "not-found" });
    assert.equal(await Deno.stat(`${here}/none`).catch(() => 0), 0);
    await assert.rejects(
      sftp.write("/proc/version", "x"),
      (error) => error instanceof PermissionError || error instanceof NetError,
    );
  });

  await t.step("a transfer that was cut off goes on where it was", async () => {
    const data = octets(3_000_000);
    await Deno.writeFile(`${here}/big`, data);
    for (const way of ["put", "get"] as const) {
      const stop = new AbortController();
      const [from, to] = way === "put"
        ? [`${here}/big`, `${there}/big`]
        : [`${there}/big`, `${here}/back`];
      const reason = new Error("enough");
      await assert.rejects(
        sftp[way](from, to, {
          signal: stop.signal,
          onProgress: ({ done }) => done > 1_000_000 && stop.abort(reason),
        }),
        (error) => error === reason,
      );
      assert.equal(await Deno.stat(to).catch(() => "none"), "none");
      const rest = await sftp[way](from, to, { resume: true });
      assert.ok(
        rest.resumedAt > 900_000,
        `${way} resumed at ${rest.resumedAt}`,
      );
      assert.ok(same(await Deno.readFile(to), data));
    }
    // What is there and differs is not taken for a beginning.
    await Deno.writeFile(`${here}/again.part`, octets(500_000));
    const fresh = await sftp.get(`${there}/big`, `${here}/again`, {
      resume: true,
    });
    assert.equal(fresh.resumedAt, 0);
    assert.ok(same(await Deno.readFile(`${here}/again`), data));
  });

  await t.step(
    "a tree is made the same, and what is the same stays",
    async () => {
      const tree = `${here}/tree`;
      await Deno.mkdir(`${tree}/a/b`, { recursive: true });
      for (let i = 0; i < 30; i++) {
        await Deno.writeTextFile(`${tree}/a/f${i}`, "x".repeat(i * 100));
      }
      await Deno.writeTextFile(`${tree}/a/b/deep`, "deep");
      await Deno.symlink("b/deep", `${tree}/a/link`);
      await Deno.symlink("/etc/passwd", `${tree}/out`);
      const to = `${there}/tree`;
      const plan = await sftp.syncUp(tree, to, { dryRun: true });
      assert.equal(plan.copied, 31);
      assert.equal(await sftp.exists(to), false);
      const first = await sftp.syncUp(tree, to);
      assert.deepEqual([first.copied, first.unchanged, first.ok], [
        31,
        0,
        true,
      ]);
      assert.deepEqual(
        first.steps.filter(({ action }) => action === "skipped"),
        [{
          path: "out",
          action: "skipped",
          reason: "it points out of the tree, to /etc/passwd",
        }],
      );
      assert.equal(await Deno.readLink(`${to}/a/link`), "b/deep");
      const second = await sftp.syncUp(tree, to);
      assert.deepEqual([second.copied, second.unchanged], [0, 32]);
      await Deno.writeTextFile(`${tree}/a/f3`, "changed");
      await Deno.remove(`${tree}/a/f4`);
      await Deno.remove(`${tree}/a/link`);
      await Deno.writeTextFile(`${tree}/a/link`, "a file now");
      const third = await sftp.syncUp(tree, to, { remove: true });
      assert.deepEqual(
        third.steps.filter(({ action }) => action !== "skipped"),
        [
          { path: "a/f3", action: "copied", size: 7 },
          { path: "a/f4", action: "removed" },
          { path: "a/link", action: "removed" },
          { path: "a/link", action: "copied", size: 10 },
        ],
      );
      const down = await sftp.syncDown(to, `${here}/copy`, { concurrency: 2 });
      assert.equal(down.copied, 31);
      assert.equal(
        new TextDecoder().decode(
          (await new Deno.Command("diff", {
            args: ["-r", `${here}/copy/a`, `${tree}/a`],
          }).output()).stdout,
        ),
        "",
      );
    },
  );

  await t.step("what takes no part is neither copied nor removed", async () => {
    const tree = `${here}/some`;
    const to = `${there}/some`;
    for (const path of [`${tree}/a/b`, `${tree}/none`, `${to}/old/deep`]) {
      await Deno.mkdir(path, { recursive: true });
    }
    await Deno.writeTextFile(`${tree}/a/b/page.html`, "a page");
    await Deno.writeTextFile(`${tree}/none/notes.txt`, "notes");
    await Deno.writeTextFile(`${to}/old/page.html`, "an old page");
    await Deno.writeTextFile(`${to}/old/deep/data`, "kept");
    const told: string[] = [];
    const report = await sftp.syncUp(tree, to, {
      remove: true,
      include: (path) => path.endsWith(".html"),
      onStep: ({ action, path }) => told.push(`${action} ${path}`),
    });
    assert.equal(report.ok, true);
    assert.deepEqual(told, [
      "made a",
      "made a/b",
      "removed old/page.html",
      "copied a/b/page.html",
    ]);
    assert.equal(await sftp.readText(`${to}/old/deep/data`), "kept");
    assert.equal(await sftp.exists(`${to}/none`), false);
  });

  await t.step("what is not there makes no folder elsewhere", async () => {
    const lost = { name: "NetError", code: "not-found" };
    await assert.rejects(sftp.syncUp(`${here}/no`, `${there}/new`), lost);
    assert.equal(await sftp.exists(`${there}/new`), false);
    await assert.rejects(sftp.syncDown(`${there}/no`, `${here}/new`), lost);
    await assert.rejects(Deno.stat(`${here}/new`), Deno.errors.NotFound);
  });
});

testUnless(
  noSshd,
  "an sshd that dies in a transfer ends it with words",
  async () => {
    await using bed = await sshBed();
    const { client, sftp } = await enter(bed);
    client.on("error", () => {});
    await Deno.writeFile(`${bed.folder}/big`, new Uint8Array(40_000_000));
    let dying: Promise<void> | undefined;
    await assert.rejects(
      sftp.get(`${bed.folder}/big`, `${bed.folder}/copy`, {
        onProgress: () => dying ??= bed.kill(),
      }),
      { name: "NetError", code: "closed" },
    );
    await dying;
    await assert.rejects(sftp.list("."), {
      name: "NetError",
      code: "closed",
      message: /the connection was lost/,
    });
    assert.ok((await Deno.stat(`${bed.folder}/copy.part`)).size > 0);
    await sftp.close();
  },
);

testUnless(
  noSshd,
  "what a session that was closed here is asked says so",
  async () => {
    await using bed = await sshBed();
    await using session = await enter(bed);
    const { sftp } = session;
    await Deno.writeFile(`${bed.folder}/big`, new Uint8Array(40_000_000));
    const closed = {
      name: "NetError",
      code: "closed",
      message: /it was closed here/,
    };
    let closing: Promise<void> | undefined;
    await assert.rejects(
      sftp.get(`${bed.folder}/big`, `${bed.folder}/copy`, {
        onProgress: () => closing ??= sftp.close(),
      }),
      closed,
    );
    await closing;
    await assert.rejects(sftp.list("."), closed);
  },
);

testUnless(
  noSshd,
  "a server that stops answering is given up after a while",
  async () => {
    await using bed = await sshBed();
    await using session = await enter(bed);
    const { sftp } = session;
    await Deno.writeFile(`${bed.folder}/big`, new Uint8Array(40_000_000));
    let stopped = false;
    await assert.rejects(
      sftp.get(`${bed.folder}/big`, `${bed.folder}/copy`, {
        timeout: 200,
        onProgress: () => {
          if (!stopped) bed.signalSessions("SIGSTOP");
          stopped = true;
        },
      }),
      { name: "NetError", code: "timeout" },
    );
    bed.signalSessions("SIGCONT");
  },
);
