import assert from "node:assert/strict";
import fc from "fast-check";
import { glob, loadSshConfig } from "../../lib/ssh/config/ssh_config_files.ts";
import { parseSshConfig } from "../../lib/ssh/config/ssh_config.ts";
import type { SshSettings } from "../../lib/ssh/config/ssh_settings.ts";
import { testUnless } from "../skip.ts";

const ssh = await new Deno.Command("sh", { args: ["-c", "command -v ssh"] })
  .output();
const noSsh = ssh.success ? undefined : "there is no ssh";

const HOSTS = ["web1", "Web2.example.com", "db.example.com", "10.0.0.7"];
const CONFIGS = 60;
const local = { user: "root", home: "/root", variable: () => undefined };

/** Hosts' names, patterns and negations, some of which meet. */
const pattern = fc.constantFrom(
  ..."* web? web* *.example.com db.* 10.0.0.* !web1 !*.example.com !db* web1"
    .split(" "),
  "gate",
  "*e*a*",
  "target.example.com",
);
const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });

const setting = fc.oneof(
  fc.integer({ min: 1, max: 65535 }).map((port) => `Port ${port}`),
  fc.constantFrom(
    "User ada",
    'User="bob b"',
    "User = eve # who else",
    "HostName target.example.com",
    "HostName %h.example.com",
    "Hostname 10.0.0.9",
    "IdentityFile ~/.ssh/%h_%r",
    "IdentityFile '/keys/a b'",
    "identityfile none",
    "ProxyJump gate",
    "ProxyJump none",
    "ProxyCommand nc -x 'a b' %h %p # all of it",
    "ProxyCommand none",
    "StrictHostKeyChecking accept-new",
    "StrictHostKeyChecking off",
    "HashKnownHosts true",
    "ForwardAgent yes",
    "ForwardAgent $AGENT",
    "ServerAliveInterval 1m30",
    "ServerAliveInterval 0",
    "ServerAliveCountMax 5",
    "ConnectTimeout 2h",
    "ConnectTimeout none",
    "UserKnownHostsFile ~/kh_%h '/tmp/k n'",
    "UserKnownHostsFile none",
    "HostKeyAlias alias",
    "IdentitiesOnly no",
    "IdentitiesOnly YES",
    "IdentityAgent none",
    "IdentityAgent ~/agent_%r",
    "AddressFamily inet6",
    "PreferredAuthentications publickey,password",
    "Ciphers aes256-ctr,aes128-ctr",
    "SendEnv LANG LC_*",
    "SendEnv -LC_* A",
    "SetEnv A=1 B='x y'",
    "Compression yes",
    "IgnoreUnknown foo*",
    "FooBar baz",
  ),
);

const condition = fc.oneof(
  fc.constantFrom(
    "all",
    "final",
    "!final",
    "canonical",
    "final all",
    "user ada",
    "user !root,*",
    "localuser root",
    "!localuser root",
    'user "bob b"',
  ),
  patterns.map((list) => `host ${list.join(",")}`),
  patterns.map((list) => `!host ${list.join(",")}`),
  patterns.map((list) => `originalhost=${list.join(",")}`),
);

const block = fc.tuple(
  fc.oneof(
    { weight: 3, arbitrary: patterns.map((list) => `Host ${list.join(" ")}`) },
    { weight: 2, arbitrary: condition.map((text) => `Match ${text}`) },
    {
      weight: 1,
      arbitrary: fc.tuple(condition, condition).filter(([first, second]) =>
        !first.endsWith("all") && second !== "final all"
      ).map(([first, second]) => `match ${first} ${second}`),
    },
  ),
  fc.array(setting, { maxLength: 4 }),
  fc.boolean(),
).map(([head, settings, include]) =>
  [head, ...settings.map((line) => `\t${line}`)].join("\n") +
  (include ? "\n  Include INCLUDED" : "")
);

/** What the first lines of a file may be besides: what holds for all. */
const config = fc.tuple(
  fc.array(setting, { maxLength: 2 }),
  fc.array(block, { minLength: 1, maxLength: 5 }),
).map(([settings, blocks]) =>
  ["IgnoreUnknown foo*", ...settings, ...blocks, ""].join("\n")
);

/** Our settings in the words of `ssh -G`, where that says what is asked. */
function inWords(settings: SshSettings): Record<string, string[]> {
  const { values } = settings;
  const paths = settings.userKnownHostsFiles;
  const yes = (flag: boolean | undefined) => [flag ? "yes" : "no"];
  const onlyOne = (name: string) => values[name] ?? [];
  const jump = settings.proxyJump === undefined ? [] : [settings.proxyJump];
  const command = settings.proxyCommand === undefined
    ? []
    : [...onlyOne("proxycommand")];
  const strict = settings.strictHostKeyChecking ?? "ask";
  return {
    hostname: [settings.hostname],
    port: [`${settings.port ?? 22}`],
    user: [settings.user ?? "root"],
    identityfile: [...values["identityfile"] ?? USUAL],
    proxyjump: jump,
    proxycommand: command,
    stricthostkeychecking: [
      strict === "yes" ? "true" : strict === "no" ? "false" : strict,
    ],
    hashknownhosts: yes(settings.hashKnownHosts),
    // A path is printed even after a no.
    forwardagent: values["forwardagent"]?.includes("$AGENT")
      ? ["$AGENT"]
      : yes(settings.forwardAgent === true),
    serveraliveinterval: [`${settings.serverAliveInterval ?? 0}`],
    serveralivecountmax: [`${settings.serverAliveCountMax ?? 3}`],
    connecttimeout: [`${settings.connectTimeout ?? "none"}`],
    userknownhostsfile: [
      paths === undefined
        ? "/root/.ssh/known_hosts /root/.ssh/known_hosts2"
        : paths.join(" ") || "none",
    ],
    hostkeyalias: [...onlyOne("hostkeyalias")],
    identitiesonly: yes(settings.identitiesOnly),
    identityagent: settings.identityAgent ? [settings.identityAgent] : [],
    addressfamily: [settings.addressFamily ?? "any"],
    preferredauthentications: settings.preferredAuthentications
      ? [settings.preferredAuthentications.join(",")]
      : [],
    sendenv: [...onlyOne("sendenv")],
    setenv: [...onlyOne("setenv")],
    compression: [...values["compression"] ?? ["no"]],
  };
}

const USUAL = "rsa ecdsa ecdsa_sk ed25519 ed25519_sk xmss dsa".split(" ")
  .map((kind) => `~/.ssh/id_${kind}`);

/** The answers of ssh for each configuration and host, in one program. */
async function askSsh(
  folder: string,
  count: number,
): Promise<Map<string, string[]>[]> {
  const script = `cd ${folder}
    for i in $(seq 0 ${count - 1}); do for h in ${HOSTS.join(" ")}; do
      ssh -G -F c$i $h 2>&1; echo ----; done; done`;
  const { stdout } = await new Deno.Command("bash", {
    args: ["-c", script],
    env: { HOME: "/root" },
    stdin: "null",
  }).output();
  const answers = new TextDecoder().decode(stdout).split("----\n").slice(0, -1);
  return answers.map((answer) => {
    const said = new Map<string, string[]>();
    for (const line of answer.split("\n")) {
      const [, name, value] = /^(\S+) (.*)$/.exec(line) ?? [];
      if (name) said.set(name, [...said.get(name) ?? [], value!]);
    }
    return said;
  });
}

testUnless(
  noSsh ?? (Deno.uid() === 0 ? undefined : "paths are those of root"),
  `ssh -G makes the same of ${CONFIGS} configurations for ${HOSTS.length} hosts`,
  async () => {
    const folder = await Deno.makeTempDir();
    const seed = Number(Deno.env.get("SEED") ?? Date.now() % 1e9);
    try {
      const made = fc.sample(fc.tuple(config, config), {
        numRuns: CONFIGS,
        seed,
      });
      for (const [i, [outer, inner]] of made.entries()) {
        const included = inner.replaceAll(/\n {2}Include INCLUDED/g, "");
        await Deno.writeTextFile(`${folder}/inc${i}_a`, included);
        await Deno.writeTextFile(`${folder}/inc${i}_b`, "Port 4444\n");
        const text = outer.replaceAll("INCLUDED", `${folder}/inc${i}_*`);
        await Deno.writeTextFile(`${folder}/c${i}`, text);
      }
      const answers = await askSsh(folder, CONFIGS);
      assert.equal(answers.length, CONFIGS * HOSTS.length);
      for (let i = 0; i < CONFIGS; i++) {
        const path = `${folder}/c${i}`;
        const config = await loadSshConfig(path, local);
        for (const [k, host] of HOSTS.entries()) {
          const theirs = answers[i * HOSTS.length + k]!;
          const ours = inWords(config!.settings(host, { local }));
          const expected = Object.fromEntries(
            Object.keys(ours).map((name) => [name, theirs.get(name) ?? []]),
          );
          const words = expected["identityfile"]!;
          if (words.join() === USUAL.join()) expected["identityfile"] = USUAL;
          assert.deepEqual(
            ours,
            expected,
            `SEED=${seed}, ${host}:\n${await Deno.readTextFile(path)}`,
          );
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testUnless(
  noSsh,
  "ssh refuses the lines that are refused here, and names the same line",
  async () => {
    const bad = [
      "Port 0",
      "Port 0x16",
      "Port 22 33",
      "User",
      "User 'x",
      "ServerAliveCountMax -1",
      "ConnectTimeout 1x",
      "Compression maybe",
      "Match",
      "Match all user x",
      "Match user",
      "Match user x final all",
      "Match colour red",
      "SetEnv A",
      "UserKnownHostsFile a none",
      "StrictHostKeyChecking perhaps",
      "AddressFamily ipv4",
      "IdentityFile a b",
    ];
    const path = await Deno.makeTempFile();
    try {
      for (const line of bad) {
        const text = `# one\n\n${line}\nPort 22\n`;
        await Deno.writeTextFile(path, text);
        const { success, stderr } = await new Deno.Command("ssh", {
          args: ["-G", "-F", path, "host"],
          stdin: "null",
        }).output();
        const said = new TextDecoder().decode(stderr);
        assert.ok(!success && said.includes("line 3"), `${line}: ${said}`);
        assert.throws(() => parseSshConfig(text, { path }), (error) => {
          assert.match(`${error}`, /ssh-config|line 3/, line);
          return true;
        }, line);
      }
    } finally {
      await Deno.remove(path);
    }
  },
);

Deno.test("loadSshConfig() follows Include from ~/.ssh, with patterns, and stops at 16 deep", async () => {
  const home = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${home}/.ssh/config.d`, { recursive: true });
    const write = async (name: string, text: string) =>
      await Deno.writeTextFile(`${home}/.ssh/${name}`, text, { mode: 0o600 });
    await write("config", "Include config.d/*.conf\nHost late\n  Port 9\n");
    await write("config.d/1.conf", "Host a\n  Port 1\n");
    await write("config.d/2.conf", "Host a b\n  Port 2\n  User u\n");
    await write("config.d/.hidden.conf", "Port 3\n");
    const config = await loadSshConfig(`${home}/.ssh/config`, { home });
    const a = config!.settings("a", { local: { home } });
    assert.deepEqual([a.port, a.user], [1, "u"]);
    assert.equal(config!.settings("b").port, 2);
    assert.equal(config!.settings("late").port, 9);
    assert.deepEqual(config!.hosts, ["a", "b", "late"]);
    assert.equal(config!.paths.length, 3);
    assert.deepEqual(await glob(`${home}/.ssh/config.d/[!1].c*f`), [
      `${home}/.ssh/config.d/2.conf`,
    ]);
    await write("config", "Include config\n");
    await assert.rejects(loadSshConfig(`${home}/.ssh/config`, { home }), {
      code: "ssh-config",
    });
    await assert.rejects(loadSshConfig(`${home}/none`), { code: "not-found" });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("loadSshConfig() reads the user's own file if nobody else may write to it", async () => {
  const home = await Deno.makeTempDir();
  try {
    assert.ok(await loadSshConfig(true, { home }));
    await Deno.mkdir(`${home}/.ssh`);
    await Deno.writeTextFile(`${home}/.ssh/config`, "Host own\n  Port 77\n");
    await Deno.chmod(`${home}/.ssh/config`, 0o600);
    const config = await loadSshConfig(true, { home });
    assert.equal(config!.settings("own").port, 77);
    await Deno.chmod(`${home}/.ssh/config`, 0o666);
    await assert.rejects(loadSshConfig(true, { home }), {
      code: "permissions",
      hint: `chmod 600 ${home}/.ssh/config`,
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
