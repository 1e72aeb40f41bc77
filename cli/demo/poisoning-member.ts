/**
 * A member that poisons: the ordinary member with another trainer. The demo and the tests start it; no configuration file can.
 *
 *     node cli/demo/poisoning-member.ts --config member.toml --attack sign-flip
 */
import { parseArgs } from 'node:util'
import { runMember } from '../../participant/cli/run-member.ts'
import { reportError } from '../../src/console/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { attackByName, attackNames, poisonedTrainer, withAttack } from '../../src/lab/attacks/index.ts'

try {
  const { config, attack } = parseArgs({
    options: { config: { type: 'string' }, attack: { type: 'string' }, json: { type: 'boolean' } },
  }).values
  if (!config || !attack) throw new QuorateError('USAGE', `expected --config FILE --attack ${attackNames.join('|')}`)
  const poison = attackByName(attack)
  await runMember({
    path: config,
    json: true,
    createTrainer: poisonedTrainer(poison),
    around: (learner) => withAttack(learner, poison),
  })
} catch (error) {
  process.exitCode = reportError(error, true)
}
