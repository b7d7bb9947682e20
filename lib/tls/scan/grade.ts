/**
 * From what a scan has found to weaknesses, and from these to a grade.
 *
 * @module
 */

import { weakAnswers } from "./weak_answers.ts";
import type { Grade, ScanFacts, Weakness, WeaknessEntry } from "./weakness.ts";
import { weakOffers } from "./weak_offers.ts";

const rules = [...weakOffers, ...weakAnswers];

/** Every weakness that a scan looks for; the grade's rules as well. */
export const weaknessTable: readonly WeaknessEntry[] = rules.map(
  ([entry]) => entry,
);

const GRADES: readonly Grade[] = ["A", "B", "C", "D", "E", "F"];

/**
 * Finds the weaknesses in what a scan has found.
 *
 * @param facts What it has found.
 * @returns The weaknesses, the worst first.
 */
export function findWeaknesses(facts: ScanFacts): Weakness[] {
  return rules.flatMap(([entry, detect]) => {
    const seen = detect(facts);
    return seen === undefined ? [] : [{ ...entry, seen }];
  }).sort((a, b) => GRADES.indexOf(b.best) - GRADES.indexOf(a.best));
}

/**
 * The grade that weaknesses leave: that of the worst of them.
 *
 * @param weaknesses The weaknesses.
 * @returns A without any.
 */
export function gradeOf(weaknesses: readonly WeaknessEntry[]): Grade {
  const worst = Math.max(
    0,
    ...weaknesses.map(({ best }) => GRADES.indexOf(best)),
  );
  return GRADES[worst]!;
}
