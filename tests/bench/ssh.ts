/**
 * 100 MB through SSH beside OpenSSH's own `sftp` and `ssh`, all of them with the
 * same sshd on this machine: SFTP both ways, and what a command writes.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { connect } from "../../lib/ssh/connect.ts";
import { noSshd, type SshBed, sshBed } from "../machines/ssh_bed.ts";
import { median } from "./pty.ts";

const SIZE = 100_000_000;
const ROUNDS = 5;

/** Runs one of OpenSSH's programs; its connection is part of the time. */
async function theirs(
  bed: SshBed,
  program: "sftp" | "ssh",
  words: readonly string[],
  input = "",
): Promise<void> {
  const port = program === "sftp" ? "-P" : "-p";
  const child = new Deno.Command(program, {
    args: [
      "-q",
      port,
      `${bed.port}`,
      "-i",
      bed.clientKeys.ed25519!,
      "-F",
      "none",
      "-o",
      `UserKnownHostsFile=${bed.knownHosts}`,
      "-o",
      "IdentitiesOnly=yes",
      ...words,
    ],
    stdin: "piped",
    stdout: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success } = await child.status;
  if (!success) throw new Error(`${program} failed`);
}

/** Prints the table. */
export async function bench(): Promise<void> {
  if (noSshd !== undefined) return console.log(`ssh: skipped, ${noSshd}`);
  await using bed = await sshBed();
  const { folder, hostname, port, user } = bed;
  const big = `${folder}/big`;
  const octets = new Uint8Array(SIZE);
  for (let i = 0; i < SIZE; i += 65536) {
    crypto.getRandomValues(octets.subarray(i, i + 65536));
  }
  await Deno.writeFile(big, octets);
  const enter = () =>
    connect({ hostname, port, user }, {
      config: false,
      keys: [bed.clientKeys.ed25519!],
      knownHosts: [bed.knownHosts],
    });
  const login = `${user}@${hostname}`;
  const files = (word: "get" | "put", to: string) => async () => {
    await using ssh = await enter();
    await using sftp = await ssh.sftp();
    await sftp[word](big, to);
  };
  const batch = (word: string, to: string) => () =>
    theirs(bed, "sftp", ["-b", "-", login], `${word} ${big} ${to}\n`);
  const works: [string, number, () => Promise<void>, () => Promise<void>][] = [
    ["login alone", 0, async () => {
      await using _ = await enter();
    }, () => theirs(bed, "ssh", [login, "true"])],
    ["sftp get", 0.5, files("get", `${folder}/a`), batch("get", `${folder}/b`)],
    ["sftp put", 0.5, files("put", `${folder}/c`), batch("put", `${folder}/d`)],
    ["exec, its output read", 0.5, async () => {
      await using ssh = await enter();
      await using process = await ssh.spawn(`cat ${big}`);
      let got = 0;
      for await (const { length } of process.stdout) got += length;
      if (got !== SIZE) throw new Error(`${got} octets came`);
    }, () => theirs(bed, "ssh", [login, `cat ${big}`])],
  ];
  const rows = [];
  for (const [work, goal, mine, his] of works) {
    const times: [number[], number[]] = [[], []];
    await mine();
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, run] of [mine, his].entries()) {
        const start = performance.now();
        await run();
        times[i]!.push(performance.now() - start);
      }
    }
    const [a, b] = times.map(median) as [number, number];
    const speed = (ms: number) =>
      goal === 0
        ? inspect.duration(ms)
        : `${(SIZE / ms / 1000).toFixed(0)} MB/s`;
    rows.push({
      work,
      "net.ssh": speed(a),
      OpenSSH: speed(b),
      ratio: (b / a).toFixed(2),
      goal: goal === 0 ? "" : `${goal}`,
    });
  }
  console.log(inspect.table(rows, {
    title: `100 MB over SSH, median of ${ROUNDS}, login included`,
    canvas: inspect.canvas({ width: 100 }),
  }));
}

if (import.meta.main) await bench();
