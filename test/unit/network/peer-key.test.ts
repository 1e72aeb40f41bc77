import { describe, expect, it } from 'vitest'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { generatePeerSeed, peerIdFromPeerKey, peerKeyFromPeerId, peerKeyFromSeed } from '../../../src/network/index.ts'

describe('peer keys', () => {
  it('derive from the seed as RFC 8032 does', async () => {
    // Test vector 1 of RFC 8032, section 7.1.
    const seed = Uint8Array.from(Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'))
    expect(await peerKeyFromSeed(seed)).toBe('0xd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
  })

  it('name a libp2p peer and come back from it', async () => {
    const key = await peerKeyFromSeed(generatePeerSeed())
    const id = peerIdFromPeerKey(key)
    expect(id.toString()).toMatch(/^12D3KooW/)
    expect(peerKeyFromPeerId(id)).toBe(key)
    expect(peerKeyFromPeerId(id.toString())).toBe(key)
  })

  it('exist for ed25519 only', async () => {
    const other = peerIdFromPrivateKey(await generateKeyPair('secp256k1'))
    expect(peerKeyFromPeerId(other)).toBeUndefined()
  })

  it('need 32 bytes of seed', async () => {
    await expect(peerKeyFromSeed(new Uint8Array(31))).rejects.toMatchObject({ code: 'KEY_INVALID' })
  })
})
