/** Actions of `InferenceLog` and `InferenceChannels`: receipts of servers, and what pays them. */
export * from './channel.ts'
export * from './deploy-inference.ts'
export * from './dispute-receipts.ts'
export * from './post-receipts.ts'
export * from './read-inference.ts'
export * from './read-questions.ts'
export * from './stand-for-receipts.ts'
