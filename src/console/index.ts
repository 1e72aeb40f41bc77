/** The parts that all commands of the CLI share: results on stdout, progress on stderr, exit codes, interruption. */
export * from './output.ts'
export * from './interrupt.ts'
export * from './progress-bar.ts'
