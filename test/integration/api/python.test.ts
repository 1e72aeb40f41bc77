import { execFile, spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ApiWorld } from '../../support/api/api-world.ts'

const PACKAGE = resolve(import.meta.dirname, '../../../python/quorate')

let world: ApiWorld

beforeAll(async () => {
  world = await ApiWorld.make({ members: 3 })
  await world.play(1n)
})

afterAll(async () => world[Symbol.asyncDispose]())

/** The reader alone, because the rest of the package needs packages that a machine may lack. */
async function readerAlone(): Promise<string> {
  const folder = join(world.folder, 'python')
  await mkdir(join(folder, 'quorate'), { recursive: true })
  await writeFile(join(folder, 'quorate', '__init__.py'), '')
  for (const name of ['api.py', '_errors.py'])
    await writeFile(join(folder, 'quorate', name), await readFile(join(PACKAGE, name), 'utf8'))
  return folder
}

/** A machine may have no Python. */
const lacking = spawnSync('python3', ['--version']).status !== 0

it.skipIf(lacking)('the Python reader reads a node: pages, errors, events', async () => {
  const program = `
from quorate.api import Api
api = Api("http://${world.address}")
print(api.get("/node")["role"], [entry["round"] for page in api.pages("/rounds", {"limit": 1}) for entry in page["rounds"]])
try:
    api.get("/rounds/99")
except Exception as error:
    print(error.code)
print(next(api.events("00000000-1"))["event"], flush=True)
`
  const { stdout } = await promisify(execFile)('python3', ['-c', program], {
    env: { ...process.env, PYTHONPATH: await readerAlone() },
  })
  expect(stdout.trim().split('\n')).toEqual(["coordinator ['2', '1']", 'API_NOT_KNOWN', 'gap'])
})
