/**
 * The packets of several interfaces in the order of their stamps.
 *
 * @module
 */

import type { Intake } from "./intake.ts";
import type { Batch } from "./source.ts";

/** The packets of one interface that wait for their turn. */
interface Lane {
  /** Stands at the packet that is next here. */
  head: Batch | undefined;
  /** When it came, as `performance.now()` counts. */
  came: number;
  /** What came after it, and when. */
  readonly rest: (readonly [batch: Batch, came: number])[];
  /** Octets of that. */
  octets: number;
}

/** Octets of one interface that wait here at most. */
const MOST = 16 << 20;

/**
 * Gives packets in the order of their stamps, across sources.
 *
 * Sources hand packets over in groups, each at its own time. So while one has
 * nothing, packets of the others wait as long as it may be late.
 *
 * @param intake The sources.
 * @param late Milliseconds that a packet may be late at most.
 * @returns For each packet the cursor that stands at it, and its source.
 * @throws {NetError} After the last packet, if an interface went down or away.
 *
 * @example
 * ```ts ignore
 * import { merged } from "./merged.ts";
 *
 * for await (const [record, source] of merged(intake, 25)) {
 *   console.log(source, record.seconds, record.length);
 * }
 * ```
 */
export async function* merged(
  intake: Intake,
  late: number,
): AsyncGenerator<readonly [record: Batch, source: number], void, void> {
  const lanes = Array.from(
    { length: intake.count },
    (): Lane => ({ head: undefined, came: 0, rest: [], octets: 0 }),
  );
  for (;;) {
    const turn = intake.breathe();
    if (turn !== undefined) await turn;
    if (lanes.some(({ head }) => head === undefined)) collect(intake, lanes);
    let first = -1;
    let isMissing = false;
    for (let index = 0; index < lanes.length; index++) {
      const { head } = lanes[index]!;
      if (head === undefined) isMissing ||= !intake.isOver(index);
      else if (first < 0 || isEarlier(head, lanes[first]!.head!)) first = index;
    }
    if (first < 0) {
      if (!await intake.wait()) return;
      continue;
    }
    const lane = lanes[first]!;
    if (isMissing && lane.octets < MOST) {
      const left = lane.came + late - performance.now();
      if (left > 0) {
        await intake.wait(left);
        continue;
      }
    }
    yield [lane.head!, first];
    if (!lane.head!.next()) advance(lane);
  }
}

/** Takes all that is at hand, so that it is known when it came. */
function collect(intake: Intake, lanes: readonly Lane[]): void {
  lanes.forEach((lane, index) => take(intake, index, lane));
  // While others were looked at, what is earlier may have come.
  lanes.forEach((lane, index) => {
    if (lane.head === undefined) take(intake, index, lane);
  });
}

function take(intake: Intake, index: number, lane: Lane): void {
  const came = performance.now();
  while (lane.octets < MOST) {
    const batch = intake.takeFrom(index, "keep");
    if (batch === undefined) break;
    lane.rest.push([batch, came]);
    lane.octets += batch.octets.length;
  }
  if (lane.head === undefined) advance(lane);
}

/** Goes to the first packet of what came next. */
function advance(lane: Lane): void {
  lane.head = undefined;
  for (let next; (next = lane.rest.shift()) !== undefined;) {
    const [batch, came] = next;
    lane.octets -= batch.octets.length;
    if (!batch.next()) continue;
    lane.head = batch;
    lane.came = came;
    return;
  }
}

function isEarlier(a: Batch, b: Batch): boolean {
  return a.seconds < b.seconds ||
    a.seconds === b.seconds && a.nanoseconds < b.nanoseconds;
}
