/**
 * Writes test/vectors/court.json: requests to the DataCourt about honest claims of random rounds, the answers that the TypeScript builders give, and
 * answers that are wrong in one place. forge replays them on the real ledger (test/contracts/DataCourtVectors.t.sol).
 *
 *     node scripts/court-vectors.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { encodeAbiParameters, encodeFunctionData } from 'viem'
import type { Abi, Hex } from 'viem'
import { dataCourtAbi } from '../src/chain/abi/dataCourt.ts'
import { sealParts } from '../src/judge/index.ts'
import { buildAnswer } from '../src/judge/answers/index.ts'
import type { EvidenceOf, ShownRow } from '../src/judge/answers/index.ts'
import { courtRequestId, SPEC_TUPLE, toHex, VIA_CHAIN, ZERO_HASH } from '../src/protocol/index.ts'
import { everyRequest } from '../test/support/judge/every-request.ts'
import { randomOf, randomRound, someSignature } from '../test/support/judge/random-round.ts'
import { wrongAnswers } from '../test/support/judge/wrong-answers.ts'

const abi: Abi = dataCourtAbi
const DISPUTE = dataCourtAbi.find((entry) => entry.type === 'function' && entry.name === 'requestStakes')!.inputs[0]
const CLAIM = DISPUTE.components.find((component) => component.name === 'claim')!
const CASE = [
  { type: 'string' },
  { ...SPEC_TUPLE, name: 'spec' },
  { ...CLAIM, name: 'parent' },
  { ...CLAIM, name: 'claim' },
  { type: 'address[]' },
  { type: 'bytes32[]' },
  { type: 'bytes32' },
  { type: 'bytes' },
  { type: 'bytes' },
  { type: 'bytes[]' },
]

/** One case of each name, from as few rounds as it takes. */
function allCases(): [string, Hex][] {
  const cases = new Map<string, Hex>()
  for (let seed = 0; seed < 40; seed++) {
    const { honest } = randomRound(seed)
    // The members that test/contracts/DataCourtVectors.t.sol bonds.
    if (honest.rows.some(({ slot }) => slot >= 8)) continue
    // Commitments that were forced on chain, so that no signature depends on where forge deploys the ledger.
    honest.rows = honest.rows.map((row) => ({ ...row, signatureHash: ZERO_HASH }))
    const random = randomOf(seed ^ 0xc0)
    for (const { name, request, target } of everyRequest(honest, random)) {
      const evidenceOf: EvidenceOf = (member) => {
        const { slot, attestationHash } = honest.rows.find((row) => row.member === member)!
        const attestation = attestationHash === ZERO_HASH ? '0x' : toHex(someSignature(slot))
        return { source: VIA_CHAIN, attestation, salt: ZERO_HASH }
      }
      const answer = buildAnswer(honest, target, evidenceOf)!
      const kind = `${name}: ${answer.functionName}${answer.args[1] === '0x' ? ', empty' : ''}`
      if (cases.has(kind)) continue
      const wrong = wrongAnswers(answer, random)
        // What is not looked at: the signature of a forced commitment, the salt of a row without update.
        .filter(
          ({ functionName, args }) =>
            functionName !== 'answerRows' ||
            (args[1] as ShownRow[]).every(({ signature, salt }) => signature === '0x' && salt === ZERO_HASH),
        )
      const data = encodeAbiParameters(CASE, [
        kind,
        honest.spec,
        honest.parent.claim,
        sealParts(honest),
        honest.rows.map(({ member }) => member),
        honest.rows.map(({ commitment }) => commitment),
        courtRequestId(target),
        encodeFunctionData({ abi, ...request }),
        encodeFunctionData({ abi, ...answer }),
        wrong.map((call) => encodeFunctionData({ abi, ...call })),
      ] as never)
      cases.set(kind, data)
    }
  }
  return [...cases]
}

const cases = allCases()
const now = `${JSON.stringify({ names: cases.map(([name]) => name), cases: cases.map(([, data]) => data) }, null, 1)}\n`
const path = new URL('../test/vectors/court.json', import.meta.url)
if (!process.argv.includes('--check')) writeFileSync(path, now)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== now) {
  console.error('test/vectors/court.json is stale: run `node scripts/court-vectors.ts`')
  process.exitCode = 1
}
