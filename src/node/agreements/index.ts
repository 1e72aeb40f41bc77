/**
 * Agreements to claims: `Agreements` collects them for every claim that is not final, `AgreementLoop` signs what this
 * node has verified and asks peers for the rest. With a quorum of them any account makes a claim final in one
 * transaction (`quorate member claim`).
 */
export * from './agreement-loop.ts'
export * from './agreements.ts'
export * from './claims-in-view.ts'
export * from './finalizer.ts'
export * from './newest-final.ts'
export * from './newest-quorum.ts'
export * from './snapshot-of.ts'
