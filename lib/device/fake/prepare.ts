/**
 * From options to fake devices that listen. It is loaded when it is first used.
 *
 * @module
 */

import { freshSeed, seeded } from "../../random.ts";
import { gateOf, type SshUsers } from "../../ssh/serving/users.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import type { Platform } from "../platform.ts";
import { loadPlatform } from "../platforms/load.ts";
import type { FakeDevice } from "./device.ts";
import type { Faults } from "./faults.ts";
import { Hosting } from "./hosting.ts";
import type { FakeCommonOptions } from "./options.ts";
import { DeviceState, speciesOf } from "./state.ts";

/** What tells devices apart that are served together. */
export interface Individual {
  /** Where it listens. */
  readonly at: Endpoint;
  /** The name in its prompts; the platform's own if none. */
  readonly name: string | undefined;
  /** What is wrong with it. */
  readonly faults: Faults;
}

/**
 * Makes what devices need that are served together.
 *
 * @param platform The platform's name, or its data.
 * @param options What they have in common.
 * @returns What makes one of them, which then listens.
 */
export async function prepare(
  platform: string | Platform,
  options: FakeCommonOptions,
): Promise<(one: Individual) => Promise<FakeDevice>> {
  const { transport = "ssh", user = "admin", password = "let-me-in" } = options;
  const { banner, paging, enableSecret = "let-me-up", seed } = options;
  const { config, answers = {}, minute = 60_000, login = true } = options;
  const { delay = 0, chunk = 0, subsystems } = options;
  for (const [what, value] of Object.entries({ delay, chunk, minute })) {
    if (!(value >= 0 && value <= 0x7fffffff)) {
      throw new RangeError(
        `Cannot make a fake device as '${what}' must be from 0 to ${0x7fffffff}: current value is ${value}`,
      );
    }
  }
  const loaded = await loadPlatform(platform);
  const shown = banner === undefined
    ? loaded
    : { ...loaded, dialogue: { ...loaded.dialogue, banner } };
  const users: SshUsers = { [user]: password, ...options.users };
  const passwords = new Map(
    Object.entries(users).flatMap(([name, one]) => {
      const secret = typeof one === "string" ? one : one.password;
      return secret === undefined ? [] : [[name, secret] as const];
    }),
  );
  const hosting = await Hosting.open({
    ...{ transport, user, password, passwords, login, subsystems },
    gate: gateOf(users),
    hostKeys: options.hostKeys,
    sftp: typeof options.sftp === "string"
      ? { root: options.sftp }
      : options.sftp,
    random: seeded(seed ?? freshSeed()),
  });
  const species = speciesOf(shown, {
    source: platform,
    ...{ config, answers, minute, delay, chunk },
    enableSecret: enableSecret === false ? undefined : enableSecret,
    pages: paging ?? true,
  });
  return ({ at, name, faults }) =>
    hosting.add(new DeviceState(species, name, faults), at, options.signal);
}
