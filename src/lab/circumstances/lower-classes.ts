import type { Circumstance } from './circumstance.ts'

/** The affected members have samples of the first half of the classes only, such as the digits 0 to 4; nobody else loses any. */
export const lowerClasses: Circumstance = {
  name: 'lower-classes',
  description: 'it has samples of the first half of the classes only',
  deal: (shares, { labels, classes, odd }) =>
    shares.map((share, member) => (odd.includes(member) ? share.filter((index) => labels[index]! < classes / 2) : share)),
}
