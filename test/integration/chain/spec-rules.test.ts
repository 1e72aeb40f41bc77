import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectChain, startAnvil, translateChainError, TransactionSender } from '../../../src/chain/index.ts'
import type { Anvil, Chain } from '../../../src/chain/index.ts'
import { taskRulesAbi, taskRulesBytecode } from '../../../src/chain/abi/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import { SpecBounds } from '../../../src/protocol/index.ts'
import type { Address, TaskSpec } from '../../../src/protocol/index.ts'
import fc from '../../support/fast-check.ts'
import { refusal, SPEC, SPEC_TENSOR } from '../../support/spec.ts'

let anvil: Anvil
let chain: Chain
let rules: Address

beforeAll(async () => {
  anvil = await startAnvil({ accounts: 1 })
  chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger: silentLogger, pollingIntervalMs: 20 })
  const sender = new TransactionSender({ chain, account: anvil.accounts[0]!.account })
  const deployed = {
    doing: 'deploy TaskRules',
    abi: taskRulesAbi,
    bytecode: taskRulesBytecode,
    args: [96n, 60n, 3600n, 768n],
  }
  rules = (await sender.deploy(deployed)).contractAddress
})
afterAll(async () => {
  await chain.close()
  await anvil.stop()
})

/** The field for which the contract refuses a specification; empty for one that it accepts. */
async function refusedOnChain(spec: TaskSpec): Promise<string> {
  const { rule, ...rest } = spec
  const { reference: referenceKind, ...others } = rule
  const args = [{ ...rest, tensors: [...spec.tensors], rule: { ...others, referenceKind } }] as const
  try {
    await chain.publicClient.readContract({ address: rules, abi: taskRulesAbi, functionName: 'checkSpec', args })
    return ''
  } catch (error) {
    const { code, details } = translateChainError(error, { doing: 'check a specification' })
    expect(code).toBe('SPEC_OUT_OF_BOUNDS')
    return String((details['args'] as unknown[])[0])
  }
}

/** Mostly inside the bounds, often at one of them, now and then just outside. */
function near({ least, most }: { least: number; most: number }, max: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 30, arbitrary: fc.integer({ min: least, max: most }) },
    { weight: 10, arbitrary: fc.constantFrom(least, most) },
    { weight: 1, arbitrary: fc.constantFrom(Math.max(0, least - 1), Math.min(max, most + 1), max) },
  )
}

const tensor = fc.record({
  length: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 1, max: 2 ** 20 }) },
    { weight: 1, arbitrary: near(SpecBounds.length, 2 ** 32 - 1) },
  ),
  updateExponent: fc.constant(SPEC_TENSOR.updateExponent),
  modelExponent: fc.constant(SPEC_TENSOR.modelExponent),
  eta: near(SpecBounds.eta, 2 ** 32 - 1),
  shift: near(SpecBounds.shift, 255),
})
const rule = fc.record({
  rule: near(SpecBounds.rule, 255),
  byzantineBps: fc.oneof(fc.constant(0), near({ least: 0, most: 2500 }, 65_535)),
  iterations: near(SpecBounds.iterations, 255),
  capQ16: near(SpecBounds.capQ16, 2 ** 32 - 1),
  rejectBps: fc.integer({ min: 0, max: 65_535 }),
  reference: near(SpecBounds.reference, 255),
  referenceDecay: near(SpecBounds.referenceDecay, 65_535),
  referenceGain: near(SpecBounds.referenceGain, 255),
})
const norm = fc.oneof({ weight: 10, arbitrary: fc.bigInt(1n, 2n ** 64n - 1n) }, { weight: 1, arbitrary: fc.constant(0n) })
const specs = fc
  .record({
    tensors: fc.oneof(
      { weight: 30, arbitrary: fc.array(tensor, { minLength: 1, maxLength: 8 }) },
      { weight: 1, arbitrary: fc.constant([]) },
    ),
    rule,
    norms: fc.tuple(norm, norm),
    ordered: fc.integer({ min: 0, max: 20 }),
    toleranceBps: near(SpecBounds.toleranceBps, 65_535),
    minSealedBps: near(SpecBounds.minSealedBps, 65_535),
    rewardPerRound: fc.oneof(fc.bigInt(0n, 2n ** 96n), fc.constantFrom(2n ** 96n + 1n, 2n ** 128n - 1n)),
  })
  .map(({ norms: [a, b], ordered, ...spec }) => {
    const [minNormSq, maxNormSq] = ordered > 0 && a > b ? [b, a] : [a, b]
    return { ...SPEC, ...spec, minNormSq, maxNormSq } as TaskSpec
  })

it('TypeScript and the contract refuse the same specifications for the same field', async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(specs, async (spec) => {
      const wrong = refusal(spec)
      seen.set(wrong, (seen.get(wrong) ?? 0) + 1)
      expect(await refusedOnChain(spec)).toBe(wrong)
    }),
    { numRuns: Number(process.env['QUORATE_FUZZ_RUNS'] ?? 300) },
  )
  // The generator reaches both sides.
  expect(seen.get('')!).toBeGreaterThan(20)
  expect(seen.size).toBeGreaterThan(5)
})
