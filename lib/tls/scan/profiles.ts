/**
 * The three configurations that Mozilla recommends, and how a server differs
 * from each.
 *
 * @see https://wiki.mozilla.org/Security/Server_Side_TLS (guidelines 5.7)
 * @module
 */

import { tlsCipherSuites } from "../../packet/layers/tls/cipher_suites.ts";
import { tlsVersions } from "../../packet/layers/tls/names.ts";
import { type ScanFacts, some } from "./weakness.ts";

/** One of Mozilla's configurations. */
export type ProfileName = "modern" | "intermediate" | "old";

/** How a server differs from a configuration. */
export interface ProfileCheck {
  /** Which configuration. */
  readonly profile: ProfileName;
  /** Whether the server stays within it. */
  readonly fits: boolean;
  /** What it offers beyond, and what it lacks. */
  readonly differences: readonly string[];
}

interface Profile {
  readonly versions: readonly number[];
  readonly suites: readonly number[];
  readonly groups: readonly string[];
  /** Bits of a Diffie-Hellman prime, where one is used. */
  readonly leastPrime: number;
}

const SUITES_1_3 = [0x1301, 0x1302, 0x1303];
const CURVES = ["X25519MLKEM768", "x25519", "secp256r1", "secp384r1"];

const INTERMEDIATE = [
  ...SUITES_1_3,
  ...[0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8],
  ...[0x009e, 0x009f, 0xccaa],
];

const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  modern: {
    versions: [0x0304],
    suites: SUITES_1_3,
    groups: CURVES,
    leastPrime: Infinity,
  },
  intermediate: {
    versions: [0x0304, 0x0303],
    suites: INTERMEDIATE,
    groups: [...CURVES, "ffdhe2048", "ffdhe3072"],
    leastPrime: 2048,
  },
  old: {
    versions: [0x0304, 0x0303, 0x0302, 0x0301],
    suites: [
      ...INTERMEDIATE,
      ...[0xc023, 0xc027, 0xc009, 0xc013, 0xc024, 0xc028, 0xc00a, 0xc014],
      ...[0x0067, 0x006b, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035],
      0x000a,
    ],
    groups: [...CURVES, "secp521r1", "ffdhe2048", "ffdhe3072"],
    leastPrime: 1024,
  },
};

/**
 * Compares a server with each configuration: it fits if it offers nothing
 * beyond, and TLS 1.3 at least.
 *
 * @param facts What a scan has found.
 * @returns One comparison each, the strictest first.
 */
export function checkProfiles(facts: ScanFacts): ProfileCheck[] {
  return Object.entries(PROFILES).map(([name, profile]) => {
    const differences = [...compare(facts, profile)];
    return {
      profile: name as ProfileName,
      fits: differences.length === 0,
      differences,
    };
  });
}

function* compare(
  { protocols, ssl2 }: ScanFacts,
  profile: Profile,
): Generator<string> {
  const speaks = protocols.filter((one) => one.offered);
  const beyond = (what: string, has: readonly string[], may: string[]) => {
    const more = some(has.filter((one) => !may.includes(one)));
    return more === undefined ? [] : [`offers ${what}${more}`];
  };
  if (ssl2) yield "offers SSL 2.0";
  yield* beyond(
    "",
    speaks.map(({ name }) => name),
    profile.versions.map((version) => tlsVersions[version]!),
  );
  if (!speaks.some(({ version }) => version === 0x0304)) {
    yield "lacks TLS 1.3";
  }
  yield* beyond(
    "the suites ",
    speaks.flatMap(({ suites }) => suites.map(({ name }) => name)),
    profile.suites.map((suite) => tlsCipherSuites[suite]!),
  );
  yield* beyond(
    "the groups ",
    speaks.flatMap(({ groups }) => groups),
    [...profile.groups],
  );
  const short = speaks.flatMap(({ suites }) => suites)
    .map(({ primeBits = Infinity }) => primeBits)
    .filter((bits) => bits < profile.leastPrime && bits < Infinity);
  if (short.length > 0) {
    yield `has a Diffie-Hellman prime of ${Math.min(...short)} bits`;
  }
}
