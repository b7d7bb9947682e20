/**
 * The two ways in which certificates write a moment.
 *
 * @see RFC 5280 §4.1.2.5, X.680 §46 and §47
 * @module
 */

const UTC = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})$/;
const GENERALIZED =
  /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,](\d{1,9}))?(Z|[+-]\d{4})$/;

/** The longest that either may be. */
const LONGEST = 40;

/**
 * Reads a UTCTime or a GeneralizedTime. DER wants seconds and a `Z`; old
 * certificates also have neither, or a distance from Greenwich, and are read.
 *
 * @param octets The contents of the value.
 * @param generalized Whether the year has four digits.
 * @returns The moment, or nothing if it is none.
 */
export function readTime(
  octets: Uint8Array,
  generalized: boolean,
): Date | undefined {
  if (octets.length > LONGEST) return undefined;
  const text = String.fromCharCode(...octets);
  const found = (generalized ? GENERALIZED : UTC).exec(text);
  if (!found) return undefined;
  const zone = found[found.length - 1]!;
  const [year, month, day, hour, minute = 0, second = 0] = found
    .slice(1, 7).map((part) => part === undefined ? undefined : Number(part));
  const fraction = generalized ? found[7] : undefined;
  const full = generalized ? year! : year! + (year! < 50 ? 2000 : 1900);
  const date = new Date(0);
  date.setUTCFullYear(full, month! - 1, day!);
  date.setUTCHours(hour!, minute, second, milliseconds(fraction));
  const same = date.getUTCMonth() === month! - 1 && date.getUTCDate() === day &&
    date.getUTCHours() === hour && date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  if (!same) return undefined;
  const away = offset(zone);
  return away === undefined ? undefined : new Date(date.getTime() - away);
}

function milliseconds(fraction: string | undefined): number {
  return fraction === undefined
    ? 0
    : Math.floor(Number(`0.${fraction}`) * 1000);
}

/** Milliseconds that a zone is ahead of Greenwich. */
function offset(zone: string): number | undefined {
  if (zone === "Z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3))];
  if (hours > 23 || minutes > 59) return undefined;
  return (zone[0] === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/**
 * Writes a moment as certificates do: UTCTime until 2049, then GeneralizedTime.
 *
 * @param date The moment; parts of a second are dropped.
 * @returns The text, and whether it is a GeneralizedTime.
 */
export function timeText(date: Date): { text: string; generalized: boolean } {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? { text: digits.slice(2), generalized: false }
    : { text: digits, generalized: true };
}
