import { createHash } from 'node:crypto'
import { CID } from 'multiformats/cid'
import { expect, it } from 'vitest'
import { contentAddress } from '../../../src/market/index.ts'

it('is the address that IPFS gives to the bytes as one raw block', () => {
  const digest = createHash('sha256').update('hello world').digest()
  const address = contentAddress(`0x${digest.toString('hex')}`)
  expect(address).toBe('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e')
  expect(CID.parse(address)).toMatchObject({ version: 1, code: 0x55 })
  expect([...CID.parse(address).multihash.digest]).toEqual([...digest])
})
