import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlayedConsortium, canPlayConsortia } from './played-consortium.ts'

const MEMBERS = ['alice', 'bob', 'carol']
const NODES = ['coordinator', 'standby', ...MEMBERS]

if (!canPlayConsortia)
  console.error('skipped: the services of the compose file are played for root where bubblewrap is installed')

describe.skipIf(!canPlayConsortia)('docker compose up', () => {
  const consortium = new PlayedConsortium()

  beforeAll(() => consortium.begin())
  afterAll(() => consortium.end())

  it('starts chain, operators and members, each when the one before is healthy', async () => {
    expect(consortium.services.map(([name]) => name)).toEqual(['chain', 'deploy', ...NODES])
    for (const [name, service] of consortium.services) await consortium.start(name, service)
  })

  it('comes to a round that all members replayed, as the guide says', async () => {
    const replayed = "the claim matches its replay; this member's update counts"
    for (const name of MEMBERS)
      await consortium.until(() => consortium.said(name).includes(replayed), `${name} says: ${replayed}`)
  })

  it('stands on the chain, for a command beside the services', () => {
    const [, ledger] = /^ledger = "(.*)"/m.exec(consortium.file('alice/member.toml'))!
    const { status, stdout, stderr } = consortium.quorate('status', '--rpc', 'http://chain:8545', '--ledger', ledger!, '--json')
    expect(status, stderr).toBe(0)
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({ event: 'status' })
    expect(stdout).toContain('posted')
  })

  it('ends every node in order when it is stopped', async () => {
    for (const name of NODES.toReversed()) expect(await consortium.stop(name), consortium.said(name).slice(-2000)).toBe(0)
  })
})
