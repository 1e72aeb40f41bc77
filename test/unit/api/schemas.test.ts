import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROPOSAL_STATES, REASONS, ROUND_PHASES, VERDICTS } from '../../../src/api/schemas.ts'
import * as chain from '../../../src/chain/index.ts'
import { PHASES, Reason, reasonName, Verdict, verdictName } from '../../../src/protocol/index.ts'

const FOLDER = resolve(import.meta.dirname, '../../../src/api')

/** What a browser loads. */
const SHARED = ['schemas.ts', 'routes.ts', 'client.ts', 'stream-frames.ts']

describe('the shapes of answers', () => {
  it('name what the protocol and the chain name', () => {
    expect(VERDICTS).toEqual(Object.values(Verdict).map(verdictName))
    expect(REASONS).toEqual(Object.values(Reason).map(reasonName))
    expect(ROUND_PHASES).toEqual(PHASES)
    expect(PROPOSAL_STATES).toEqual(chain.PROPOSAL_STATES)
  })

  it('and the client need nothing but zod, so a browser can load them', () => {
    const files = [...SHARED, ...readdirSync(join(FOLDER, 'schemas')).map((name) => join('schemas', name))]
    const imported = files.flatMap((file) =>
      [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/from '([^']+)'/g)].map((match) => match[1]!),
    )
    expect(imported.length).toBeGreaterThan(files.length)
    expect(imported.filter((name) => name !== 'zod' && !/^\.\/(schemas\/)?[a-z-]+\.ts$/.test(name))).toEqual([])
  })
})
