import { request } from 'node:http'
import { connect } from 'node:net'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API_BASE, ROUTES } from '../../../src/api/routes.ts'
import { problemSchema, streamEventSchema } from '../../../src/api/schemas.ts'
import type { Api } from '../../../src/api/start-api.ts'
import { ApiWorld } from '../../support/api/api-world.ts'

const TOKEN = 'a-token-of-the-test-0123456789'
const ORIGIN = 'https://board.example.org'

let world: ApiWorld
let guarded: Api

beforeAll(async () => {
  world = await ApiWorld.make({ members: 3 })
  await world.play(1n)
  const token = join(world.folder, 'api.token')
  await writeFile(token, `${TOKEN}\n`)
  await chmod(token, 0o600)
  const dashboardFolder = join(world.folder, 'dashboard')
  await mkdir(join(dashboardFolder, 'assets'), { recursive: true })
  await writeFile(join(dashboardFolder, 'index.html'), '<!doctype html><title>Quorate</title>')
  await writeFile(join(dashboardFolder, 'assets', 'index-Dk3f9x2A.js'), 'export {}')
  await writeFile(join(world.folder, 'secret.txt'), 'a secret')
  guarded = await world.serve({ token, origins: [ORIGIN], rpcUrls: ['https://rpc.example.org/path'] }, { dashboardFolder })
})

afterAll(async () => world[Symbol.asyncDispose]())

/** What a server answers to a request with any header, Host included. */
async function ask(
  address: string,
  path: string,
  { headers = {}, method = 'GET' }: { headers?: Record<string, string>; method?: string } = {},
): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; text: string }> {
  return new Promise((resolve, reject) => {
    const [host, port] = [address.slice(0, address.lastIndexOf(':')), address.slice(address.lastIndexOf(':') + 1)]
    const asked = request({ host, port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

const codeOf = ({ text }: { text: string }): string => problemSchema.parse(JSON.parse(text)).code
const withToken = { authorization: `Bearer ${TOKEN}` }

describe('answers', () => {
  it('an equal answer is not sent again, and a changed one is', async () => {
    const path = `${API_BASE}/lineage`
    const first = await ask(world.address, path)
    const etag = first.headers['etag'] as string
    const again = await ask(world.address, path, { headers: { 'if-none-match': `"other", ${etag}` } })
    expect(again).toMatchObject({ status: 304, text: '', headers: { etag } })
    await world.play(2n)
    expect((await ask(world.address, path, { headers: { 'if-none-match': etag } })).status).toBe(200)
  })

  it('HEAD has the headers of GET and no body', async () => {
    const head = await ask(world.address, `${API_BASE}/lineage`, { method: 'HEAD' })
    expect(head).toMatchObject({ status: 200, text: '' })
    expect(head.headers['etag']).toBe((await ask(world.address, `${API_BASE}/lineage`)).headers['etag'])
  })

  it.each([
    ['/rounds?limit=0', 400, 'API_REQUEST_INVALID'],
    ['/rounds?limit=101', 400, 'API_REQUEST_INVALID'],
    ['/rounds?before=x', 400, 'API_REQUEST_INVALID'],
    ['/rounds?befor=1', 400, 'API_REQUEST_INVALID'],
    ['/rounds/one', 400, 'API_REQUEST_INVALID'],
    ['/rounds/99', 404, 'API_NOT_KNOWN'],
    ['/rounds/99/gram', 404, 'API_NOT_KNOWN'],
    ['/members/0x12', 400, 'API_REQUEST_INVALID'],
    [`/members/0x${'99'.repeat(20)}`, 404, 'API_NOT_KNOWN'],
    ['/nothing', 404, 'API_PATH_UNKNOWN'],
  ])('%s is refused with a code', async (path, status, code) => {
    const answer = await ask(world.address, API_BASE + path)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(codeOf(answer)).toBe(code)
  })

  it('no method changes anything, and no request has a body', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
      expect(codeOf(await ask(world.address, `${API_BASE}/node`, { method }))).toBe('API_PATH_UNKNOWN')
    const body = await ask(world.address, `${API_BASE}/node`, { headers: { 'content-length': '3' } })
    expect(codeOf(body)).toBe('API_REQUEST_INVALID')
    expect((await ask(world.address, `${API_BASE}/node`, { headers: { 'x-long': 'x'.repeat(20_000) } })).status).toBe(431)
  })

  it('OpenAPI describes every path', async () => {
    const { text } = await ask(world.address, `${API_BASE}/openapi.json`)
    const document = JSON.parse(text) as { openapi: string; paths: Record<string, unknown> }
    expect(document.openapi).toBe('3.1.0')
    const paths = [...Object.values(ROUTES).map(({ path }) => API_BASE + path), `${API_BASE}/events`]
    expect(Object.keys(document.paths).sort()).toEqual(paths.sort())
  })
})

describe('who may ask', () => {
  it('only a client with the token', async () => {
    const path = `${API_BASE}/node`
    for (const authorization of ['', 'Bearer', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, `Bearer ${TOKEN.slice(0, -1)}`]) {
      const refused = await ask(guarded.address, path, { headers: authorization === '' ? {} : { authorization } })
      expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
      expect(codeOf(refused)).toBe('API_TOKEN_REFUSED')
    }
    expect((await ask(guarded.address, `${path}?token=${TOKEN}`)).status).toBe(401)
    expect((await ask(guarded.address, `${API_BASE}/events`)).status).toBe(401)
    expect((await ask(guarded.address, `${API_BASE}/openapi.json`)).status).toBe(401)
    expect((await ask(guarded.address, path, { headers: withToken })).status).toBe(200)
  })

  it('pages of the named origins may read it, and of no others', async () => {
    const path = `${API_BASE}/node`
    const named = await ask(guarded.address, path, { headers: { ...withToken, origin: ORIGIN } })
    expect(named.headers['access-control-allow-origin']).toBe(ORIGIN)
    const other = await ask(guarded.address, path, { headers: { ...withToken, origin: 'https://evil.example.org' } })
    expect(other.headers['access-control-allow-origin']).toBeUndefined()
    const preflight = await ask(guarded.address, path, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    })
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': ORIGIN } })
    expect(preflight.headers['access-control-allow-headers']).toContain('Authorization')
    expect(
      (await ask(world.address, path, { headers: { origin: ORIGIN } })).headers['access-control-allow-origin'],
    ).toBeUndefined()
  })

  it('a name that leads to this machine by another way is refused', async () => {
    const path = `${API_BASE}/node`
    for (const host of ['evil.example.org', '127.0.0.1.evil.example.org', 'localhost.evil.example.org:80', '10.0.0.1'])
      expect(codeOf(await ask(world.address, path, { headers: { host } }))).toBe('API_HOST_REFUSED')
    for (const host of ['localhost', 'localhost:1234', '127.0.0.1', '[::1]:80'])
      expect((await ask(world.address, path, { headers: { host } })).status).toBe(200)
  })

  it('an address that asks too often has to wait', async () => {
    const { address } = await world.serve({}, { limits: { perSecond: 1, burst: 2 } })
    const statuses: number[] = []
    for (let k = 0; k < 4; k++) statuses.push((await ask(address, `${API_BASE}/nothing`)).status)
    expect(statuses).toContain(429)
  })
})

describe('files of the dashboard', () => {
  it('are served with a strict policy, and no other file is', async () => {
    const page = await ask(guarded.address, '/')
    expect(page).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    })
    const policy = page.headers['content-security-policy'] as string
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self' https://rpc.example.org;")
    expect(policy).not.toContain('unsafe-inline')
    expect((await ask(guarded.address, '/rounds/7')).text).toBe(page.text)
    const script = await ask(guarded.address, '/assets/index-Dk3f9x2A.js')
    expect(script.headers['cache-control']).toContain('immutable')
    for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '/secret.txt'])
      expect((await ask(guarded.address, path)).text).not.toContain('a secret')
    expect((await ask(world.address, '/')).status).toBe(404)
  })
})

/** One connection to the event stream. */
async function listen(address: string, headers: Record<string, string> = {}): Promise<Listening> {
  const abort = new AbortController()
  const response = await fetch(`http://${address}${API_BASE}/events`, { headers, signal: abort.signal })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const listening: Listening = { text: '', end: () => abort.abort(), ended: Promise.resolve() }
  listening.ended = (async () => {
    const decoder = new TextDecoder()
    for await (const part of response.body!) listening.text += decoder.decode(part, { stream: true })
  })().catch(() => {})
  return listening
}

interface Listening {
  text: string
  end: () => void
  ended: Promise<void>
}

const idsIn = (text: string): string[] => [...text.matchAll(/^id: (.*)$/gm)].map((match) => match[1]!)
const dataIn = (text: string): unknown[] => [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!) as unknown)

describe('the event stream', () => {
  it('tells what happens from now on, and goes on where a client stopped', async () => {
    const one = await listen(world.address)
    world.events.emit({ event: 'voided', round: 7n })
    world.events.emit({ event: 'voided', round: 8n })
    await expect.poll(() => idsIn(one.text).length).toBe(2)
    expect(dataIn(one.text).map((data) => streamEventSchema.parse(data))).toMatchObject([
      { event: 'voided', round: '7' },
      { event: 'voided', round: '8' },
    ])
    const [first] = idsIn(one.text)
    one.end()
    await one.ended
    world.events.emit({ event: 'voided', round: 9n })
    const again = await listen(world.address, { 'last-event-id': first! })
    await expect.poll(() => dataIn(again.text)).toMatchObject([{ round: '8' }, { round: '9' }])
    expect(again.text).not.toContain('event: gap')
    again.end()
  })

  it('says that events are missing to a client of another run', async () => {
    const late = await listen(world.address, { 'last-event-id': '00000000-5' })
    await expect.poll(() => late.text).toContain('event: gap')
    late.end()
  })

  it('hears from a quiet node, too', async () => {
    const { address } = await world.serve({}, { limits: { heartbeatMs: 20 } })
    const quiet = await listen(address)
    await expect.poll(() => quiet.text).toContain(': alive')
    quiet.end()
  })

  it('has room for so many clients', async () => {
    const { address } = await world.serve({}, { limits: { clients: 2 } })
    const two = [await listen(address), await listen(address)]
    const third = await ask(address, `${API_BASE}/events`)
    expect(codeOf(third)).toBe('RATE_LIMITED')
    two[0]!.end()
    await expect
      .poll(async () => {
        const response = await fetch(`http://${address}${API_BASE}/events`)
        await response.body?.cancel()
        return response.status
      })
      .toBe(200)
    two[1]!.end()
  })

  it('cuts a client that takes nothing', async () => {
    const { address } = await world.serve({}, { limits: { heartbeatMs: 20, patienceMs: 50, clients: 1 } })
    const socket = connect({ port: Number(address.split(':')[1]), host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.write(`GET ${API_BASE}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    await new Promise<void>((resolve) => void socket.once('data', () => resolve()))
    socket.pause()
    expect(codeOf(await ask(address, `${API_BASE}/events`))).toBe('RATE_LIMITED')
    // Its place is free once more than its connection holds has happened.
    await expect
      .poll(async () => {
        for (let k = 0; k < 10; k++) world.events.emit({ event: 'waiting', reason: 'x'.repeat(500_000) })
        const response = await fetch(`http://${address}${API_BASE}/events`)
        await response.body?.cancel()
        return response.status
      })
      .toBe(200)
    socket.destroy()
  })
})

describe('secrets', () => {
  it('no answer and no event names a key, a token or a file of the node', async () => {
    world.events.emit({ event: 'waiting', reason: `the state folder ${world.folder}/operator cannot be read` })
    const stream = await listen(guarded.address, { ...withToken, 'last-event-id': '00000000-5' })
    await expect.poll(() => stream.text).toContain('cannot be read')
    const { members, coordinator } = world
    const paths = Object.values(ROUTES).map(({ path }) =>
      path.replace('{round}', '1').replace('{address}', path.startsWith('/rounds') ? members[0]! : coordinator.owner),
    )
    const texts = [stream.text]
    for (const path of [...paths, '/openapi.json', '/nothing', '/rounds/99'])
      texts.push((await ask(guarded.address, API_BASE + path, { headers: withToken })).text)
    stream.end()
    const secrets = [
      TOKEN,
      world.folder,
      '/tmp/',
      process.cwd(),
      '.pem',
      ...world.on.anvil.accounts.map(({ privateKey }) => privateKey.slice(2)),
      ...Array.from({ length: 5 }, (_, index) => world.on.hot(index).privateKey.slice(2)),
      world.on.anvil.rpcUrl,
    ]
    for (const text of texts) for (const secret of secrets) expect(text.toLowerCase()).not.toContain(secret.toLowerCase())
    expect(texts.join('').length).toBeGreaterThan(10_000)
  })
})
