/** Where tfjs computes. One back end is current per process; `selectBackend` starts it. */
export * from './backend.ts'
export * from './select-backend.ts'
