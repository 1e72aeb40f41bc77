import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import vectors from '../../vectors/protocol.json' with { type: 'json' }
import { verifyStatement } from '../../../src/protocol/index.ts'

it('test/vectors/protocol.json is what the code computes', () => {
  execFileSync(process.execPath, ['scripts/vectors.ts', '--check'])
})

it('vector signatures verify, and only for the signer and the digest', async () => {
  const { chainId, ledger } = vectors.domain as { chainId: number; ledger: `0x${string}` }
  const body = { task: 1n, round: 7n, claim: vectors.claim.hash as `0x${string}` }
  const signature = vectors.statements.Agreement.signature as `0x${string}`
  const signer = vectors.signer as `0x${string}`
  expect(await verifyStatement({ chainId, ledger }, 'Agreement', body, signature, signer)).toBe(true)
  expect(await verifyStatement({ chainId: 1, ledger }, 'Agreement', body, signature, signer)).toBe(false)
  expect(await verifyStatement({ chainId, ledger }, 'Agreement', { ...body, round: 8n }, signature, signer)).toBe(false)
  expect(await verifyStatement({ chainId, ledger }, 'Agreement', body, signature, ledger)).toBe(false)
  expect(await verifyStatement({ chainId, ledger }, 'Agreement', body, '0x1234', signer)).toBe(false)
})

it('refuses the malleable twin of a signature (high s)', async () => {
  const { chainId, ledger } = vectors.domain as { chainId: number; ledger: `0x${string}` }
  const body = { task: 1n, round: 7n, claim: vectors.claim.hash as `0x${string}` }
  const signature = vectors.statements.Agreement.signature
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0')
  const v = signature.endsWith('1b') ? '1c' : '1b'
  const twin = `${signature.slice(0, 66)}${s}${v}` as `0x${string}`
  expect(await verifyStatement({ chainId, ledger }, 'Agreement', body, twin, vectors.signer as `0x${string}`)).toBe(false)
})
