// The property tests with another seed each time: `npm run test:random`, or `npm run test:random -- 20` for twenty rounds. Ends at the first failure, with
// the seed that repeats it.
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const rounds = Number(process.argv[2] ?? 1)
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`${process.argv[2]} is no number of rounds`)
  process.exit(2)
}

for (let round = 1; round <= rounds; round++) {
  const seed = String(randomInt(2 ** 31))
  console.log(`Round ${round} of ${rounds}, seed ${seed}`)
  const { status } = spawnSync('vitest', ['run', 'test/property', 'test/unit', '--reporter=dot'], {
    cwd: root,
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`, QUORATE_TEST_SEED: seed },
    stdio: 'inherit',
  })
  if (status !== 0) {
    console.log(`Failed; QUORATE_TEST_SEED=${seed} npx vitest run FILE repeats it`)
    process.exit(1)
  }
}
