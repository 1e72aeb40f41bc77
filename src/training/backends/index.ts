/** Where tfjs computes. One back end is current per process; `selectBackend` starts it, `probeBackends` tries all in processes of their own. */
export * from './backend.ts'
export { probeBackends } from './probe-backends.ts'
export type { ProbedBackend } from './probe-backends.ts'
export { selectBackend } from './select-backend.ts'
