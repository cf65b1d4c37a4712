// How much an example counts against the others: a ladder of few steps, as the eye sees no difference between more.

export const WEIGHTS: readonly number[] = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4];

/** The weight some steps up or down; at the ends there is no further one. */
export function weightAfter(weight: number, steps: number): number {
  const at = Math.min(Math.max(nearest(weight) + steps, 0), WEIGHTS.length - 1);
  return WEIGHTS[at] ?? weight;
}

/** Where on the ladder a weight is: others come from elsewhere. */
function nearest(weight: number): number {
  const distances = WEIGHTS.map((step) => Math.abs(Math.log(step / weight)));
  return distances.indexOf(Math.min(...distances));
}
