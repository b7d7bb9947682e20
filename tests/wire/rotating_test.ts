import assert from "node:assert/strict";
import { build } from "../../lib/packet/build.ts";
import { ethernet } from "../../lib/packet/layers/ethernet.ts";
import { ipv4 } from "../../lib/packet/layers/ipv4.ts";
import { udp } from "../../lib/packet/layers/udp.ts";
import { open } from "../../lib/pcap/open.ts";
import { RotatingFile } from "../../lib/wire/capturing/rotating.ts";
import { testUnless } from "../skip.ts";

const FACES = [
  { name: "e0", linkType: 1, snapLength: 2048 },
  { name: "tun0", linkType: 101, snapLength: 262_144 },
];
const START = 1_700_000_000;

function packet(n: number): Uint8Array {
  const payload = new Uint8Array(n % 200 + 4);
  new DataView(payload.buffer).setUint32(0, n);
  const ip = [ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), udp(), payload];
  return (n % 2 === 0 ? build(ethernet(), ...ip) : build(...ip as [never]))
    .bytes;
}

/** Writes packets with so many milliseconds between them. */
function write(file: RotatingFile, from: number, to: number, gap = 0): void {
  for (let n = from; n < to; n++) {
    const octets = packet(n);
    const ms = n * gap;
    const seconds = START + Math.floor(ms / 1000);
    const { length } = octets;
    file.write(octets, 0, length, length, seconds, ms % 1000 * 1e6, n % 2);
  }
}

async function read(paths: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for (const path of paths) {
    for await (const { bytes, linkType } of await open(path)) {
      all.push(`${linkType} ${bytes.toHex()}`);
    }
  }
  return all;
}

const expected = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, i) => `${(from + i) % 2 ? 101 : 1} ${packet(from + i).toHex()}`,
  );

function run(command: string, ...args: string[]): string {
  const { success, stdout, stderr } = new Deno.Command(command, { args })
    .outputSync();
  const text = new TextDecoder();
  assert.ok(success, `${command}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

async function inFolder(test: (folder: string) => Promise<void> | void) {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("one file has its own name, and tells its interfaces to all who read it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lab.pcapng`;
    {
      using file = RotatingFile.open(path, FACES);
      assert.deepEqual(await read([path]), [], "a file from its start on");
      write(file, 0, 3000);
      file.flush();
      assert.equal(file.packets, 3000);
      assert.deepEqual(await read([path]), expected(0, 3000));
      write(file, 3000, 3010);
      assert.deepEqual(file.files, [path]);
      file.close();
      assert.throws(() => write(file, 0, 1), { code: "closed" });
    }
    assert.deepEqual(await read([path]), expected(0, 3010));
    const facts = run("capinfos", "-c", "-I", path);
    assert.match(facts, /Number of packets: +3010/);
    assert.match(facts, /Name = e0[^]*Name = tun0/);
    const fields = ["-T", "fields", "-e", "frame.interface_name", "-c", "2"];
    assert.equal(run("tshark", "-r", path, ...fields), "e0\ntun0\n");
    assert.throws(() => RotatingFile.open(path, FACES), { code: "exists" });
    RotatingFile.open({ path, overwrite: true }, FACES).close();
    assert.deepEqual(await read([path]), []);
  }));

Deno.test("a file that is full is followed by the next, and no packet is lost", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lab.v2.pcapng`;
    {
      using file = RotatingFile.open({ path, bytes: 40_000 }, FACES);
      write(file, 0, 2000);
      assert.ok(file.files.length > 5);
      file.close();
      for (const [i, name] of file.files.entries()) {
        const number = `${i + 1}`.padStart(5, "0");
        assert.match(
          name.slice(folder.length),
          new RegExp(`^/lab\\.v2_${number}_20\\d{12}\\.pcapng$`),
        );
        const { size } = await Deno.stat(name);
        assert.ok(size <= 40_000, `${size}`);
        assert.ok(size > 39_000 || i === file.files.length - 1, `${size}`);
      }
      assert.deepEqual(await read(file.files), expected(0, 2000));
      run("mergecap", "-a", "-w", `${folder}/all`, ...file.files);
      assert.match(run("capinfos", "-c", `${folder}/all`), /: +2000/);
    }
    // A packet that alone is longer than a file is one.
    const tiny = `${folder}/tiny`;
    using file = RotatingFile.open({ path: tiny, bytes: 1 }, FACES);
    write(file, 0, 3);
    file.close();
    assert.equal(file.files.length, 3);
    assert.deepEqual(await read(file.files), expected(0, 3));
  }));

Deno.test("files go by time too, and only the newest are kept", () =>
  inFolder(async (folder) => {
    const path = `${folder}/lab.pcapng`;
    const options = { path, seconds: 2, files: 3 };
    using file = RotatingFile.open(options, FACES);
    // 3,500 ms without a packet is a file that there is not.
    write(file, 0, 100, 100);
    write(file, 135, 136, 100);
    // A clock that was set back.
    write(file, 20, 22, 100);
    file.close();
    const times: number[][] = [];
    for (const name of file.files) {
      const all: number[] = [];
      for await (const { time } of await open(name)) {
        all.push(time! - START * 1000);
      }
      times.push(all);
    }
    assert.deepEqual(
      times.map((all) => [all[0], all.at(-1), all.length]),
      [[6000, 7900, 20], [8000, 9900, 20], [13_500, 2100, 3]],
    );
    const there = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    assert.deepEqual(
      there.sort(),
      file.files.map((name) => name.slice(folder.length + 1)).sort(),
    );
  }));

Deno.test("what cannot be is refused at the start", () =>
  inFolder((folder) => {
    const path = `${folder}/lab.pcapng`;
    const opens = (options: object) => () =>
      RotatingFile.open({ path, ...options }, FACES);
    assert.throws(opens({ bytes: 0 }), RangeError);
    assert.throws(opens({ seconds: -1 }), RangeError);
    assert.throws(opens({ bytes: 1000, files: 0 }), RangeError);
    assert.throws(opens({ files: 2 }), TypeError);
    assert.throws(opens({ path: `${folder}/none/lab.pcapng` }), {
      code: "not-found",
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

/** Why no file system of a mebibyte can be made, if so. */
const lacking = await (async () => {
  const { success, stderr } = await new Deno.Command("unshare", {
    args: ["-m", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"],
  }).output();
  return success ? undefined : new TextDecoder().decode(stderr).trim();
})();

testUnless(
  lacking,
  "on a full disk it ends with a clear error, and what came before can be read",
  async () => {
    for (const bytes of ["undefined", "300_000"]) {
      const module = new URL(
        "../../lib/wire/capturing/rotating.ts",
        import.meta.url,
      );
      const program = `
        import { RotatingFile } from ${JSON.stringify(module.href)};
        const faces = [{ name: "e0", linkType: 1, snapLength: 2048 }];
        const file = RotatingFile.open({ path: "/mnt/lab.pcapng", bytes: ${bytes} }, faces);
        const octets = new Uint8Array(1000);
        let error, again;
        let written = 0;
        try {
          for (;; written++) file.write(octets, 0, 1000, 1000, written, 0, 0);
        } catch (e) { error = e; }
        try { file.write(octets, 0, 1000, 1000, 0, 0, 0); } catch (e) { again = e; }
        file.close();
        let kept = 0;
        for (const path of file.files) {
          const { stdout, stderr } = new Deno.Command("tshark", {
            args: ["-r", path, "-T", "fields", "-e", "frame.time_epoch"],
          }).outputSync();
          const said = new TextDecoder().decode(stderr).replace(/Running as user.*/, "").trim();
          if (said !== "") throw new Error(said);
          const lines = new TextDecoder().decode(stdout).trim().split("\\n");
          for (const line of lines) if (Number(line) !== kept++) throw new Error(line);
        }
        console.log(JSON.stringify({
          written, kept, packets: file.packets, files: file.files.length,
          code: error.code, message: error.message, same: error === again,
        }));
      `;
      const script = await Deno.makeTempFile({ suffix: ".ts" });
      try {
        await Deno.writeTextFile(script, program);
        const args = [
          "-m",
          "sh",
          "-c",
          `mount -t tmpfs -o size=1m none /mnt && exec "$0" run --no-check -A ${script}`,
          Deno.execPath(),
        ];
        const found = JSON.parse(run("unshare", ...args));
        assert.equal(found.code, "no-space");
        assert.ok(found.same, "from then on");
        assert.equal(found.kept, found.packets);
        assert.ok(found.kept > 850, `${found.kept}`);
        assert.ok(found.written >= found.kept);
        assert.ok(found.message.includes(`${found.kept} packets are written`));
        assert.match(found.message, /no space left on the disk.*df -h \/mnt\//);
      } finally {
        await Deno.remove(script);
      }
    }
  },
);
