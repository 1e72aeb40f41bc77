import { expect, it } from 'vitest'
import { QuorateError } from '../../../src/core/index.ts'
import { codedError, isPassingStorageError } from '../../../src/storage/index.ts'

const system = (code: string): Error => Object.assign(new Error(code), { code })

it.each([
  ['EIO', 'STORAGE_FAILED'],
  ['EROFS', 'STORAGE_FAILED'],
  ['ESTALE', 'STORAGE_FAILED'],
  ['ENOSPC', 'STORAGE_FULL'],
  ['EDQUOT', 'STORAGE_FULL'],
])('%s is %s, and passes', (code, coded) => {
  const error = codedError(system(code))
  expect(error.code).toBe(coded)
  expect(isPassingStorageError(error)).toBe(true)
})

it.each([system('ECONNRESET'), system('ETIMEDOUT'), new TypeError('x is not a function'), 'text', undefined])(
  'what is no trouble of a disk is INTERNAL',
  (error) => expect(codedError(error).code).toBe('INTERNAL'),
)

it('an error with a code stays', () => {
  const known = new QuorateError('RPC_UNREACHABLE', 'away')
  expect(codedError(known)).toBe(known)
})
