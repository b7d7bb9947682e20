import assert from "node:assert/strict";
import { entriesOf } from "../../repl/batch.ts";

const root = new URL("../../", import.meta.url);

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the program as a reader would from a shell. */
async function netrepl(
  args: readonly string[],
  input = "",
  cwd: string | URL = root,
): Promise<Run> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("repl/main.ts", root).pathname, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    cwd,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("eval prints the value as the prompt would", async () => {
  assert.deepEqual(await netrepl(["eval", "1 + 1"]), {
    code: 0,
    out: "2\n",
    err: "",
  });
  const subnet = await netrepl([
    "eval",
    'net.ip.subnet("10.0.0.0/30").broadcast',
  ]);
  assert.match(subnet.out, /10\.0\.0\.3/);
  assert.equal((await netrepl(["eval", "const a = 1"])).out, "");
});

Deno.test("eval --json prints one line of JSON", async () => {
  assert.equal(
    (await netrepl(["eval", "--json", "({ a: [1, 2n], b: 'x' })"])).out,
    '{"a":[1,"2"],"b":"x"}\n',
  );
  assert.equal((await netrepl(["eval", "--json", "undefined"])).out, "null\n");
  assert.equal(
    (await netrepl(["eval", "--json", 'net.ip.parse("::1")'])).out,
    '"::1"\n',
  );
});

Deno.test("a value that cannot be shown is a mistake", async () => {
  const circle = await netrepl(["eval", "--json", "const a = {}; a.a = a; a"]);
  assert.equal(circle.code, 1);
  assert.match(circle.err, /^TypeError: Converting circular structure to JSON/);
  const throwing = await netrepl([
    "eval",
    "({ [Symbol.for('Deno.customInspect')]() { throw new Error('shy'); } })",
  ]);
  assert.equal(throwing.code, 1);
  assert.match(throwing.err, /^Error: shy\n/);
});

Deno.test("eval of a mistake says it on standard error and exits with 1", async () => {
  const syntax = await netrepl(["eval", "const x = = 1"]);
  assert.equal(syntax.code, 1);
  assert.equal(syntax.out, "");
  assert.match(
    syntax.err,
    /const x = = 1\n {12}\^\nSyntaxError: unexpected "="/,
  );
  const refused = await netrepl(["eval", 'net.ip.parse("1.2.3.256")']);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /ParseError: Cannot parse "1\.2\.3\.256"/);
});

Deno.test("a pipe is a session, up to its first mistake", async () => {
  const { code, out, err } = await netrepl(
    [],
    "const a = 20\nfunction twice(x: number) {\n  return x * 2\n}\n\ntwice(a) + 2\n_ - 1\nnobody\n'never'\n",
  );
  assert.equal(out, "42\n41\n");
  assert.match(err, /ReferenceError: nobody is not defined\n {4}at repl:5:1:1/);
  assert.equal(code, 1);
});

Deno.test("a pipe takes commands and questions", async () => {
  const { code, out } = await netrepl(
    [],
    "net.tcp.connect?\n.help\n.exit\n1\n",
  );
  assert.equal(code, 0);
  assert.match(out, /net\.tcp\.connect/);
  assert.match(out, /\.save \[-f\] FILE/);
  assert.doesNotMatch(out, /^1$/m);
});

Deno.test("an unknown command suggests the nearest", async () => {
  const { code, err } = await netrepl([], ".hepl\n");
  assert.equal(code, 1);
  assert.equal(err, "There is no .hepl. Did you mean .help?\n");
  assert.match((await netrepl([], ".zzzzzz\n")).err, /Try: \.help/);
});

Deno.test("a call that goes wrong deep inside is told what it takes", async () => {
  const usage = "net.linux.readTcpInfo(view: DataView)";
  const calls = [
    "net.linux.readTcpInfo(5)",
    "await net.linux.readTcpInfo(5)",
    "[1].map((x) => net.linux\n  .readTcpInfo(x))",
    "const { readTcpInfo } = net.linux\nreadTcpInfo(5)",
  ];
  for (const entry of calls) {
    const { code, err } = await netrepl([], `${entry}\n`);
    assert.equal(code, 1);
    const [, said] =
      /^TypeError: [^\n]+(?:\n {4}at repl:[\d:]+)+\nIt takes: (.*)\n$/
        .exec(err)!;
    assert.ok(said?.startsWith(usage), err);
  }
});

Deno.test("a name that is not there is told of the nearest that is", async () => {
  const near = [
    ["net.unix.conect('/x')", "net.unix.connect"],
    ["net.unx.connect('/x')", "net.unix"],
    ["tcp.connect('localhost:1')", "net.tcp"],
    ["nett.ip", "net"],
    ["const router = 5\nroutr", "router"],
    ["const it = { speed: { top: 1 } }\nit.sped.top", "it.speed"],
    ["const s = net.ip.subnet('10.0.0.0/8')\ns.splt(26)", "s.split"],
  ];
  for (const [entry, meant] of near) {
    const { code, err } = await netrepl([], `${entry}\n`);
    assert.equal(code, 1);
    assert.ok(err.endsWith(`\nDid you mean ${meant}?\n`), err);
  }
  // A property that is called, and one that is not there: no error at all.
  const called = await netrepl([], "const it = { top: 1 }\nit.top()\n");
  assert.match(
    called.err,
    /\nIt is no function, but a number\. Did you mean it\.top\?\n$/,
  );
  const { code, out, err } = await netrepl(
    [],
    "const it = { statusText: 'x', none: undefined }\nit.statustext\nit.none\nit.zzz\n5\n",
  );
  assert.equal(err, "Did you mean it.statusText?\n");
  assert.equal(out, "5\n");
  assert.equal(code, 0);
});

Deno.test("a handler typed at the prompt works on a thread, loops and all", async () => {
  const { code, out, err } = await netrepl(
    [],
    `const server = await net.tcp.serveThreads({ threads: 1 }, async (conn) => {
  const { basename } = await import("node:path")
  for await (const line of conn.lines()) {
    await conn.write(\`\${basename(line)}\\n\`)
  }
})
const sync = await net.tcp.serveSync({}, (octets) => {
  for (let i = 0; i < octets.length; i++) octets[i] ^= 0x20
  return octets
})
const said = []
for (const { address } of [server, sync]) {
  const conn = await net.tcp.connect(address)
  await conn.write("/a/b\\n")
  said.push((await conn.read()).length)
  await conn.close()
}
said.join()
await server.close()
await sync.close()
server.errors.length + sync.errors.length
`,
  );
  assert.equal(err, "");
  assert.equal(out, '"2,5"\n0\n');
  assert.equal(code, 0);
});

Deno.test(".load finds what a file imports, whatever its folder is called", async () => {
  const folder = `${await Deno.makeTempDir()}/a#b ?%20ü`;
  await Deno.mkdir(folder);
  try {
    await Deno.writeTextFile(`${folder}/part.ts`, "export const part = 7;\n");
    await Deno.writeTextFile(
      `${folder}/whole.ts`,
      'import { part } from "./part.ts";\npart * 6\n',
    );
    const { out, err } = await netrepl([], `.load ${folder}/whole.ts\n`);
    assert.equal(err, "");
    assert.match(out, /\n?42\n$/);
    const there = await netrepl(
      [],
      'import("./part.ts").then((it) => it.part)\n',
      folder,
    );
    assert.equal(there.err, "");
    assert.equal(there.out, "7\n");
  } finally {
    await Deno.remove(folder.slice(0, folder.lastIndexOf("/")), {
      recursive: true,
    });
  }
});

Deno.test("what is said otherwise in Python is told", async () => {
  const python = [
    ["print('x')", "console.log(x); at the prompt a value shows itself"],
    ["import socket", "net.tcp, net.udp, net.unix and net.raw"],
    ["for x in [1, 2]:\n    print(x)", "for (const x of list) { … }"],
    ["IP(dst='192.0.2.1')", "net.packet.ipv4"],
    ["exit", ".exit, or Ctrl-D"],
  ];
  for (const [entry, here] of python) {
    const { code, err } = await netrepl([], `${entry}\n`);
    assert.equal(code, 1);
    assert.ok(err.endsWith(`\nHere it is: ${here}\n`), err);
  }
});

Deno.test("a forgotten await is told", async () => {
  const forgotten = [
    [
      "const l = net.tcp.listen()\nl.accept()",
      "l is a promise. Did you mean (await l).accept?",
    ],
    [
      "const l = net.tcp.listen()\nl.address.port",
      "l is a promise. Did you mean (await l).address.port?",
    ],
    [
      "net.tcp.listen().accept()",
      "net.tcp.listen gives a promise. Did you mean (await net.tcp.listen(…)).accept?",
    ],
    [
      "const [a] = net.dns.resolve('localhost')",
      "net.dns.resolve gives a promise. Did you mean await net.dns.resolve(…)?",
    ],
    [
      "for (const a of net.dns.resolve('localhost')) a",
      "net.dns.resolve gives a promise. Did you mean await net.dns.resolve(…)?",
    ],
    [
      "for (const a of net.dns.browse('_http._tcp')) a",
      "It comes piece by piece. Did you mean for await (… of …)?",
    ],
  ];
  for (const [entry, advice] of forgotten) {
    const { code, err } = await netrepl([], `${entry}\n`);
    assert.equal(code, 1);
    assert.ok(err.endsWith(`\n${advice}\n`), err);
  }
  // There is no error in this one, and nothing to see.
  const { code, out, err } = await netrepl(
    [],
    "const l = net.tcp.listen()\nl.address\n(await l).address.hostname\n",
  );
  assert.equal(err, "l is a promise. Did you mean (await l).address?\n");
  assert.equal(out, '"127.0.0.1"\n');
  assert.equal(code, 0);
});

Deno.test("a question about a promise does not wait for it", async () => {
  const { out } = await netrepl(
    [],
    "const never = new Promise(() => {})\nnever?\n'next'\n",
  );
  assert.match(out, /No help for this Promise.*\n"next"\n$/);
});

Deno.test("what is the reader's own mistake gets no advice", async () => {
  const mistakes = [
    "nobody(5)",
    "const x = 5\nx()",
    "for (const a of 5) a",
    "throw new TypeError('it.x is not a function')",
    "net.ip.subnet(5)",
    "const f = () => null.x\nf()",
  ];
  for (const entry of mistakes) {
    const { err } = await netrepl([], `${entry}\n`);
    assert.match(err, /Error: /);
    assert.doesNotMatch(err, /It takes|Did you mean/, entry);
  }
});

Deno.test("a rejected background promise is said, and is a failure", async () => {
  const { code, out, err } = await netrepl(
    [],
    "void Promise.reject(new Error('lost'))\nawait new Promise((r) => setTimeout(r, 10))\n1\n",
  );
  assert.equal(out, "1\n");
  assert.match(err, /Error: lost/);
  assert.equal(code, 1);
});

Deno.test("run gives a script its own permissions, arguments and netrepl", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/script.ts`;
    await Deno.writeTextFile(
      file,
      `#!/usr/bin/env -S deno run --allow-env=HOME
import * as net from "netrepl";
import { subnet } from "netrepl/ip";
console.log(Deno.args, net.ip.subnet("10.0.0.0/8").equals(subnet("10.0.0.0/8")));
console.log((await Deno.permissions.query({ name: "net" })).state);
Deno.exit(3);
`,
    );
    const ran = await netrepl(["run", file, "a", "--b"], "", folder);
    assert.equal(ran.err, "");
    assert.equal(ran.out, '[ "a", "--b" ] true\nprompt\n');
    assert.equal(ran.code, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("run finds the scripts of the book by their names", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["port_scanner", "port_scanner.ts"]) {
      const { code, out, err } = await netrepl(
        ["run", name, "--help"],
        "",
        folder,
      );
      assert.equal(err, "");
      assert.match(out, /^Usage: port_scanner\.ts/);
      assert.equal(code, 0);
    }
    // One's own comes first.
    await Deno.writeTextFile(`${folder}/port_scanner.ts`, "console.log(1)\n");
    const own = await netrepl(["run", "port_scanner.ts"], "", folder);
    assert.equal(own.out, "1\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("run of a missing file or of a folder says which", async () => {
  const { code, err } = await netrepl(["run", "/nowhere/x.ts"]);
  assert.equal(code, 1);
  assert.equal(err, "Cannot run /nowhere/x.ts: there is no such file.\n");
  const folder = await netrepl(["run", "/usr"]);
  assert.equal(folder.code, 1);
  assert.equal(folder.err, "Cannot run /usr: it is a folder.\n");
});

Deno.test("run takes a script that can be read but once", async () => {
  const script = (flags: string) =>
    `#!/usr/bin/env -S deno run${flags}
import { parse } from "netrepl/ip";
const { state } = Deno.permissions.querySync({ name: "env" });
console.log(\`\${parse("::1")}\`, state, Deno.args[0] as string);
Deno.exit(4);
`;
  for (const from of ["-", "/dev/stdin"]) {
    assert.deepEqual(await netrepl(["run", from, "x"], script("")), {
      code: 4,
      out: "::1 prompt x\n",
      err: "",
    });
    const { out } = await netrepl(["run", from, "x"], script(" --allow-env"));
    assert.equal(out, "::1 granted x\n");
  }
});

Deno.test("a first line that names no permissions leaves all of them", async () => {
  for (
    const first of ["#!/usr/bin/env -S netrepl run", "", "#!/usr/bin/node"]
  ) {
    const { out } = await netrepl(
      ["run", "-"],
      `${first}\nconsole.log(Deno.permissions.querySync({ name: "run" }).state);`,
    );
    assert.equal(out, "granted\n");
  }
});

Deno.test("run passes on the signals that end a program, and its exit code", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/service.ts`,
      `Deno.addSignalListener("SIGHUP", () => console.log("reads again"));
Deno.addSignalListener("SIGTERM", () => Deno.exit(5));
setInterval(() => {}, 1000);
console.log("serves");
`,
    );
    await using child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-q", "-A", new URL("repl/main.ts", root).pathname],
        ...["run", `${folder}/service.ts`],
      ],
      stdout: "piped",
    }).spawn();
    const said = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const next = () =>
      Promise.race([
        said.read().then(({ value }) => value),
        child.status.then(({ signal }) => `${signal}`),
      ]);
    assert.equal(await next(), "serves\n");
    child.kill("SIGHUP");
    assert.equal(await next(), "reads again\n");
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 5);
    // The script was the last to hold its output, and has let go of it.
    assert.equal((await said.read()).done, true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("--help and --version say what there is", async () => {
  const help = await netrepl(["--help"]);
  assert.equal(help.code, 0);
  for (const word of ["eval", "run", "book"]) {
    assert.match(help.out, new RegExp(word));
  }
  assert.match((await netrepl(["--version"])).out, /^netrepl \d+\.\d+\.\d+\n$/);
  const wrong = await netrepl(["evla", "1"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /Did you mean eval/);
});

Deno.test("what was typed is saved as a script that gives the same", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const session = [
      'const lan = net.ip.subnet("192.0.2.0/24")',
      "lan.prefixLength",
      "lan.contains('192.0.2.77')",
      "nonsense(",
      "",
    ];
    const typed = session.slice(0, 3).join("\n");
    const first = await netrepl([], `${typed}\n.save kept\n`, folder);
    assert.equal(first.code, 0, first.err);
    assert.match(
      first.out,
      /^24\ntrue\nSaved 2 entries to kept\.ts, 1 left out/,
    );
    const script = await Deno.readTextFile(`${folder}/kept.ts`);
    assert.match(script, /^#!\/usr\/bin\/env -S deno run/);
    assert.match(script, /import \* as net from "netrepl";/);
    const again = await netrepl([], `1 + 1\n.save kept.ts\n`, folder);
    assert.equal(again.code, 1);
    assert.match(
      again.err,
      /kept\.ts is there already\. Try: \.save -f kept\.ts/,
    );
    assert.equal(await Deno.readTextFile(`${folder}/kept.ts`), script);
    const ran = await netrepl(["run", "kept.ts"], "", folder);
    assert.equal(ran.out, "true\n");
    const loaded = await netrepl(
      [],
      ".load kept.ts\nlan.prefixLength\n",
      folder,
    );
    assert.equal(loaded.out, "true\n24\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(".save that cannot write keeps the session", async () => {
  const { err, out } = await netrepl([], "const a = 1\n.save /nowhere/x.ts\n");
  assert.match(
    err,
    /Cannot save \/nowhere\/x\.ts: .*The session is still here/,
  );
  assert.equal(out, "");
});

Deno.test(".load of a missing file says the path", async () => {
  const { code, err } = await netrepl([], ".load nowhere.ts\n", "/tmp");
  assert.equal(code, 1);
  assert.equal(err, "Cannot load /tmp/nowhere.ts: there is no such file.\n");
});

Deno.test("a text is cut where the prompt would take an entry", () => {
  const text =
    "a\n\nif (x) {\n  1\n}\nelse {\n  2\n}\nlist\n  .map(f)\n`x\ny`\n.help\nb\n";
  assert.deepEqual([...entriesOf(text)], [
    "a",
    "if (x) {\n  1\n}\nelse {\n  2\n}",
    "list\n  .map(f)",
    "`x\ny`",
    ".help",
    "b",
  ]);
  assert.deepEqual([...entriesOf("(1 +")], ["(1 +"]);
});
