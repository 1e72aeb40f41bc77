import { measured } from '../../cli/simulate/measured.ts'
import type { StoryResult } from './story.ts'

/** The end of a story as text. */
export function tellStory(result: StoryResult): string {
  const { story, metric, members, rounds, records, federated, simulated, bestAlone, inFloats, fedavg, poisoners, audit } = result
  const row = (name: string, value: number | undefined, more = ''): string[] =>
    value === undefined ? [] : [`  ${name.padEnd(36)} ${measured(metric, value).padStart(8)}${more === '' ? '' : `  ${more}`}`]
  const times = (list: readonly number[]): string => `rejected in ${list.length} of ${rounds} rounds`
  return [
    '',
    `${story}: ${members} members, ${poisoners.length} of them poisoners, ${rounds} rounds; ${metric} on ${records.toLocaleString('en')} held-out records of all members`,
    ...row('federated model', federated, 'on a real chain, among real programs'),
    ...row('best member alone', bestAlone.value, bestAlone.member),
    ...row('the same rounds simulated, int8', simulated),
    ...row('the same rounds simulated, floats', inFloats),
    ...row('FedAvg in floats, honest members', fedavg),
    ...poisoners.map(({ member, attack, rejected }) => `  ${`${member} (${attack})`.padEnd(36)} ${times(rejected)}`),
    `  ${'honest members'.padEnd(36)} ${result.honestRejections === 0 ? 'never rejected' : `rejected ${result.honestRejections} times`}`,
    audit.match
      ? `  ${'audit'.padEnd(36)} ${audit.rounds} rounds replayed from genesis: every root matches the chain`
      : `  ${'audit'.padEnd(36)} DOES NOT MATCH the chain`,
    `  ${'took'.padEnd(36)} ${Math.round(result.seconds)} s`,
  ].join('\n')
}
