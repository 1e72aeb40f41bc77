import { Option } from 'commander'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { gramKernelNames, openEngine } from '../src/engine/index.ts'
import type { GramKernelName } from '../src/engine/index.ts'
import { auditTask, quarantinesOf } from '../src/replay/index.ts'
import { createLogger } from '../src/observe/index.ts'
import { withChain } from './chain-options.ts'
import type { ChainOptions } from './chain-options.ts'
import { connectTo } from './connect.ts'

/** `quorate audit`. */
export default function auditCommand(program: Command): void {
  withChain(program.command('audit'))
    .description('replay every final round from its evidence and compare model root and ledger root with the chain')
    .requiredOption('--evidence <folder>', 'evidence folder of any node, with subfolders <task>/<round>/')
    .option('--pending', 'also replay posted rounds that are not final', false)
    .addOption(
      new Option('--gram <kernel>', 'kernel for the Gram matrices of large rounds').choices(gramKernelNames).default('wasm'),
    )
    .action(async (options: ChainOptions & { evidence: string; pending: boolean; gram: GramKernelName }) => {
      const output = createOutput(options.json)
      using interrupt = onInterrupt()
      const logger = createLogger({ name: 'audit', level: 'warn' })
      await using engine = await openEngine({ gram: options.gram, logger })
      const { chain, contracts } = await connectTo({ ...options, signal: interrupt.signal })
      try {
        const rounds = await auditTask({
          chain,
          contracts,
          task: options.task,
          evidence: options.evidence,
          fromBlock: options.fromBlock,
          includePending: options.pending,
          engine,
          onAwaited: (round) => output.story(`round ${round} (pending): its evidence is not in ${options.evidence} yet`),
          onRound: ({ round, final, match, claimHash, modelRoot, ledgerRoot }) =>
            output.result(
              { event: 'audited', round, final, match, claimHash, modelRoot, ledgerRoot },
              `round ${round}${final ? '' : ' (pending)'}: model ${modelRoot.slice(0, 18)}… ledger ${ledgerRoot.slice(0, 18)}… ${match ? 'match' : 'DO NOT MATCH'}`,
            ),
          signal: interrupt.signal,
        })
        const last = rounds.at(-1)
        const quarantined = last ? quarantinesOf(last.computed.state.ledger, last.round) : []
        output.result(
          {
            event: 'audit',
            ok: true,
            rounds: rounds.length,
            match: true,
            modelRoot: last?.modelRoot ?? null,
            ledgerRoot: last?.ledgerRoot ?? null,
            quarantined,
          },
          rounds.length === 0
            ? 'There is no final round to audit yet; --pending audits posted rounds.'
            : `${rounds.length} rounds replayed from genesis: every model root and ledger root matches the chain.` +
                quarantined
                  .map(({ member, since, until }) => `\n${member} is quarantined since round ${since}, until round ${until}.`)
                  .join(''),
        )
      } finally {
        await chain.close()
      }
    })
}
