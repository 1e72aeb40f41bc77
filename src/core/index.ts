/** The parts that every other folder may use: errors, clock, logger and metrics interfaces, lifecycle, bounded queue. No I/O. */
export * from './error-codes.ts'
export * from './errors.ts'
export * from './clock.ts'
export * from './system-clock.ts'
export * from './logger.ts'
export * from './metrics.ts'
export * from './lifecycle.ts'
export * from './bounded-queue.ts'
