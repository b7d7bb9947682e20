/**
 * The script that writes a host's firewall, as a reader runs it: by flags, by
 * answers, and in a network namespace of its own to the kernel.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { parseScript } from "../../repl/script.ts";
import { nftMissing } from "../firewall/nft_run.ts";
import { testUnless } from "../skip.ts";

const root = new URL("../../", import.meta.url);
const reason = nftMissing();
const { pathname } = new URL("scripts/host_firewall.ts", root);
const { flags } = parseScript(await Deno.readTextFile(pathname));
const SCRIPT = [
  "run",
  "--quiet",
  "--no-prompt",
  "--no-check",
  ...flags,
  pathname,
];

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(
  command: string,
  args: readonly string[],
  input: string,
): Promise<Said> {
  const child = new Deno.Command(command, {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // It may have ended without reading.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  return { code, out: text(stdout), err: text(stderr) };
}

/** Runs it with the permissions that its header names. */
const script = (args: readonly string[], input = "") =>
  run(Deno.execPath(), [...SCRIPT, ...args], input);

/** What the kernel has after nft read this, in a namespace of its own, twice. */
async function listed(rules: string): Promise<net.firewall.Ruleset> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/rules`, rules);
    const twice =
      `nft -f ${folder}/rules && nft -f ${folder}/rules && nft -s list ruleset`;
    const { code, out, err } = await run(
      "unshare",
      ["-Urn", "sh", "-c", twice],
      "",
    );
    assert.equal(code, 0, err);
    return net.firewall.parse(out);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

testUnless(
  reason,
  "the host's firewall is the same by flags and by answers, and nft takes it",
  async () => {
    const { host } = net.firewall.patterns;
    const [byFlags, byAnswers] = await Promise.all([
      script([
        ...[
          "--open",
          "tcp/22",
          "--from",
          "10.0.0.0/8",
          "--from",
          "2001:db8::/32",
        ],
        ...["--open", "udp/51820", "--dhcp", "--yes"],
      ]),
      script([], "no\ntcp/22, udp/51820\n10.0.0.0/8 2001:db8::/32\n\ny\nn\n"),
    ]);
    assert.deepEqual(
      [byFlags.code, byAnswers.code],
      [0, 0],
      byFlags.err + byAnswers.err,
    );
    assert.equal(byFlags.out, byAnswers.out);
    assert.match(byFlags.err, /^The kernel takes these \d+ rules/);
    assert.match(
      byAnswers.err,
      /^Does this machine pass on .*no\n.*\nWho may reach tcp\/22/s,
    );
    assert.match(
      byFlags.out,
      /\t\t# 10\.0\.0\.0\/8 may reach tcp\/22\.\n\t\tip saddr 10\.0\.0\.0\/8 tcp dport 22 /,
    );
    const expected = host({
      open: [
        { port: "tcp/22", from: ["10.0.0.0/8", "2001:db8::/32"] },
        "udp/51820",
      ],
      dhcp: true,
    });
    assert.ok(net.firewall.diff(await listed(byFlags.out), expected).same);
  },
);

testUnless(
  reason,
  "a router's firewall is asked for, limited, and with a list of whom to block",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(
        `${folder}/list`,
        "# bad\n192.0.2.0/25 ; SBL1\n192.0.2.128/25\n\n2001:db8:bad::/48\n",
      );
      const { code, out, err } = await script(
        [
          ...[
            "--open",
            "tcp/22",
            "--on",
            "lan0",
            "--limit",
            "tcp/22=10/minute",
          ],
          ...[
            "--block",
            `${folder}/list`,
            "--file",
            `${folder}/rules`,
            "--reject",
          ],
        ],
        "router\nlan0\nwan0\n192.168.1.0/24\ntcp/443=192.168.1.10:8443\nno\n",
      );
      assert.equal(code, 0, err);
      assert.equal(out, "");
      assert.match(err, /Mind: It remembers[^]*They are in .*rules: nft -f/);
      const text = await Deno.readTextFile(`${folder}/rules`);
      const ruleset = await listed(text);
      assert.deepEqual(ruleset.tables.map(({ name }) => name), [
        "gateway",
        "limit_tcp_22",
        "block_list",
      ]);
      assert.match(
        text,
        /iifname "wan0" fib daddr type local tcp dport 443 dnat ip to 192\.168\.1\.10:8443/,
      );
      assert.match(text, /iifname "lan0" tcp dport 22 /);
      assert.match(text, /elements = \{ 192\.0\.2\.0\/24 \}/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testUnless(
  reason,
  "rules that nobody says are well go, and those that are stay",
  async () => {
    const inNamespace = (answer: string) =>
      run("unshare", [
        "-Urnm",
        "sh",
        "-c",
        // What is remembered of applied rules goes with the namespace.
        'mount -t tmpfs none /run && "$@"; echo "code $?"; nft list tables',
        "sh",
        ...[Deno.execPath(), ...SCRIPT, "--yes", "--open", "tcp/22", "--apply"],
        ...["--confirm", "3600"],
      ], answer);
    const [kept, refused, silent] = await Promise.all([
      inNamespace("yes\n"),
      inNamespace("no\n"),
      inNamespace(""),
    ]);
    assert.match(kept.err, /Can you still get in.*\nThey stay\.\n$/);
    assert.match(kept.out, /code 0\ntable inet host\n$/);
    for (const { out, err } of [refused, silent]) {
      assert.match(err, /What was there before is back\.\n$/);
      assert.match(out, /code 1\n$/);
    }
  },
);

testUnless(
  reason,
  "rules that nft read from a file are changed when it is said which file",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const file = `${folder}/rules`;
      const first = await script(["--yes", "--open", "tcp/22", "--file", file]);
      assert.equal(first.code, 0, first.err);
      const change = (...more: string[]) =>
        run("unshare", [
          "-Urnm",
          "sh",
          "-c",
          'mount -t tmpfs none /run && nft -f $0 && "$@"; echo "code $?"; nft list ruleset',
          file,
          ...[Deno.execPath(), ...SCRIPT, "--yes", "--open", "tcp/80"],
          ...["--apply", "--confirm", "3600", ...more],
        ], "yes\n");
      const [unknown, known, directory] = await Promise.all([
        change(),
        change("--previous", file),
        script(["--yes", "--file", folder]),
      ]);
      assert.match(unknown.err, /source is not known.*Try: --previous with/);
      assert.match(unknown.out, /code 1\n[^]*dport 22/);
      assert.match(known.err, /They stay\.\n$/);
      assert.match(known.out, /code 0\n[^]*dport 80/);
      assert.doesNotMatch(known.out.replace(/^[^]*code 0/, ""), /dport 22/);
      assert.deepEqual([directory.code, directory.out], [1, ""]);
      assert.match(directory.err, /rules[^]*directory/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testUnless(
  reason,
  "what makes no sense is refused with the usage",
  async () => {
    const list = await Deno.makeTempFile();
    await Deno.writeTextFile(list, "# bad\n192.0.2.0/24\n\n10.0.0.0/33\n");
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [["--yes", "--block", list], /, line 4: Cannot parse "10\.0\.0\.0\/33"/],
      [["--open", "22", "--yes"], /"22" as a service/],
      [["--from", "10.0.0.0/8"], /--from belongs behind an --open/],
      [["--inside", "lan0", "--yes"], /both --inside and --outside/],
      [["--publish", "tcp/443=10.0.0.1", "--yes"], /belong to --inside/],
      [["--confirm", "0"], /from 1 to 86400/],
      [["--nonsense"], /nonsense/],
    ];
    const [help, ...all] = await Promise.all([
      script(["--help"]),
      ...wrong.map(([args]) => script(args)),
    ]);
    assert.equal(help!.code, 0);
    assert.match(help!.out, /^Usage: host_firewall\.ts/);
    all.forEach(({ code, out, err }, i) => {
      assert.equal(code, 2, err);
      assert.equal(out, "");
      assert.match(err, wrong[i]![1]);
      assert.match(err, /Usage: host_firewall\.ts/);
    });
    const answers = await script([], "no\ntcp/22 foo\n");
    assert.equal(answers.code, 2);
    assert.match(answers.err, /"foo" as a service/);
    await Deno.remove(list);
  },
);
