/**
 * An account that acts on the chain: its key, in a file or in a signer, and what a one-shot command needs to send from it.
 *
 * @example
 * await using session = await openChainSession({ rpcUrl, chainId, ledger, key: await openAccountKey(source), logger })
 */
export * from './account-key.ts'
export * from './chain-session.ts'
