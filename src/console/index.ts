/** What every command of the CLI shares: results on stdout, the story on stderr, exit codes, interruption. */
export * from './output.ts'
export * from './interrupt.ts'
