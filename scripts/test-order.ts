import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

/** Files that run for a quarter of a minute or longer, the longest first. Vitest knows how long a file took only on a machine where it ran before. */
const LONG = [
  'test/e2e/consortium.test.ts',
  'test/chaos/chaos.test.ts',
  'test/integration/node/start-faults.test.ts',
  'test/e2e/governance.test.ts',
  'test/integration/cli/interrupted-start.test.ts',
  'test/e2e/dashboard/pages.test.ts',
  'test/integration/cli/deploy.test.ts',
  'test/integration/cli/simulate.test.ts',
  'test/integration/participant/tfjs-process.test.ts',
  'test/e2e/tutorial.test.ts',
  'test/integration/failing-evidence.test.ts',
  'test/integration/watcher.test.ts',
  'test/e2e/bad-input.test.ts',
  'test/game/scenarios.test.ts',
  'test/integration/node/reorganisations.test.ts',
]

/** The longest files begin first, so that the workers end together. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const long = LONG.findIndex((path) => moduleId.endsWith(`/${path}`))
      return long >= 0 ? long : LONG.length
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}
