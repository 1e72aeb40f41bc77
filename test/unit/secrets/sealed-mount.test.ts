import { expect, it } from 'vitest'
import { isSealedIn } from '../../../src/secrets/sealed-mount.ts'

const TABLE = `
25 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 25 0:25 / /run rw,nosuid - tmpfs tmpfs rw,size=100k
31 30 0:40 / /run/secrets/kubernetes.io/serviceaccount ro,relatime - tmpfs tmpfs rw,size=100k
32 30 0:41 /abc /run/secrets/operator.key ro,relatime shared:7 - tmpfs tmpfs ro,size=100k
33 25 254:0 /home/me/keys /keys ro,relatime - ext4 /dev/vda rw
34 25 0:42 / /my\\040secrets ro,relatime - ramfs ramfs rw
35 25 0:43 / /twice ro,relatime - tmpfs tmpfs rw
36 25 0:44 / /twice rw,relatime - tmpfs tmpfs rw
`

it.each([
  ['/run/secrets/kubernetes.io/serviceaccount/token', true],
  ['/run/secrets/operator.key', true],
  ['/my secrets/peer.key', true],
  ['/run/secrets/other.key', false],
  ['/run/secrets/operator.key.old', false],
  ['/keys/operator.key', false],
  ['/twice/operator.key', false],
  ['/home/operator.key', false],
])('%s is sealed: %s', (path, sealed) => {
  expect(isSealedIn(TABLE, path)).toBe(sealed)
})

it('nothing is sealed without a mount table', () => {
  expect(isSealedIn('', '/run/secrets/operator.key')).toBe(false)
})
