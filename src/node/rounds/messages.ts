import { lowerHex, sameAddress } from '../../protocol/index.ts'
import type { Address, Message, RoundEvent, RoundState } from '../../protocol/index.ts'

/**
 * The event that an accepted message is; undefined for a claim notice, because claims come from the chain.
 *
 * @param operatorKey key of a bonded operator by owner address, for seals of those who took over
 */
export function eventOf(
  message: Message,
  state: Pick<RoundState, 'plan'>,
  operatorKey: (operator: Address) => Address | undefined,
): RoundEvent | undefined {
  switch (message.kind) {
    case 'commitment':
      return { type: 'commitment', member: message.member, commitment: message.commitment, signature: message.signature }
    case 'seal':
      return {
        type: 'seal',
        rows: message.rows,
        signature: message.signature,
        operator: message.operator,
        operatorKey: sameAddress(message.operator, state.plan.operator)
          ? state.plan.operatorKey
          : (operatorKey(message.operator) ?? state.plan.operatorKey),
      }
    case 'reveal':
      return {
        type: 'reveal',
        member: message.member,
        updateRoot: message.updateRoot,
        salt: message.salt,
        signature: message.signature,
      }
    case 'attestation':
      return {
        type: 'attestation',
        member: message.member,
        commitments: message.commitments,
        held: message.held,
        signature: message.signature,
      }
    case 'agreement':
      return { type: 'agreement', member: message.member, claimHash: message.claimHash, signature: message.signature }
    case 'claim':
      return undefined
  }
}

/** Everything valid that this node knows of a round, for a peer that missed it. */
export function messagesOf(state: RoundState): Message[] {
  const { task, round } = state.plan
  const messages: Message[] = []
  for (const [member, entry] of state.commitments) {
    if (entry.signature !== '0x') messages.push({ kind: 'commitment', task, round, member, ...entry })
  }
  if (state.seal) {
    const { rows, signature, operator } = state.seal
    messages.push({
      kind: 'seal',
      task,
      round,
      operator: lowerHex(operator),
      signature,
      rows: rows.map((row) => ({ member: row.member, commitment: row.commitment, signature: row.signature })),
    })
    for (const [member, entry] of state.reveals) messages.push({ kind: 'reveal', task, round, member, ...entry })
    const { commitments } = state.seal
    for (const [member, entry] of state.attestations)
      messages.push({ kind: 'attestation', task, round, member, commitments, ...entry })
  }
  for (const [member, entry] of state.agreements) messages.push({ kind: 'agreement', task, round, member, ...entry })
  return messages
}
