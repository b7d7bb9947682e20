/**
 * Inventories: which devices there are and how one gets to each, as YAML.
 *
 * ```yaml
 * defaults:
 *   user: backup
 *   password: { env: BACKUP_PASSWORD }
 * groups:
 *   core: { platform: juniper_junos }
 * devices:
 *   mx1: { host: 192.0.2.1, groups: [core] }
 *   sw1: { host: 192.0.2.2, platform: cisco_ios, secret: { ask: Enable secret } }
 * ```
 *
 * What stands at a device counts first, then its groups in their order, then
 * the defaults. The words and units are those of `connect`.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { withFile } from "../file_failure.ts";
import { canvas } from "../inspect/canvas.ts";
import { typed } from "../inspect/live.ts";
import { table } from "../inspect/table.ts";
import { environment } from "../ssh/environment.ts";
import { parseYaml, YamlError } from "../yaml.ts";
import type { DeviceOptions } from "./connect.ts";
import { InventoryError } from "./inventory_error.ts";
import { PlatformError } from "./platforms/platform_error.ts";
import {
  isMap,
  list,
  mapOf,
  Problems,
  record,
  remedy,
  type Shape,
  text,
  word,
} from "./platforms/shape.ts";

/** A secret as it stands in an inventory, or where it comes from. */
export type InventorySecret =
  | string
  | { readonly env: string }
  | { readonly ask: string };

/** What an inventory may say of a device, of a group, of all; as for `connect`. */
export interface InventorySettings {
  /** The platform's name, or the path of its YAML file. */
  readonly platform?: string;
  /** The port. */
  readonly port?: number;
  /** Who logs in. */
  readonly user?: string;
  /** The password of the login. */
  readonly password?: InventorySecret;
  /** The secret of the privileged mode. */
  readonly secret?: InventorySecret;
  /** What it goes over. */
  readonly transport?: "ssh" | "telnet" | "console";
  /** What to do about hosts that are not known. */
  readonly hostKeys?: "strict" | "accept-new" | "any";
  /** The device's key, as `ssh-keygen -l` prints it: this and no other. */
  readonly fingerprint?: string;
  /** How long it may take to connect and log in, in milliseconds. */
  readonly timeout?: number;
  /** The longest silence that a command may have, in milliseconds. */
  readonly patience?: number;
  /** How text is coded. */
  readonly encoding?: "utf-8" | "latin1";
}

/** A device of an inventory; the secrets are not shown. */
export interface InventoryDevice {
  /** Its name, of letters, digits, `.`, `_` and `-`: a file may be called so. */
  readonly name: string;
  /** Its name or address in the network. @default {its name} */
  readonly host: string;
  /** Its platform; nothing if that is to be found out. */
  readonly platform: string | undefined;
  /** The groups that it is in. */
  readonly groups: readonly string[];
}

interface Entry extends InventorySettings {
  readonly host?: string;
  readonly groups?: string[];
}

interface Whole {
  readonly defaults: InventorySettings;
  readonly groups: Readonly<Record<string, InventorySettings>>;
  readonly devices: Readonly<Record<string, Entry>>;
}

/** The devices of an inventory; `loadInventory` reads one. */
export class Inventory implements Iterable<InventoryDevice> {
  /** All devices, as they stand there. */
  readonly devices: readonly InventoryDevice[];
  readonly #settings = new Map<InventoryDevice, InventorySettings>();
  readonly #asked = new Map<string, Promise<string | undefined>>();

  /**
   * Takes what was read.
   *
   * @param whole All of it.
   * @ignore
   */
  constructor({ defaults, groups, devices }: Whole) {
    this.devices = Object.entries(devices).map(([name, entry]) => {
      const { host = name, groups: mine = [], ...own } = entry;
      const layers = [defaults, ...mine.map((one) => groups[one]!).reverse()];
      const settings = Object.assign({}, ...layers, own) as InventorySettings;
      const { platform } = settings;
      const device = { name, host, platform, groups: mine };
      this.#settings.set(device, settings);
      return device;
    });
  }

  /** The devices, in turn. */
  [Symbol.iterator](): Iterator<InventoryDevice> {
    return this.devices[Symbol.iterator]();
  }

  /**
   * Finds devices by their names and the names of groups.
   *
   * @param names The names; none for all devices.
   * @returns The devices, each once, as they stand in the inventory.
   * @throws {RangeError} If nothing is called so.
   */
  select(...names: readonly string[]): InventoryDevice[] {
    const known = this.devices.flatMap(({ name, groups }) => [name, ...groups]);
    for (const name of names) {
      if (known.includes(name)) continue;
      throw new RangeError(
        `Cannot select devices: no device or group is called ${name}${
          remedy(name, [...new Set(known)])
        }`,
      );
    }
    return this.devices.filter(({ name, groups }) =>
      names.length === 0 || [name, ...groups].some((one) => names.includes(one))
    );
  }

  /**
   * Gives what `connect` takes to get to a device. Secrets are looked up now:
   * whoever sits there is asked once for each `ask` of the inventory.
   *
   * @param device One of `devices`.
   * @returns Options for `connect`.
   * @throws {NetError} `"no-secret"` if a variable is not set, or nobody can be asked.
   * @throws {RangeError} If it is no device of this inventory.
   */
  async target(device: InventoryDevice): Promise<DeviceOptions> {
    const settings = this.#settings.get(device);
    if (settings === undefined) {
      throw new RangeError(
        `Cannot find the way to a device as 'device' must be one of this inventory: current value is ${device?.name}`,
      );
    }
    const { hostKeys, fingerprint, password, secret, ...rest } = settings;
    const policy = fingerprint === undefined ? hostKeys : { fingerprint };
    return {
      ...rest,
      host: device.host,
      password: await this.#secret(device, "password", password),
      secret: await this.#secret(device, "secret", secret),
      ...policy === undefined ? {} : { ssh: { hostKeys: policy } },
    };
  }

  async #secret(
    { name }: InventoryDevice,
    what: string,
    source: InventorySecret | undefined,
  ): Promise<string | undefined> {
    if (source === undefined || typeof source === "string") return source;
    const facts = {
      code: "no-secret",
      op: `find the ${what} of`,
      target: name,
    };
    if ("env" in source) {
      const found = environment(source.env);
      if (found !== undefined) return found;
      throw new NetError(
        `the variable ${source.env} is not set, or this program may not read it`,
        { ...facts, hint: `export ${source.env}=…, and --allow-env` },
      );
    }
    const { ask } = source;
    const answer = this.#asked.get(ask) ?? typed(`${ask}: `, { hidden: true });
    this.#asked.set(ask, answer);
    const found = await answer;
    if (found !== undefined) return found;
    throw new NetError("nobody can be asked for it", {
      ...facts,
      hint: `run it at a terminal, or let it be { env: NAME }`,
    });
  }

  /** The devices, plain; without secrets. */
  toJSON(): InventoryDevice[] {
    return [...this.devices];
  }

  /** The devices as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = this.devices.map(({ name, host, platform, groups }) => ({
      name,
      host,
      platform: platform ?? "auto",
      groups: groups.join(", "),
    }));
    return table(rows, { canvas: canvas({ colors: options?.colors }) });
  }
}

/** What is in an inventory, and how it is checked. */
const SETTINGS = {
  platform: { shape: text() },
  port: { shape: whole(1, 65_535) },
  user: { shape: text() },
  password: { shape: secret },
  secret: { shape: secret },
  transport: { shape: word("ssh", "telnet", "console") },
  hostKeys: { shape: word("strict", "accept-new", "any") },
  fingerprint: { shape: fingerprint },
  timeout: { shape: whole(1, 86_400_000) },
  patience: { shape: whole(1, 86_400_000) },
  encoding: { shape: word("utf-8", "latin1") },
};

const entry = record<Entry>({
  host: { shape: text() },
  groups: { shape: list(text()) },
  ...SETTINGS,
});

const inventory = record<Whole>({
  defaults: { shape: record<InventorySettings>(SETTINGS), otherwise: {} },
  groups: { shape: mapOf(record<InventorySettings>(SETTINGS)), otherwise: {} },
  devices: {
    // A device of which nothing more is to be said is its name alone.
    shape: mapOf((value, ...rest) => entry(value ?? {}, ...rest)),
    needed: true,
  },
});

/**
 * Reads an inventory.
 *
 * @param source Its YAML.
 * @param name What to call it in errors.
 * @returns The devices.
 * @throws {InventoryError} With all that is wrong, each with line and column.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const inventory = await net.device.readInventory(`
 * defaults: { user: backup, password: lake-15 }
 * groups:
 *   core: { platform: juniper_junos }
 * devices:
 *   mx1: { host: 192.0.2.1, groups: [core] }
 *   sw1: { host: 192.0.2.2, platform: cisco_ios }
 * `);
 * const [mx1] = inventory.select("core");
 * const { host, user, platform } = await inventory.target(mx1!);
 * assert.deepEqual([host, user, platform], ["192.0.2.1", "backup", "juniper_junos"]);
 * ```
 */
export async function readInventory(
  source: string,
  name = "inventory",
): Promise<Inventory> {
  const document = await parseYaml(source).catch((error) => {
    if (!(error instanceof YamlError)) throw error;
    const { line, column, offset, message } = error;
    const reason = /as YAML: (.*) \(line /.exec(message)?.[1] ?? message;
    const problem = { path: "", message: reason, line, column, offset };
    throw new InventoryError(name, [problem]);
  });
  const problems = new Problems(name, document);
  try {
    const found = inventory(document.value, [], problems);
    problems.throwIfAny();
    check(found!, problems);
    problems.throwIfAny();
    return new Inventory(found!);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    throw new InventoryError(name, error.problems);
  }
}

/**
 * Reads an inventory from a file.
 *
 * @param path The YAML file.
 * @returns The devices.
 * @throws {InventoryError} With all that is wrong, each with line and column.
 * @throws {NetError} `"not-found"` if there is no such file.
 * @throws {PermissionError} If the runtime or the system bars reading it.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const inventory = await net.device.loadInventory("inventory.yaml");
 * for (const device of inventory.select("core")) {
 *   await using session = await net.device.connect(await inventory.target(device));
 *   console.log(await session.send("show version"));
 * }
 * ```
 */
export async function loadInventory(path: string): Promise<Inventory> {
  const read = () => Deno.readTextFile(path);
  return await readInventory(await withFile("read", path, read), path);
}

/** Notes names that are none, and groups that are not there. */
function check({ groups, devices }: Whole, problems: Problems): void {
  const known = Object.keys(groups);
  for (const [name, { groups: mine = [] }] of Object.entries(devices)) {
    if (!/^[A-Za-z0-9_][\w.-]*$/.test(name)) {
      problems.add(
        ["devices", name],
        "a name has letters, digits, _, . and -; an address belongs into host",
        "key",
      );
    }
    if (known.includes(name)) {
      problems.add(["devices", name], "a group is called so, too", "key");
    }
    for (const [i, group] of mine.entries()) {
      if (known.includes(group)) continue;
      problems.add(
        ["devices", name, "groups", i],
        `there is no group ${group}${remedy(group, known)}`,
      );
    }
  }
}

/** A text, or where it comes from. */
function secret(
  ...[value, path, problems]: Parameters<Shape<InventorySecret>>
): InventorySecret | undefined {
  if (!isMap(value)) return text()(value, path, problems);
  if (Object.keys(value).length !== 1) {
    problems.add(path, "must be text, { env: NAME } or { ask: TEXT }");
    return undefined;
  }
  return "ask" in value
    ? record<{ ask: string }>({ ask: { shape: text(), needed: true } })(
      value,
      path,
      problems,
    )
    : record<{ env: string }>({ env: { shape: text(), needed: true } })(
      value,
      path,
      problems,
    );
}

/** A key's digest, as OpenSSH shows it. */
function fingerprint(
  ...[value, path, problems]: Parameters<Shape<string>>
): string | undefined {
  if (/^SHA256:[A-Za-z0-9+/]{43}$/.test(`${value}`)) return `${value}`;
  problems.add(path, "must be SHA256: and 43 characters, see ssh-keygen -l");
  return undefined;
}

/** An integer of a range. */
function whole(least: number, most: number): Shape<number> {
  return (value, path, problems) => {
    if (
      Number.isInteger(value) && least <= Number(value) &&
      Number(value) <= most
    ) return value as number;
    problems.add(path, `must be an integer from ${least} to ${most}`);
    return undefined;
  };
}
