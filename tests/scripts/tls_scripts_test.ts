import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { parseScript } from "../../repl/script.ts";

const root = new URL("../../", import.meta.url);
const MODE = ["--quiet", "--no-prompt", "--no-check"];

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(name: string, args: string[]): Promise<Said> {
  const { code, stdout, stderr } = await new Deno.Command(name, {
    args,
    cwd: root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  return { code, out: text(stdout), err: text(stderr) };
}

/** Runs a script with the permissions that it names. */
async function script(name: string, ...args: string[]): Promise<Said> {
  const { pathname } = new URL(`scripts/${name}`, root);
  const { flags } = parseScript(await Deno.readTextFile(pathname));
  return await run(Deno.execPath(), [
    "run",
    ...MODE,
    ...flags,
    pathname,
    ...args,
  ]);
}

/** A folder for one test. */
async function bench() {
  const folder = await Deno.makeTempDir();
  const path = (name: string) => `${folder}/${name}`;
  return {
    path,
    openssl: async (...args: string[]) => {
      const { code, out, err } = await run("openssl", args);
      return { code, text: out + err };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** A mail server that goes over to TLS when it is asked to. */
function mail(tls: net.tls.authority.Issued) {
  return net.tcp.serve({}, async (conn) => {
    await conn.write("220 mail ESMTP\r\n");
    await conn.readLine();
    await conn.write("250-mail\r\n250 STARTTLS\r\n");
    await conn.readLine();
    await conn.write("220 go on\r\n");
    // Who only wants the certificate goes in the midst of the handshake.
    await net.tls.accept(conn, tls)
      .then((inner) => inner.close(), () => {});
  });
}

Deno.test("the expiry checker tells what ends soon, of whom it does not believe why, and how that went", async () => {
  await using dir = await bench();
  const ca = await net.tls.authority.create({ name: "Lab Root" });
  const other = await net.tls.authority.create({ name: "Other Root" });
  const hosts = ["127.0.0.1"];
  const long = await ca.issue({ hosts, days: 100 });
  const short = await ca.issue({ hosts, days: 10 });
  const pages = { "GET /": () => "hi" };
  await using a = await net.http.serve({ tls: long }, pages);
  await using b = await net.http.serve({ tls: short }, pages);
  await using c = await net.http.serve(
    { tls: await other.issue({ hosts, days: 200 }) },
    pages,
  );
  await using d = await mail(await ca.issue({ hosts, days: 50 }));
  const [good, soon, strange] = [a, b, c].map(({ address }) =>
    `127.0.0.1:${address.port}`
  ) as [string, string, string];
  const smtp = `smtp://127.0.0.1:${d.address.port}`;
  await Deno.writeTextFile(dir.path("ca.pem"), ca.pem);
  await Deno.writeTextFile(dir.path("site.pem"), long.cert);
  await Deno.writeTextFile(
    dir.path("hosts"),
    `# ours\n${good}\nhttps://${soon} # the old one\n\n${smtp}\n${strange}\n`,
  );
  const check = (...args: string[]) =>
    script("expiry_checker.ts", "--ca", dir.path("ca.pem"), ...args);
  const [all, json, well, quiet, gone] = await Promise.all([
    check("--file", dir.path("hosts"), "127.0.0.1:1"),
    check("--file", dir.path("hosts"), "--json", "--concurrency", "1"),
    check(good, smtp, dir.path("site.pem"), "--days", "20"),
    check(good, "--quiet"),
    check(good, soon, "--quiet", "--days", "9"),
  ]);
  assert.deepEqual([all.code, all.err], [1, ""]);
  const column = all.out.split("\n").slice(2, 7).map((line) =>
    line.replace(/ {2,}.*/, "")
  );
  assert.deepEqual(column, [
    "127.0.0.1:1",
    `https://${soon}`,
    smtp,
    good,
    strange,
  ]);
  assert.match(all.out, /^✗ 127\.0\.0\.1:1: .*refused/m);
  assert.match(
    all.out,
    new RegExp(`^✗ ${strange}: .*"127.0.0.1" is signed by CN=Other Root`, "m"),
  );
  assert.match(all.out, /^3 of 5 end within 30 days/m);

  const rows = JSON.parse(json.out) as {
    target: string;
    days: number;
    ok: boolean;
    issuer: string;
  }[];
  assert.deepEqual(
    rows.map(({ target, days, ok, issuer }) => [target, days, ok, issuer]),
    [
      [`https://${soon}`, 9, true, "Lab Root"],
      [smtp, 49, true, "Lab Root"],
      [good, 99, true, "Lab Root"],
      [strange, 199, false, "Other Root"],
    ],
  );
  assert.deepEqual([json.code, json.err], [1, ""]);
  assert.deepEqual([well.code, well.err], [0, ""]);
  assert.match(well.out, /^0 of 3 end within 20 days/m);
  assert.deepEqual([quiet.code, quiet.out, quiet.err], [0, "", ""]);
  assert.equal(gone.code, 1);
  assert.ok(gone.out.includes(soon) && !gone.out.includes(good));
});

Deno.test("the expiry checker asks whether a certificate was revoked, if it is to", async () => {
  await using dir = await bench();
  const ca = await net.tls.authority.create({ name: "Lab Root" });
  await using desk = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => ca.ocsp(request),
  );
  const site = await ca.issue({
    hosts: ["127.0.0.1"],
    urls: { ocsp: `http://127.0.0.1:${desk.addr.port}/` },
  });
  await ca.revoke(site, "keyCompromise");
  await using web = await net.http.serve({ tls: site }, { "GET /": () => "" });
  await Deno.writeTextFile(dir.path("ca.pem"), ca.pem);
  const args = [`127.0.0.1:${web.address.port}`, "--ca", dir.path("ca.pem")];
  const [unasked, asked] = await Promise.all([
    script("expiry_checker.ts", ...args),
    script("expiry_checker.ts", ...args, "--revocation"),
  ]);
  assert.equal(unasked.code, 0, unasked.out);
  assert.equal(asked.code, 1, asked.err);
  assert.match(asked.out, /was revoked: .*keyCompromise/);
});

Deno.test("the home CA issues, renews and revokes what openssl believes, and no longer believes", async () => {
  await using dir = await bench();
  const home = (...args: string[]) =>
    script("home_ca.ts", ...args, "--folder", dir.path("home"));
  const file = (name: string) => dir.path(`home/${name}`);
  await Deno.writeTextFile(dir.path("secret"), "öffne dich\n");
  const made = await home(
    ...["create", "--name", "Villa", "--passphrase-file", dir.path("secret")],
  );
  assert.deepEqual([made.code, made.err], [0, ""]);
  assert.match(made.out, /^It may issue for home\.arpa, .*10\.0\.0\.0\/8/m);
  assert.match(
    await Deno.readTextFile(file("root/ca.key")),
    /BEGIN ENCRYPTED PRIVATE KEY/,
  );
  for (const name of ["root/ca.key", "ca/ca.key"]) {
    assert.equal((await Deno.stat(file(name))).mode! & 0o777, 0o600);
  }

  await Deno.writeTextFile(dir.path("password"), "phone word\n");
  const request = await dir.openssl(
    ...["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ...["-nodes", "-keyout", dir.path("own.key"), "-out", dir.path("own.csr")],
    ...["-subj", "/CN=router", "-addext", "subjectAltName=DNS:router.lan"],
  );
  assert.equal(request.code, 0, request.text);
  const [nas, barred, phone, signed, made2] = await Promise.all([
    home("issue", "nas.home.arpa", "192.168.1.5", "--days", "10"),
    home("issue", "bank.example"),
    home("phone", "Ada's phone", "--password-file", dir.path("password")),
    home("sign", dir.path("own.csr")),
    home("phone", "Tablet"),
  ]);
  assert.deepEqual([nas.code, nas.err], [0, ""]);
  assert.equal(barred.code, 2);
  assert.match(barred.err, /may issue for: current value is bank\.example\n$/);
  assert.deepEqual([phone.code, phone.err, signed.code], [0, "", 0]);
  assert.doesNotMatch(phone.out, /password is/);
  const [, fresh = ""] = /^Its password is ([a-z2-9]{16})$/m.exec(made2.out) ??
    [];

  const verify = (name: string, ...more: string[]) =>
    dir.openssl(
      ...["verify", "-x509_strict", "-CAfile", file("root.pem")],
      ...["-untrusted", file("ca/ca.pem"), ...more, file(`issued/${name}.pem`)],
    );
  const asServer = ["-purpose", "sslserver", "-verify_hostname"];
  const [first, ip, router] = await Promise.all([
    verify("nas.home.arpa", ...asServer, "nas.home.arpa"),
    verify("nas.home.arpa", "-verify_ip", "192.168.1.5"),
    verify("router.lan", ...asServer, "router.lan"),
  ]);
  for (const { code, text } of [first, ip, router]) assert.equal(code, 0, text);
  const packed = (name: string, password: string) =>
    dir.openssl(
      ...["pkcs12", "-in", file(`issued/${name}.p12`), "-nodes"],
      ...["-passin", `pass:${password}`],
    );
  const opened = await packed("Ada_s_phone", "phone word");
  assert.equal(opened.code, 0, opened.text);
  assert.match(opened.text, /friendlyName: Ada's phone/);
  assert.equal(opened.text.match(/BEGIN CERTIFICATE/g)?.length, 3);
  assert.equal((await packed("Tablet", fresh)).code, 0);
  assert.notEqual((await packed("Tablet", "another")).code, 0);

  // The same names, told otherwise, and longer unless told so again.
  const told = await home("issue", "192.168.1.5", "NAS.home.arpa");
  assert.match(told.out, /^nas\.home\.arpa, 192\.168\.1\.5: .* 396 days$/m);
  assert.equal(
    (await home("issue", "nas.home.arpa", "192.168.1.5", "--days", "10")).code,
    0,
  );
  // A request in DER that names nobody, as printers make them.
  const bare = await dir.openssl(
    ...["req", "-new", "-key", dir.path("own.key"), "-subj", "/CN=printer"],
    ...["-outform", "DER", "-out", dir.path("bare.csr")],
  );
  assert.equal(bare.code, 0, bare.text);
  const printer = await home("sign", dir.path("bare.csr"), "printer.lan");
  assert.deepEqual([printer.code, printer.err], [0, ""]);
  const ours = await verify("printer.lan", ...asServer, "printer.lan");
  assert.equal(ours.code, 0, ours.text);

  const old = await Deno.readTextFile(file("issued/nas.home.arpa.key"));
  const renewed = await home("renew");
  assert.match(renewed.out, /^nas\.home\.arpa, 192\.168\.1\.5: .* 396 days$/m);
  assert.notEqual(
    old,
    await Deno.readTextFile(file("issued/nas.home.arpa.key")),
  );
  assert.equal((await home("renew")).out, "", "nothing is left to renew");
  const listed = JSON.parse((await home("list", "--json")).out) as {
    names: string;
    state: string;
  }[];
  assert.deepEqual(
    listed.filter(({ names }) => names.startsWith("nas")).map(({ state }) =>
      state
    ),
    ["renewed", "renewed", "renewed", "holds"],
  );

  const revoked = await home(
    ...["revoke", "nas.home.arpa", "--reason", "keyCompromise"],
  );
  assert.equal(revoked.code, 0, revoked.err);
  const checked = ["-crl_check", "-CRLfile", file("crl.pem")];
  const [taken, kept] = await Promise.all([
    verify("nas.home.arpa", ...checked),
    verify("router.lan", ...checked),
  ]);
  assert.match(taken.text, /certificate revoked/);
  assert.equal(kept.code, 0, kept.text);
  const crl = await dir.openssl(
    ...["crl", "-in", file("crl.pem"), "-noout", "-text"],
  );
  assert.match(crl.text, /Key Compromise/);

  const [trust, unknown, again] = await Promise.all([
    home("trust"),
    home("revoke", "toaster.lan"),
    home("create"),
  ]);
  for (const word of ["update-ca-certificates", "security", "Android"]) {
    assert.ok(trust.out.includes(word), word);
  }
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /^Cannot revoke toaster\.lan: nothing/);
  assert.deepEqual([again.code, again.out], [1, ""]);
});

Deno.test("the home CA renews its own authority, for years more, from the root's folder", async () => {
  await using dir = await bench();
  const file = (name: string) => dir.path(`home/${name}`);
  const home = (...args: string[]) =>
    script("home_ca.ts", ...args, "--folder", dir.path("home"));
  await Deno.writeTextFile(dir.path("secret"), "open\n");
  // As the command create leaves it, some years on.
  const root = await net.tls.authority.create({
    name: "Villa Root",
    folder: file("root"),
    passphrase: "open",
  });
  const ca = await root.intermediate({
    name: "Villa CA",
    folder: file("ca"),
    permitted: ["lan"],
    days: 25,
  });
  await Deno.writeTextFile(file("root.pem"), root.pem);
  await ca.issue({ hosts: ["nas.lan"], days: 20 });

  // Until then certificates end with their authority.
  const short = await home("issue", "tv.lan");
  assert.match(short.out, /^tv\.lan: .* 2[34] days$/m, short.err);
  const due = await home("renew");
  assert.deepEqual([due.code, due.out], [1, ""]);
  assert.match(due.err, /time is over in 24 days\. Try: .*renew-ca/);
  const locked = await home("renew-ca");
  assert.deepEqual([locked.code, locked.out], [1, ""]);
  assert.match(locked.err, /passphrase/);
  assert.doesNotMatch(locked.err, / at /, "no stack");

  const renewed = await home(
    ...["renew-ca", "--days", "1825", "--passphrase-file", dir.path("secret")],
  );
  assert.deepEqual([renewed.code, renewed.err], [0, ""]);
  assert.match(renewed.out, /^Villa CA: .*ca\.pem, 1824 days/);
  await Deno.remove(file("root"), { recursive: true });
  assert.match((await home("renew")).out, /^nas\.lan: .* 396 days$/m);
  assert.match((await home("issue", "bank.example")).err, /may issue for/);
  const served = await dir.openssl(
    ...["verify", "-x509_strict", "-CAfile", file("root.pem")],
    ...["-untrusted", file("issued/nas.lan.pem"), file("issued/nas.lan.pem")],
  );
  assert.equal(served.code, 0, served.text);
  const away = await home("renew-ca");
  assert.equal(away.code, 1);
  assert.match(away.err, /root: there is no .*bring the folder back/);

  // Revoked as it was asked for.
  await home("issue", "Müll.lan");
  const taken = await home("revoke", "Müll.lan");
  assert.match(taken.out, /^xn--mll-hoa\.lan \w+: revoked/, taken.err);
});

Deno.test("both say what is wrong with the command line, and end with 2", async () => {
  await using dir = await bench();
  await Deno.writeTextFile(dir.path("none.pem"), "no certificate\n");
  const wrong: [string, string[], RegExp][] = [
    [
      "expiry_checker.ts",
      ["127.0.0.1:1", "--ca", dir.path("none.pem")],
      /^There are no roots in .*none\.pem\nUsage: /,
    ],
    ["expiry_checker.ts", [], /^A TARGET is needed\nUsage: /],
    ["expiry_checker.ts", ["a", "--days", "x"], /^--days must .* x\nUsage: /],
    ["expiry_checker.ts", ["gopher://a"], /^Cannot .*smtp.*gopher:.*\nUsage: /],
    ["expiry_checker.ts", ["--file", dir.path("no")], /no.*\nUsage: /],
    ["home_ca.ts", [], /^A COMMAND is needed\nUsage: /],
    ["home_ca.ts", ["bake"], /^There is no COMMAND bake\nUsage: /],
    ["home_ca.ts", ["revoke", "a", "b"], /^b is one too many .*\nUsage: /],
    ["home_ca.ts", ["list", "a"], /^a is one too many for list\nUsage: /],
    ["home_ca.ts", ["issue"], /^A HOST is needed\nUsage: /],
    ["home_ca.ts", ["list", "--days", "0"], /^--days must .* 0\nUsage: /],
    [
      "home_ca.ts",
      ["create", "--permit", "a b", "--folder", dir.path("home")],
      /^Cannot .*"a b"\n$/,
    ],
  ];
  await Promise.all(wrong.map(async ([name, args, message]) => {
    const { code, out, err } = await script(name, ...args);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
  }));
  await assert.rejects(Deno.stat(dir.path("home")), Deno.errors.NotFound);
  for (const name of ["expiry_checker.ts", "home_ca.ts"]) {
    const { code, out, err } = await script(name, "--help");
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, new RegExp(`^Usage: ${name} `));
  }
  const none = await script("home_ca.ts", "list", "--folder", dir.path("home"));
  assert.equal(none.code, 1);
  assert.match(none.err, /no authority in it\. Try: the command create makes/);
});
