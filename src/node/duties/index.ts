/**
 * What a node owes its rounds, one file a duty. A program names its duties and passes each its dependencies;
 * `DutyRunner` performs them.
 *
 * @example
 * const duties: RoundDuties = { hold: hold(ports), replay: replay(ports, reports), agree: agree(ports) }
 */
export * from './agree.ts'
export * from './await-buckets.ts'
export * from './build.ts'
export * from './commit.ts'
export * from './duty.ts'
export * from './epoch.ts'
export * from './hold.ts'
export * from './post.ts'
export * from './replay.ts'
export * from './seal.ts'
export * from './seed.ts'
export * from './void.ts'
