/** The rounds of a node: their states (`Rounds`), who performs what they owe (`DutyRunner`), what comes in from others (`Inbox`). */
export * from './ask-peers.ts'
export * from './duty-runner.ts'
export * from './inbox.ts'
export * from './rounds.ts'
export * from './said.ts'
export * from './statements.ts'
export * from './tick-rounds.ts'
