/** In place of node:timers/promises: `systemClock` of src/core imports it, and no code of the page waits by that clock. */
export const setTimeout = undefined
