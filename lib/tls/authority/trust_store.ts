/**
 * How to make systems and programs trust a root: as data, never carried out.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import type { Certificate } from "../certificate.ts";
import { listed } from "./request.ts";

/** The trust stores that there are steps for. */
export type TrustStoreName =
  | "debian"
  | "fedora"
  | "macos"
  | "windows"
  | "nss"
  | "java"
  | "environment";

/** What to do for one trust store; each command is a program and its arguments. */
export interface TrustSteps {
  /** Which store. */
  readonly store: TrustStoreName;
  /** Who looks there. */
  readonly usedBy: string;
  /** Whether the commands need an administrator. */
  readonly root: boolean;
  /** Makes the root trusted. */
  readonly commands: readonly (readonly string[])[];
  /** Takes that back. */
  readonly undo: readonly (readonly string[])[];
  /** What else to know. */
  readonly note?: string;
}

/** Options for {@linkcode trustInstructions}. */
export interface InstallOptions {
  /** Where the root's PEM is, or will be. @default {"<name of the authority>.pem"} */
  file?: string | undefined;
  /** The stores that are asked for. @default {what this system has} */
  stores?: readonly TrustStoreName[] | undefined;
}

/** What to do so that a root is trusted; nothing of it has been done. */
export class TrustInstructions {
  /** Where the commands expect the root. */
  readonly file: string;
  /** The root in PEM: what to write there. */
  readonly pem: string;
  /** The steps, this system's own store first. */
  readonly steps: readonly TrustSteps[];

  /** Takes the parts. */
  constructor(file: string, pem: string, steps: readonly TrustSteps[]) {
    this.file = file;
    this.pem = pem;
    this.steps = steps;
  }

  /** The commands as a shell would be given them. */
  toString(): string {
    return this.#text(false);
  }

  /** The commands as a shell would be given them. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return this.#text(options?.colors ?? false);
  }

  #text(colors: boolean): string {
    const on = canvas({ colors });
    const lines = [
      paint("muted", `# the root is expected in ${this.file}`, on),
    ];
    for (const { store, usedBy, root, commands, note } of this.steps) {
      lines.push("", paint("heading", `# ${store}: ${usedBy}`, on));
      if (note) lines.push(paint("muted", `# ${note}`, on));
      for (const command of commands) {
        const line = command.map(quoted).join(" ");
        lines.push(root && store !== "windows" ? `sudo ${line}` : line);
      }
    }
    return lines.join("\n");
  }
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // So that a shell fills $HOME in, and nothing else.
  return word.startsWith("sql:$HOME/")
    ? `"${word}"`
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Gives the steps that make a root trusted.
 *
 * @param root The root.
 * @param options Where it is, and for which stores.
 * @returns The steps; nothing is run.
 * @throws {TypeError} If a store is not known.
 */
export function trustInstructions(
  root: Certificate,
  options: InstallOptions = {},
): TrustInstructions {
  const name = root.subject.commonName ?? root.serial;
  const short = name.normalize("NFKD").toLowerCase()
    .replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "root";
  const file = options.file ?? `${short}.pem`;
  const all = everything(file, name, short, root.serial);
  const wanted = options.stores ??
    [...ownStores(), "nss", "java", "environment"];
  const steps = listed("stores", wanted, "install a root").map((store) => {
    if (Object.hasOwn(all, store)) return { store, ...all[store] };
    throw new TypeError(
      `Cannot install a root as each of 'stores' must be one of ${
        Object.keys(all).join(", ")
      }: current value is ${store}`,
    );
  });
  return new TrustInstructions(file, root.toPem(), steps);
}

function everything(
  file: string,
  name: string,
  short: string,
  serial: string,
): Readonly<Record<TrustStoreName, Omit<TrustSteps, "store">>> {
  const inDebian = `/usr/local/share/ca-certificates/${short}.crt`;
  const java = ["keytool", "-cacerts", "-storepass", "changeit"];
  const database = "sql:$HOME/.pki/nssdb";
  return {
    debian: {
      usedBy: "OpenSSL, GnuTLS, curl and Python on Debian, Ubuntu and Alpine",
      root: true,
      commands: [
        ["install", "-m", "0644", file, inDebian],
        ["update-ca-certificates"],
      ],
      undo: [["rm", inDebian], ["update-ca-certificates", "--fresh"]],
    },
    fedora: {
      usedBy: "p11-kit: Fedora, RHEL, Arch, openSUSE",
      root: true,
      commands: [["trust", "anchor", "--store", file]],
      undo: [["trust", "anchor", "--remove", file]],
    },
    macos: {
      usedBy: "Safari, Chrome and curl on macOS",
      root: true,
      commands: [[
        "security",
        "add-trusted-cert",
        "-d",
        "-r",
        "trustRoot",
        "-k",
        "/Library/Keychains/System.keychain",
        file,
      ]],
      undo: [["security", "remove-trusted-cert", "-d", file]],
    },
    windows: {
      usedBy: "Edge, Chrome and .NET on Windows",
      root: true,
      commands: [["certutil", "-addstore", "-f", "Root", file]],
      undo: [["certutil", "-delstore", "Root", serial]],
      note: "in a terminal that runs as administrator",
    },
    nss: {
      usedBy: "Chrome on Linux; Firefox, each profile with a store of its own",
      root: false,
      commands: [
        ["certutil", "-d", database, "-A", "-t", "C,,", "-n", name, "-i", file],
      ],
      undo: [["certutil", "-d", database, "-D", "-n", name]],
      note:
        "certutil is in libnss3-tools (Debian) or nss-tools (Fedora); for Firefox put the profile's folder, from about:profiles, in the place of $HOME/.pki/nssdb",
    },
    java: {
      usedBy: "Java programs",
      root: true,
      commands: [
        [
          ...java,
          "-importcert",
          "-noprompt",
          "-alias",
          short,
          "-file",
          file,
        ],
      ],
      undo: [[...java, "-delete", "-alias", short]],
      note: "the keytool of each Java that is to trust it",
    },
    environment: {
      usedBy: "single programs, for as long as the variable is set",
      root: false,
      commands: [
        ["export", `DENO_CERT=${file}`],
        ["export", `NODE_EXTRA_CA_CERTS=${file}`],
        ["export", `REQUESTS_CA_BUNDLE=${file}`],
        ["export", `SSL_CERT_FILE=${file}`],
      ],
      undo: [
        [
          "unset",
          "DENO_CERT",
          "NODE_EXTRA_CA_CERTS",
          "REQUESTS_CA_BUNDLE",
          "SSL_CERT_FILE",
        ],
      ],
      note: "the last two take the place of all other roots",
    },
  };
}

/** The store of the system that this runs on. */
function ownStores(): TrustStoreName[] {
  const { os } = Deno.build;
  if (os === "darwin") return ["macos"];
  if (os === "windows") return ["windows"];
  const which = linuxFamily();
  return which === undefined ? ["debian", "fedora"] : [which];
}

/** Which way of Linux it is, if this program may look. */
function linuxFamily(): "debian" | "fedora" | undefined {
  const path = "/etc/os-release";
  try {
    const { state } = Deno.permissions.querySync({ name: "read", path });
    // Without permission nobody is asked for it: both ways are told.
    if (state !== "granted") return undefined;
    const like = /^ID(?:_LIKE)?=.*$/gm;
    const text = Deno.readTextFileSync(path).match(like)?.join(" ") ?? "";
    if (/debian|ubuntu|alpine/.test(text)) return "debian";
    if (/fedora|rhel|arch|suse/.test(text)) return "fedora";
  } catch {
    // No such file: no way to know.
  }
  return undefined;
}
