/**
 * Leads links through the channel between two columns of boxes.
 *
 * @module
 */

/** A link to lead through: between two rows, or back to the side it came from. */
export interface Lead<T> {
  readonly what: T;
  /** The row at the left edge. */
  readonly from: number;
  /** The row at the right edge, or for one that returns its other row at the left. */
  readonly to: number;
  /** Whether both ends are at the left edge. */
  readonly returns: boolean;
}

/** The links in their places, from column 0 to `width - 1`. */
export interface Channel<T> {
  readonly width: number;
  readonly wires: readonly {
    readonly what: T;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
  /** Whether no two links share a stretch of line. */
  readonly isClear: boolean;
}

/** With more links to bend than this, tracks are given out as they come. */
const MOST_BENT = 400;

/** Cells on both sides of the tracks. */
const MARGIN = 1;

/**
 * Finds a track for each link that has to change its row: an upright stretch
 * that no other link's lies on.
 *
 * A link lies at its left row up to its track, and at its right row beyond it.
 * So where the left row of one is the right row of another, the one has to turn
 * before the other does.
 *
 * @param leads The links.
 * @param labelWidth How many cells a straight link's label takes.
 * @returns The channel, as narrow as this way of looking makes it.
 */
export function route<T>(
  leads: readonly Lead<T>[],
  labelWidth: (what: T) => number,
): Channel<T> {
  const bent = leads.filter(({ from, to, returns }) => returns || from !== to);
  const tracks = new Map<Lead<T>, number>();
  let isClear = true;
  let open = [...bent].sort((a, b) => span(a) - span(b));
  if (open.length > MOST_BENT) {
    isClear = false;
    open.forEach((lead, i) => tracks.set(lead, i % MOST_BENT));
    open = [];
  }
  while (open.length > 0) {
    const ready = open.filter((lead) =>
      !open.some((other) => other !== lead && turnsBefore(other, lead))
    );
    // A circle of links that each have to turn before the next.
    if (ready.length === 0) isClear = false;
    for (const lead of ready.length > 0 ? ready : open.slice(0, 1)) {
      tracks.set(lead, freeTrack(lead, tracks));
    }
    open = open.filter((lead) => !tracks.has(lead));
  }
  const most = Math.max(-1, ...tracks.values()) + 1;
  const labels = leads.filter((lead) => !bent.includes(lead))
    .map(({ what }) => labelWidth(what)).filter((width) => width > 0);
  const width = Math.max(3, most + 2 * MARGIN, ...labels.map((w) => w + 4));
  return {
    width,
    isClear,
    wires: leads.map((lead) => ({
      what: lead.what,
      points: pointsOf(lead, tracks.get(lead), width),
    })),
  };
}

function span({ from, to }: Lead<unknown>): number {
  return Math.abs(from - to);
}

/** Whether a link must have its track left of another's. */
function turnsBefore(a: Lead<unknown>, b: Lead<unknown>): boolean {
  if (b.returns) return false;
  return a.from === b.to || a.returns && a.to === b.to;
}

function freeTrack<T>(
  lead: Lead<T>,
  tracks: ReadonlyMap<Lead<T>, number>,
): number {
  let track = 0;
  for (const [other, at] of tracks) {
    if (turnsBefore(other, lead)) track = Math.max(track, at + 1);
  }
  const low = Math.min(lead.from, lead.to);
  const high = Math.max(lead.from, lead.to);
  const isTaken = () =>
    [...tracks].some(([other, at]) =>
      at === track && Math.min(other.from, other.to) <= high &&
      Math.max(other.from, other.to) >= low
    );
  while (isTaken()) track++;
  return track;
}

function pointsOf(
  { from, to, returns }: Lead<unknown>,
  track: number | undefined,
  width: number,
): (readonly [number, number])[] {
  if (track === undefined) return [[0, from], [width - 1, to]];
  const x = MARGIN + track;
  return [[0, from], [x, from], [x, to], [returns ? 0 : width - 1, to]];
}
