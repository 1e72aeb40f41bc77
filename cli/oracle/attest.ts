import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { accountFromKey, readFeed, readIsSigner, readScore, submitScore } from '../../src/chain/index.ts'
import { loadKeyFile } from '../../src/config/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { plural, QuorateError } from '../../src/core/index.ts'
import { attestationText, isWorthWriting, medianOf, parseAttestation } from '../../src/market/index.ts'
import type { AttestationFile } from '../../src/market/index.ts'
import { lowerHex, sameAddress, signScore } from '../../src/protocol/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import { loadedFlagValue } from '../flag-value.ts'
import { scoreOption, scoreValue } from './feed.ts'
import { feedName, subjectName } from '../agents/names.ts'
import { readingChain, sendingFrom, withOracle } from '../agents/session.ts'
import type { OracleFlags, Signing } from '../agents/session.ts'

interface AttestFlags extends OracleFlags, Signing {
  score: bigint
  out: string
}

type SubmitFlags = OracleFlags & Signing & { leastChange: bigint }

/** `quorate oracle attest | submit`: for those who compute scores. */
export default function attestCommands(oracle: Command): void {
  withOracle(oracle.command('attest <feed> <subject>'))
    .description('sign the next score of an address or another subject, and write the attestation to a file')
    .requiredOption('--key-file <file>', 'key of a signer of the feed')
    .requiredOption('--score <score>', 'what the model of the feed answers', scoreValue)
    .requiredOption('--out <file>', 'file to write')
    .action(async (feed: string, subject: string, flags: AttestFlags) => attest(feedName(feed), subjectName(subject), flags))

  withOracle(oracle.command('submit <files...>'))
    .description('bring the median of the attestations in these files on chain')
    .requiredOption('--key-file <file>', 'key of any account with gas')
    .addOption(scoreOption('--least-change <score>', 'write nothing while the score is young and differs by less'))
    .action(async (files: string[], flags: SubmitFlags) => submit(files, flags))
}

async function attest(feed: Hash, subject: Hash, flags: AttestFlags): Promise<void> {
  const { oracle, score, out, json } = flags
  const account = accountFromKey(await loadKeyFile(flags.keyFile))
  await readingChain(flags, async ({ chain, signal }) => {
    const rules = await readFeed(chain, { oracle, feed, signal })
    if (score < rules.minimum || score > rules.maximum)
      throw new QuorateError('FLAG_INVALID', `--score: the feed takes scores from ${rules.minimum} to ${rules.maximum}`)
    if (!(await readIsSigner(chain, { oracle, feed, account: account.address, signal })))
      throw new QuorateError('FLAG_INVALID', `--key-file: ${account.address} does not sign for feed ${feed}`)
    const { nonce: last, time: standing } = await readScore(chain, { oracle, feed, subject, signal })
    const { timestamp: time } = await chain.publicClient.getBlock()
    if (time <= standing)
      throw new QuorateError(
        'USAGE',
        'the newest block is no younger than the score that stands; sign again after the next block',
      )
    const attestation = { feed, model: rules.model, subject, nonce: last + 1n, score, time }
    const domain = { chainId: chain.chainId, contract: oracle }
    const signature = await signScore(domain, attestation, account)
    await writeFile(out, `${attestationText({ domain, attestation, signer: lowerHex(account.address), signature })}\n`)
    createOutput(json).result(
      { event: 'attested', ok: true, path: out, signer: account.address, ...attestation },
      `Wrote ${out}: ${account.address} says ${score} about ${subject}, nonce ${attestation.nonce}`,
    )
  })
}

async function submit(paths: readonly string[], flags: SubmitFlags): Promise<void> {
  const { oracle, leastChange } = flags
  const [first, ...others] = await Promise.all(paths.map(readAttestation))
  const files = [first!, ...others] as const
  const { feed, subject, nonce } = first!.attestation
  await sendingFrom(flags, async ({ chain, sender, signal }) => {
    for (const [index, { domain, attestation }] of files.entries()) {
      const same = attestation.feed === feed && attestation.subject === subject && attestation.nonce === nonce
      if (!same) throw new QuorateError('USAGE', `${paths[index]} is about another score than ${paths[0]}`)
      if (domain.chainId !== chain.chainId || !sameAddress(domain.contract, oracle))
        throw new QuorateError('USAGE', `${paths[index]} is for oracle ${domain.contract} on chain ${domain.chainId}`)
    }
    const median = medianOf([first!.attestation.score, ...others.map(({ attestation }) => attestation.score)])
    const [standing, { maxAge }] = [
      await readScore(chain, { oracle, feed, subject, signal }),
      await readFeed(chain, { oracle, feed, signal }),
    ]
    const { timestamp: now } = await chain.publicClient.getBlock()
    if (!isWorthWriting({ standing, maxAge, median, leastChange, now }))
      return {
        result: { event: 'scoreKept', feed, subject, value: standing.value, median },
        text: `The score ${standing.value} of ${subject} stays: it is young, and ${median} differs by less than ${leastChange}`,
      }
    await submitScore(sender, { oracle, attestations: files, signal })
    return {
      result: { event: 'scored', feed, subject, value: median, nonce },
      text: `${subject} has score ${median}, by ${plural(files.length, 'attestation')}`,
    }
  })
}

async function readAttestation(path: string): Promise<AttestationFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new QuorateError('USAGE', `${path} cannot be read`, { details: { path }, cause })
  }
  return loadedFlagValue(path, async () => parseAttestation(text))
}
