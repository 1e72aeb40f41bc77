/** What the two programs of a node have in common: what stands around the node while it runs, and the commands about its keys and its stake. */
export * from './open-program.ts'
export * from './stake-commands.ts'
