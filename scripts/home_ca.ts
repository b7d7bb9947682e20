#!/usr/bin/env -S deno run --allow-read --allow-write
/**
 * A certificate authority for a home network: the printer, the NAS and the
 * router get certificates that your own devices believe.
 *
 * It is made of two: a root, whose key can be put away, and below it one that
 * issues day by day, for names and addresses of home networks alone. Whoever
 * steals the second cannot be your bank.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: home_ca.ts COMMAND … [--folder FOLDER]
  create              makes the authority, once
    --name NAME       what devices show it as  (Home)
    --permit WHAT     a domain or network that it may issue for, instead of the
                      usual ones of homes; as often as needed
    --passphrase-file FILE  encrypts the root's key
  issue HOST…         a certificate for these names and addresses, and its key
    --days N          how long it holds  (397)
  sign FILE HOST…     the same for a request (CSR): the key stays where it is;
                      with no HOST for the names that it asks for
  phone NAME          a certificate for a person or device, as PKCS#12
    --password-file FILE    what opens the file; if not said, one is made up
    --legacy          as macOS before 15, Android before 14 want it
  list                what was issued  (--json for programs)
  renew               renews what ends within --days N  (30), for cron; ends with
                      1 if that is the authority itself
  renew-ca            gives the authority that issues a later end, every 4 years,
                      with the root's folder in its place
    --days N          how long it holds  (as long as before)
    --passphrase-file FILE  opens the root's key
  revoke WHICH        takes back what has this name, or this serial number or the
                      first digits of it as listed, and writes the list of them
    --reason REASON   keyCompromise, superseded, cessationOfOperation, …
  crl                 writes the revocation list anew  (--days N, 7)
  trust               how systems come to trust the root
  --folder FOLDER     where all of it is  (home-ca)
It ends with 0, with 1 if something is wrong, 2 if the command line is.`;

/** Names and networks of homes: RFC 8375, RFC 6762, RFC 1918, RFC 4193, and usage. */
const HOME = [
  ...["home.arpa", "local", "internal", "lan", "localhost"],
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8"],
  ...["fc00::/7", "fe80::/10", "::1/128"],
];
/** Letters and digits that nobody takes for others: 32, so each is 5 bits. */
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** Days that a certificate holds unless told otherwise: what browsers take. */
const DAYS = 397;
/** Days that the authority itself has to hold, where nothing else is said. */
const NOTICE = 30;
/** Digits of a serial number that are shown: enough in a home. */
const DIGITS = 8;

/** What may be said besides the command. */
interface Values {
  readonly folder: string;
  readonly name: string;
  readonly permit: string[];
  readonly days?: number | undefined;
  readonly reason?: string | undefined;
  readonly "passphrase-file"?: string | undefined;
  readonly "password-file"?: string | undefined;
  readonly legacy?: boolean | undefined;
  readonly json?: boolean | undefined;
}

type Authority = net.tls.authority.Authority;
type Reason = Parameters<Authority["revoke"]>[1];
type Listed = net.tls.authority.IssueRecord;

/** Reads what was typed; where it makes no sense, the program ends. */
function typed(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        "folder": { type: "string", default: "home-ca" },
        "name": { type: "string", default: "Home" },
        "permit": { type: "string", multiple: true, default: HOME },
        "days": { type: "string" },
        "reason": { type: "string" },
        "passphrase-file": { type: "string" },
        "password-file": { type: "string" },
        "legacy": { type: "boolean" },
        "json": { type: "boolean" },
        "help": { type: "boolean", short: "h" },
      },
    });
    if (values.help) {
      console.log(USAGE);
      Deno.exit(0);
    }
    const [name, ...rest] = positionals;
    if (name === undefined) throw new TypeError("A COMMAND is needed");
    if (!Object.hasOwn(COMMANDS, name)) {
      throw new TypeError(`There is no COMMAND ${name}`);
    }
    const [run, wanted, most = wanted === undefined ? 0 : 1] = COMMANDS[name]!;
    if (wanted !== undefined && rest.length === 0) {
      throw new TypeError(`A ${wanted} is needed`);
    }
    // Who names two to be revoked must not think that both are.
    if (rest.length > most) {
      throw new TypeError(`${rest[most]} is one too many for ${name}`);
    }
    const days = values.days === undefined ? undefined : Number(values.days);
    if (days !== undefined && !(days > 0)) {
      throw new RangeError(
        `--days must be a number above 0: current value is ${values.days}`,
      );
    }
    return { run, rest, values: { ...values, days } };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

async function secretIn(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const [secret = ""] = (await Deno.readTextFile(file)).split(/\r?\n/);
  if (secret === "") throw new TypeError(`There is no secret in ${file}`);
  return secret;
}

/** Opens an authority, or says what to do where there is none. */
async function opened(
  folder: string,
  passphrase: string | undefined,
  hint: string,
): Promise<Authority> {
  try {
    return await net.tls.authority.open(folder, { passphrase });
  } catch (error) {
    if (!(error instanceof net.NetError && error.code === "not-found")) {
      throw error;
    }
    const { code, op, target, cause } = error;
    throw new net.NetError("there is no authority in it", {
      ...{ code, op, target, cause, hint },
    });
  }
}

/** The authority that issues; the root is not needed for that. */
const issuing = ({ folder }: Values) =>
  opened(`${folder}/ca`, undefined, "the command create makes one");

/** Days for a certificate if none are said: nothing holds longer than its signer. */
function usualDays({ name, certificate }: Authority, least = 1): number {
  const left = certificate.daysLeft();
  if (left >= least) return Math.min(DAYS, left);
  throw new net.NetError(
    left < 0 ? "its own time is over" : `its own time is over in ${left} days`,
    {
      code: "expired",
      op: "issue for long as",
      target: name,
      hint: "the command renew-ca, with the root's folder in its place",
    },
  );
}

async function create(_: string[], values: Values): Promise<void> {
  const { folder, name, permit } = values;
  const passphrase = await secretIn(values["passphrase-file"]);
  // Once in memory, so that a wrong --permit leaves no half behind.
  const trial = await net.tls.authority.create({ name });
  await trial.intermediate({ name, permitted: permit });
  const root = await net.tls.authority.create({
    name: `${name} Root`,
    folder: `${folder}/root`,
    pathLength: 1,
    passphrase,
  });
  await root.intermediate({
    name: `${name} CA`,
    folder: `${folder}/ca`,
    permitted: permit,
  });
  await Deno.writeTextFile(`${folder}/root.pem`, root.pem);
  console.log(`${folder}/root.pem is for all who are to trust it`);
  console.log(`${folder}/root has the root's key: put that folder away`);
  console.log(`It may issue for ${permit.join(", ")}`);
  await writeList({ ...values, days: undefined });
}

/** A host as certificates have it: in lower case, other scripts as A-labels. */
const plain = (host: string): string =>
  `${net.ip.tryParse(host) ?? URL.parse(`http://${host}`)?.hostname ?? host}`;

/** What still holds of these names, and nothing has taken its place. */
async function live(
  ca: Authority,
  names: readonly string[],
): Promise<Listed[]> {
  const wanted = [...new Set(names.map(plain))].sort().join();
  return (await ca.issued()).filter((record) =>
    record.isLive() && record.renewedBy === undefined &&
    [...record.names].sort().join() === wanted
  );
}

async function save(
  issued: net.tls.authority.Signed,
  { folder }: Values,
): Promise<void> {
  const { cert, key } = await issued.save(`${folder}/issued`);
  const { certificate } = issued;
  const names = certificate.names.map(({ value }) => value).join(", ");
  console.log(
    `${names}: ${cert}${
      key ? ` and ${key}` : ""
    }, ${certificate.daysLeft()} days`,
  );
}

async function issue(hosts: string[], values: Values): Promise<void> {
  const ca = await issuing(values);
  const days = values.days ?? usualDays(ca);
  const old = (await live(ca, hosts)).find(({ requested }) => !requested);
  // So that what is no longer used is not renewed for ever.
  const issued = old
    ? await ca.renew(old, { days })
    : await ca.issue({ hosts, days });
  await save(issued, values);
}

async function sign(
  [file = "", ...hosts]: string[],
  values: Values,
): Promise<void> {
  const ca = await issuing(values);
  const { days } = values;
  const request = await Deno.readFile(file);
  const named = hosts.length > 0 ? { hosts } : {};
  await save(await ca.sign(request, { days, ...named }), values);
}

async function phone([name = ""]: string[], values: Values): Promise<void> {
  const ca = await issuing(values);
  const { days = usualDays(ca), folder, legacy } = values;
  const given = await secretIn(values["password-file"]);
  const password = given ?? Array.from(
    crypto.getRandomValues(new Uint8Array(16)),
    (octet) => LETTERS[octet % LETTERS.length],
  ).join("");
  const [old] = (await ca.issued()).filter((record) =>
    record.kind === "client" && record.isLive() && !record.renewedBy &&
    record.certificate.subject.commonName === name
  );
  const issued = old
    ? await ca.renew(old, { days })
    : await ca.issue({ kind: "client", name, days });
  const octets = await ca.pkcs12(issued, { password, name, legacy });
  const path = `${folder}/issued/${name.replace(/[^\p{L}\p{N}]+/gu, "_")}.p12`;
  await Deno.mkdir(`${folder}/issued`, { recursive: true, mode: 0o700 });
  await Deno.remove(path).catch(() => {});
  await Deno.writeFile(path, octets, { mode: 0o600, createNew: true });
  console.log(`${name}: ${path}, ${issued.certificate.daysLeft()} days`);
  if (given === undefined) console.log(`Its password is ${password}`);
}

/** What became of a certificate, in a word or two. */
function stateOf({ revoked, renewedBy, notAfter }: Listed): string {
  if (revoked) return `revoked, ${revoked.reason}`;
  if (notAfter.getTime() < Date.now()) return "ended";
  return renewedBy ? "renewed" : "holds";
}

async function list(_: string[], values: Values): Promise<void> {
  const ca = await issuing(values);
  const rows = (await ca.issued()).map((record) => ({
    serial: values.json ? record.serial : record.serial.slice(0, DIGITS),
    kind: record.kind,
    names: record.names.join(", "),
    days: record.certificate.daysLeft(),
    state: stateOf(record),
  }));
  if (values.json) return console.log(JSON.stringify(rows, null, 2));
  const colors = !Deno.noColor && Deno.stdout.isTerminal();
  const canvas = net.inspect.canvas({ colors });
  console.log(net.inspect.table(rows, { maxRows: 10_000, canvas }));
  console.log(`${ca.name} itself: ${ca.certificate.daysLeft()} days`);
}

async function renew(_: string[], values: Values): Promise<void> {
  const ca = await issuing(values);
  const { days: notice = NOTICE } = values;
  // What ends together with its signer would be renewed at every look.
  const days = usualDays(ca, notice);
  for (const due of await ca.expiring(notice)) {
    const { kind, names, requested } = due.record;
    const left = `${names.join(", ")} ends in ${Math.floor(due.daysLeft)} days`;
    if (requested) {
      console.log(`${left}: its key is not here; sign a new request of it`);
    } else if (kind === "client") {
      console.log(`${left}: make a new file for it with the command phone`);
    } else {
      // One that was asked for a short time gets the usual one now.
      await save(await due.renew({ days }), values);
    }
  }
}

async function renewAuthority(_: string[], values: Values): Promise<void> {
  const { days, folder } = values;
  const passphrase = await secretIn(values["passphrase-file"]);
  const old = await issuing(values);
  const root = await opened(
    `${folder}/root`,
    passphrase,
    "bring the folder back that was put away",
  );
  const ca = await root.renewIntermediate(old, { days });
  console.log(
    `${ca.name}: ${folder}/ca/ca.pem, ${ca.certificate.daysLeft()} days; what it issued goes on to hold`,
  );
}

async function revoke([which = ""]: string[], values: Values): Promise<void> {
  const ca = await issuing(values);
  const all = await ca.issued();
  const named = all.filter((record) =>
    record.isLive() &&
    (record.names.includes(plain(which)) ||
      record.certificate.subject.commonName === which)
  );
  const numbered = which.length < DIGITS
    ? []
    : all.filter(({ serial }) =>
      serial.startsWith(which.replaceAll(":", "").toUpperCase())
    );
  const chosen = named.length > 0 ? named : numbered;
  if (chosen.length === 0 || (chosen === numbered && numbered.length > 1)) {
    throw new net.NetError(
      chosen.length === 0
        ? "nothing that holds is called so"
        : "several numbers begin so",
      {
        code: "not-found",
        op: "revoke",
        target: which,
        hint: "the command list shows all",
      },
    );
  }
  for (const one of chosen) {
    const reason = values.reason as Reason | undefined;
    const { serial, names, revoked } = await ca.revoke(one, reason);
    console.log(`${names.join(", ")} ${serial}: revoked, ${revoked?.reason}`);
  }
  await writeList({ ...values, days: undefined });
}

/** Writes the list of what is revoked, for servers and clients to look up. */
async function writeList(values: Values): Promise<void> {
  const ca = await issuing(values);
  const { days, folder } = values;
  const made = await ca.crl({ days });
  await Deno.writeTextFile(`${folder}/crl.pem`, made.pem);
  await Deno.writeFile(`${folder}/crl.der`, made.der);
  const until = made.nextUpdate?.toISOString().slice(0, 10);
  console.log(
    `${folder}/crl.pem: list ${made.number} with ${made.size}, until ${until}`,
  );
}

async function trust(_: string[], values: Values): Promise<void> {
  const ca = await issuing(values);
  const file = `${values.folder}/root.pem`;
  console.log(`${
    ca.install({
      file,
      stores: [
        ...["debian", "fedora", "macos", "windows"] as const,
        ...["nss", "java", "environment"] as const,
      ],
    })
  }

# Android: send ${file} to it; in the settings, search for "CA certificate"
# iPhone, iPad: open ${file}, install the profile in the settings, and then turn
# on full trust for it under General, About, Certificate Trust Settings`);
}

type Command = (rest: string[], values: Values) => Promise<void>;

/** What each is called, what it cannot do without, and how many it takes. */
const COMMANDS: {
  readonly [name: string]: readonly [Command, what?: string, most?: number];
} = {
  create: [create],
  issue: [issue, "HOST", Infinity],
  sign: [sign, "FILE", Infinity],
  phone: [phone, "NAME"],
  list: [list],
  renew: [renew],
  "renew-ca": [renewAuthority],
  revoke: [revoke, "WHICH"],
  crl: [(_, values) => writeList(values)],
  trust: [trust],
};

async function main(args: string[]): Promise<void> {
  const { run, rest, values } = typed(args);
  await run(rest, values);
}

await main(Deno.args).catch((error) => {
  const isMistake = error instanceof RangeError || error instanceof TypeError;
  const isWorld = error instanceof net.NetError ||
    error instanceof net.DecodeError || error instanceof Deno.errors.NotFound;
  if (!isMistake && !isWorld) throw error;
  console.error(error.message);
  Deno.exit(isMistake ? 2 : 1);
});
