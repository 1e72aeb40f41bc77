/** Whether the long tests run as well: `npm run test:long`. `npm test` has a few of each kind. */
export const LONG = process.env['QUORATE_LONG_TESTS'] !== undefined
