/**
 * Issuing a certificate of P-256 with a key of its own, beside `openssl req` and
 * `openssl x509`, which do the same.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { create, readKey } from "../../lib/tls/authority/all.ts";
import { formatPem } from "../../lib/tls/der/pem.ts";
import { median } from "./pty.ts";

const ROUNDS = 300;
const THEIR_ROUNDS = 15;

/** The times of some runs, in milliseconds. */
async function times(
  rounds: number,
  work: (n: number) => unknown,
): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < rounds; n++) {
    const start = performance.now();
    await work(n);
    all.push(performance.now() - start);
  }
  return all;
}

function openssl(folder: string, words: string): void {
  const { code, stderr } = new Deno.Command("openssl", {
    args: words.split(" "),
    cwd: folder,
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const start = performance.now();
  const ca = await create({ name: "Bench CA" });
  const first = await ca.issue({ hosts: ["first.lab"] });
  const begun = performance.now() - start;
  const ours = await times(ROUNDS, (n) => ca.issue({ hosts: [`${n}.lab`] }));

  const folder = await Deno.makeTempDir();
  try {
    const kept = await create({ name: "Bench CA", folder: `${folder}/ca` });
    const durable = await times(
      ROUNDS / 3,
      (n) => kept.issue({ hosts: [`${n}.lab`] }),
    );
    const caKey = await readKey(await Deno.readTextFile(`${folder}/ca/ca.key`));
    const files = {
      "ca.key": caKey.toPem(),
      "ca.pem": kept.pem,
      "first.pem": formatPem("CERTIFICATE", first.certificate.der),
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const theirs = await times(THEIR_ROUNDS, (n) => {
      openssl(
        folder,
        `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj /CN=${n}.lab -addext subjectAltName=DNS:${n}.lab`,
      );
      openssl(
        folder,
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -copy_extensions copy -days 397 -out leaf.pem",
      );
    });
    const peer = median(theirs);
    const row = (what: string, ms: number, goal: string) => ({
      what,
      time: inspect.duration(ms),
      "openssl req + x509": inspect.duration(peer),
      ratio: `${(peer / ms).toFixed(1)} times`,
      goal,
    });
    console.log(inspect.table([
      row("issue, in memory", median(ours), "3 ms, 20 times"),
      row("issue, on the disk", median(durable), ""),
      row("create and first issue", begun, ""),
    ], {
      title: "An EC leaf with its key",
      canvas: inspect.canvas(),
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await bench();
