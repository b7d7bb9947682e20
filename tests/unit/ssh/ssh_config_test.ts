import assert from "node:assert/strict";
import fc from "fast-check";
import { NetError } from "../../../lib/errors.ts";
import {
  parseSshConfig,
  type SshConfig,
} from "../../../lib/ssh/config/ssh_config.ts";
import { splitArguments } from "../../../lib/ssh/config/ssh_config_lines.ts";

const local = {
  user: "me",
  home: "/home/me",
  hostname: "here.lab",
  uid: 1000,
  variable: (name: string) => name === "KEYS" ? "/keys" : undefined,
};

function settings(config: SshConfig | string, host: string, user?: string) {
  const parsed = typeof config === "string" ? parseSshConfig(config) : config;
  return parsed.settings(host, { user, local });
}

Deno.test("the first value wins, and those of keys and variables add up", () => {
  const config = parseSshConfig(`
Port 1
Host a* !ab
  Port 2
  User ada
  IdentityFile ~/one
Host *
  User bob
  IdentityFile ~/two
  IdentityFile ~/one
  SendEnv LANG
  SendEnv LC_* -LANG
`);
  const { port, user, identityFiles, values } = settings(config, "aa");
  assert.deepEqual([port, user], [1, "ada"]);
  assert.deepEqual(identityFiles, ["/home/me/one", "/home/me/two"]);
  assert.deepEqual(values["sendenv"], ["LC_*"]);
  assert.equal(settings(config, "ab").user, "bob");
  assert.equal(settings(config, "ab", "eve").user, "eve");
  assert.equal(config.settings("aa", { port: 7, local }).port, 7);
});

Deno.test("what is not said is not there", () => {
  const said = settings("", "Web");
  assert.equal(said.hostname, "web");
  const { hostname: _, notes, values, ...rest } = said;
  assert.deepEqual([notes, values], [[], {}]);
  for (const value of Object.values(rest)) assert.equal(value, undefined);
});

Deno.test("tokens, home and variables are expanded", () => {
  const said = settings(
    `
Host web
  HostName %h.lab
  User ada
  Port 2222
  HostKeyAlias alias
  IdentityFile ~/.ssh/%h-%n-%p-%r-%u-%i-%L-%l-%k-%%
  IdentityFile \${KEYS}/id
  IdentityFile \${NOPE}/id
  IdentityAgent %d/agent
  UserKnownHostsFile ~/a "%d/b c"
  GlobalKnownHostsFile none
  ProxyCommand nc %h %p 'as %r' # %%
`,
    "web",
  );
  assert.deepEqual(said.identityFiles, [
    "/home/me/.ssh/web.lab-web-2222-ada-me-1000-here-here.lab-alias-%",
    "/keys/id",
  ]);
  assert.deepEqual(said.notes, [
    "IdentityFile ${NOPE}/id is left out: NOPE is not set",
  ]);
  assert.equal(said.identityAgent, "/home/me/agent");
  assert.deepEqual(said.userKnownHostsFiles, ["/home/me/a", "/home/me/b c"]);
  assert.deepEqual(said.globalKnownHostsFiles, []);
  assert.equal(said.proxyCommand, "nc web.lab 2222 'as ada' # %");
  // sha1 of here.labweb.lab2222ada, as sha1sum has it.
  const { identityFiles } = settings("IdentityFile %C", "x");
  assert.match(identityFiles![0]!, /^[0-9a-f]{40}$/);
  assert.throws(() => settings("ProxyCommand nc %u", "x"), {
    code: "ssh-config",
  });
  assert.throws(() => settings("IdentityFile a%", "x"), { code: "ssh-config" });
});

Deno.test("words of settings become what they mean", () => {
  const said = settings(
    `
ForwardAgent /agent
StrictHostKeyChecking off
HashKnownHosts yes
ServerAliveInterval 1m30s
ConnectTimeout 2h
ProxyJump none
ProxyCommand none
IdentityFile none
PreferredAuthentications publickey,password
CanonicalizeHostname yes
`,
    "x",
  );
  assert.equal(said.forwardAgent, "/agent");
  assert.equal(said.strictHostKeyChecking, "no");
  assert.equal(said.hashKnownHosts, true);
  assert.equal(said.serverAliveInterval, 90);
  assert.equal(said.connectTimeout, 7200);
  assert.equal(said.proxyJump, undefined);
  assert.equal(said.proxyCommand, undefined);
  assert.deepEqual(said.identityFiles, []);
  assert.deepEqual(said.preferredAuthentications, ["publickey", "password"]);
  assert.match(said.notes[0]!, /CanonicalizeHostname is not done/);
  assert.equal(
    settings("ForwardAgent no\nForwardAgent /x", "x").forwardAgent,
    false,
  );
});

Deno.test("Match holds against host, user and the second reading", () => {
  const config = parseSshConfig(`
Match host web.lab
  Port 1
Host web
  HostName web.lab
Match host WEB.lab user ada,!eve
  User ada2
Match originalhost=web !final localuser me
  ConnectTimeout 5
Match final host web.lab
  Compression yes
Match tagged blue
  ServerAliveInterval 9
`);
  const said = settings(config, "web", "ada");
  // The second reading knows the name from its start.
  assert.equal(said.port, 1);
  assert.equal(said.connectTimeout, 5);
  assert.deepEqual(said.values["compression"], ["yes"]);
  assert.equal(said.serverAliveInterval, undefined);
  assert.equal(settings(config, "other").port, undefined);
  const tagged = "Tag blue\nMatch tagged blue,green\nPort 3\n";
  assert.equal(settings(tagged, "x").port, 3);
});

Deno.test("Match exec is refused by name where it would decide, and only there", () => {
  const config = 'Host a\nPort 1\nMatch host b exec "test -e /x"\nPort 2\n';
  assert.equal(settings(config, "a").port, 1);
  assert.throws(() => settings(config, "b"), (error) => {
    assert.ok(error instanceof NetError);
    assert.equal(error.code, "ssh-config");
    assert.match(error.message, /Match exec would run .*test -e \/x/);
    assert.match(error.message, /ssh_config line 3/);
    assert.match(error.hint!, /config: false/);
    return true;
  });
});

Deno.test("lines are read with quotes, backslashes, comments and an equals sign", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["User=ada", "ada"],
    ["user = ada", "ada"],
    ["\tUSER\t ada \f", "ada"],
    ['"User" "a b"', "a b"],
    ["User 'a \"b'c\\ d", 'a "bc d'],
    ["User a#b # c", "a#b"],
    ['User "a #b"', "a #b"],
    ["User a\\n", "a\\n"],
    ["User ada\r", "ada"],
    ["#User ada", undefined],
    ["", undefined],
  ];
  for (const [line, expected] of cases) {
    assert.equal(settings(`${line}\n`, "x").user, expected, line);
  }
  assert.deepEqual(splitArguments("a 'b c'd \"\" # e"), ["a", "b cd", ""]);
  assert.equal(splitArguments('a "b'), undefined);
});

Deno.test("keywords that nobody knows are noted, with their line, unless they are ignored", () => {
  const { problems } = parseSshConfig(
    "Prot 22\nIgnoreUnknown Foo*,foo*\nfoobar x\nBar y\nProtocol 2\n",
    { path: "cfg" },
  );
  assert.deepEqual(problems.map(({ path, line }) => `${path}:${line}`), [
    "cfg:1",
    "cfg:4",
  ]);
  assert.match(problems[0]!.reason, /prot/);
});

Deno.test("a wrong line is an error that names file, line and what must be", () => {
  assert.throws(
    () => parseSshConfig("Port 22\n\nPort 99999\nUser\n", { path: "cfg" }),
    {
      code: "ssh-config",
      message:
        "Cannot read cfg line 3: port must be a port from 1 to 65535, and not 99999 (and 1 more). Try: correct the line, or put # before it",
    },
  );
});

Deno.test("Include reads in its place, under what holds there, and not for ever", () => {
  const files: Record<string, string> = {
    a: "User in_a\nHost b\nPort 2\n",
    deep: "Include deep\n",
  };
  const include = (name: string) =>
    files[name] === undefined ? [] : [{ path: name, text: files[name] }];
  const config = parseSshConfig(
    "Host x\n Include a none\n Port 1\nHost *\n Port 9",
    {
      include,
    },
  );
  assert.deepEqual(config.paths, ["ssh_config", "a"]);
  assert.deepEqual(config.hosts, ["x", "b"]);
  assert.deepEqual(
    [settings(config, "x").user, settings(config, "x").port],
    ["in_a", 1],
  );
  assert.equal(settings(config, "b").user, undefined);
  assert.equal(settings(config, "b").port, 9);
  assert.throws(() => parseSshConfig("Include deep", { include }), {
    code: "ssh-config",
  });
  const [problem] = parseSshConfig("Include a").problems;
  assert.match(problem!.reason, /was not followed/);
});

Deno.test("any text is read, or refused with a line", () => {
  const word = fc.constantFrom(
    "Host",
    "Match",
    "Include",
    "Port",
    "User",
    "IdentityFile",
    "ProxyCommand",
    "SetEnv",
    "IgnoreUnknown",
    "ForwardAgent",
    "exec",
    "all",
    "final",
    "host",
    "__proto__",
    "constructor",
    "*",
    "!a",
    "a",
    "22",
    '"',
    "'",
    "\\",
    "=",
    "#",
    "%h",
    "%",
    "${X}",
    " ",
    " ",
    "\n",
    "\n",
    "\0",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      try {
        settings(words.join(""), "a");
        settings(words.join(" "), "a");
      } catch (error) {
        assert.ok(error instanceof NetError, `${error}`);
        assert.equal(error.code, "ssh-config");
      }
    }),
    { numRuns: 2000 },
  );
  const many = "Host a\n Port 1\n".repeat(50_000);
  assert.equal(settings(many, "a").port, 1);
  assert.equal(settings(`User ${" ".repeat(200_000)}x`, "a").user, "x");
});
