import assert from "node:assert/strict";
import { testUnless } from "../skip.ts";

const program = new URL("../../dist/netrepl", import.meta.url).pathname;

/** Why there is nothing to test, if so. */
async function missing(): Promise<string | undefined> {
  try {
    await Deno.stat(program);
    return undefined;
  } catch {
    return "there is no dist/netrepl; run: deno task bundle";
  }
}

/** What each package that is loaded late is needed for, and what comes of it. */
const USES: readonly (readonly [entry: string, shown: string])[] = [
  ['`${net.ip.describe("::1").notations?.length ?? 1}`.length > 0', "true"],
  [
    "(await net.tls.authority.create({ name: 'x' })).root.subject.commonName",
    '"x"',
  ],
  ["(await net.device.platforms()).length", "20"],
  ["const router = await net.device.fake('cisco_ios')", ""],
  ["const session = await net.device.connect(router.target)", ""],
  [
    "(await session.send('show version', { parse: true })).rows?.length",
    "1",
  ],
  ["await router.close()", ""],
  [
    "await net.snmp.open('127.0.0.1', { port: 9, timeout: 50, retries: 0 }).then((s) => s.get('sysDescr.0')).catch((e) => e.name)",
    '"NetError"',
  ],
];

testUnless(
  await missing(),
  "the single file has all that its rooms load late",
  async () => {
    const cache = await Deno.makeTempDir();
    const child = new Deno.Command(program, {
      env: { NO_COLOR: "1", NETREPL_CACHE: cache },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    const entries = USES.map(([entry]) => `${entry}\n`).join("");
    await writer.write(new TextEncoder().encode(entries));
    await writer.close();
    const { stdout, stderr } = await child.output();
    await Deno.remove(cache, { recursive: true });
    const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
    const shown = USES.map(([, shown]) => shown).filter((x) => x !== "");
    assert.equal(text(stdout).trimEnd(), shown.join("\n"), text(stderr));
  },
);
