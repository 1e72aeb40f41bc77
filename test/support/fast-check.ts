/**
 * fast-check with the seed of this run: the same in every `npm test`, so that what passes here passes there; another each time under `npm run
 * test:random`, which is for finding what this one does not. A failure prints its seed either way.
 */
import fc from 'fast-check'
import { LONG } from './long.ts'

const given = process.env['QUORATE_TEST_SEED']
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: given === undefined ? 20_261_121 : Number(given) })

/** Of as many cases, those that this run tries: a quarter in `npm test`, all under `npm run test:long` and `npm run test:random`. */
export const runs = (all: number): number => (LONG || given !== undefined ? all : Math.ceil(all / 4))

export * from 'fast-check'
export { default } from 'fast-check'
