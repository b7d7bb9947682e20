/**
 * Limits and quotas in canonical form: in the units in which nft lists them.
 *
 * @module
 */

import { defined } from "./canonical_selector.ts";
import type { Limit, Quota } from "./expression.ts";

const UNITS = ["bytes", "kbytes", "mbytes"] as const;

/** The largest unit in which a number of octets is whole, as nft lists it. */
function inUnits(
  value: number,
  unit: (typeof UNITS)[number] = "bytes",
): readonly [value: number, unit: (typeof UNITS)[number]] {
  let at = UNITS.indexOf(unit);
  while (at < 2 && value > 0 && value % 1024 === 0) {
    value /= 1024;
    at++;
  }
  return [value, UNITS[at]!];
}

const unlessBytes = (unit: (typeof UNITS)[number]) =>
  unit === "bytes" ? undefined : unit;

/** A limit without what goes without saying. */
export function canonicalLimit(limit: Limit): Limit {
  const { per, inv } = limit;
  const unit = limit.rate_unit as Limit["rate_unit"] | "packets";
  if (unit === undefined || unit === "packets") {
    const burst = limit.burst === 5 || limit.burst === 0
      ? undefined
      : limit.burst;
    return defined({
      ...{ rate: limit.rate, per, burst },
      inv: inv || undefined,
    }) as Limit;
  }
  const [rate, rate_unit] = inUnits(limit.rate, unit);
  const [burst, burst_unit] = inUnits(limit.burst ?? 0, limit.burst_unit);
  return defined({
    ...{ rate, rate_unit, per },
    burst: burst || undefined,
    burst_unit: burst ? unlessBytes(burst_unit) : undefined,
    inv: inv || undefined,
  }) as Limit;
}

/** A quota without what goes without saying. */
export function canonicalQuota(quota: Quota): Quota {
  const [val, unit] = inUnits(quota.val, quota.val_unit);
  const [used, usedUnit] = inUnits(quota.used ?? 0, quota.used_unit);
  return defined({
    val,
    val_unit: unlessBytes(unit),
    used: used || undefined,
    used_unit: used ? unlessBytes(usedUnit) : undefined,
    inv: quota.inv || undefined,
  }) as Quota;
}
