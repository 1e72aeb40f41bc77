import type { Parameter } from './parameters.ts'

/** How long a row of a coalition is. Honest members keep to 1.25 times the last stake-median. */
export const UPDATE_LENGTH: Parameter = {
  description: "length of a row over the median of the last round's rows",
  least: 0.3,
  most: 2,
  value: 1,
}
