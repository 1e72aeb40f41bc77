import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiClient, ApiError } from '../../../src/api/client.ts'
import type { StreamEvent } from '../../../src/api/schemas.ts'
import type { Api } from '../../../src/api/start-api.ts'
import { ApiWorld } from '../../support/api/api-world.ts'
import { startTcpProxy } from '../../support/chain/tcp-proxy.ts'

const TOKEN = 'a-token-of-the-test-0123456789'

let world: ApiWorld
let guarded: Api

beforeAll(async () => {
  world = await ApiWorld.make({ members: 3 })
  await world.play(1n)
  const token = join(world.folder, 'api.token')
  await writeFile(token, TOKEN)
  await chmod(token, 0o600)
  guarded = await world.serve({ token })
})

afterAll(async () => world[Symbol.asyncDispose]())

describe('the client', () => {
  it('asks by name, and an answer that did not change is not sent again', async () => {
    let asked = 0
    let unchanged = 0
    const counting: typeof fetch = async (input, init) => {
      asked++
      const response = await fetch(input, init)
      if (response.status === 304) unchanged++
      return response
    }
    const api = new ApiClient({ url: `http://${world.address}/`, fetch: counting })
    const { rounds } = await api.get('rounds', { limit: '1', before: '2' })
    expect(rounds.map(({ round }) => round)).toEqual(['1'])
    const why = await api.get('why', { round: '1', address: world.members[0]! })
    expect(why.row).toBe(0)
    expect(await api.get('why', { round: '1', address: world.members[0]! })).toEqual(why)
    expect([asked, unchanged]).toEqual([3, 1])
  })

  it('an error has the code of the node', async () => {
    const api = new ApiClient({ url: `http://${world.address}` })
    const error = await api.get('round', { round: '99' }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiError)
    expect((error as ApiError).problem).toMatchObject({ code: 'API_NOT_KNOWN', status: 404 })
  })

  it('needs the token where the node does, for the stream, too', async () => {
    const url = `http://${guarded.address}`
    const stranger = new ApiClient({ url, token: `${TOKEN}x` })
    await expect(stranger.get('node')).rejects.toThrow('API_TOKEN_REFUSED')
    await expect(stranger.events().next()).rejects.toThrow('API_TOKEN_REFUSED')
    expect((await new ApiClient({ url, token: TOKEN }).get('node')).ready).toBe(true)
  })

  it('hears every event once although its connection breaks', async () => {
    await using proxy = await startTcpProxy({ port: Number(world.address.split(':')[1]) })
    const api = new ApiClient({ url: `http://127.0.0.1:${proxy.port}` })
    const abort = new AbortController()
    const heard: StreamEvent[] = []
    const listening = (async () => {
      for await (const event of api.events({ signal: abort.signal })) heard.push(event)
    })()
    const rounds = (): unknown[] => heard.map((event) => event['round'])
    await expect
      .poll(() => {
        if (heard.length === 0) world.events.emit({ event: 'voided', round: 100n })
        return heard.length
      })
      .toBeGreaterThan(0)
    for (const round of [101n, 102n, 103n]) {
      proxy.set('closed')
      world.events.emit({ event: 'voided', round })
      proxy.set('open')
      await expect.poll(() => rounds().at(-1)).toBe(round.toString())
    }
    abort.abort()
    await listening
    expect(rounds().filter((round) => round !== '100')).toEqual(['101', '102', '103'])
    expect(heard.some(({ event }) => event === 'gap')).toBe(false)
  })
})
