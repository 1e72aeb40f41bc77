import type { Abi, Address } from 'viem'
import { developmentTokenAbi } from '../../src/chain/abi/developmentToken.ts'
import { quorateGovernorAbi } from '../../src/chain/abi/quorateGovernor.ts'
import { rewardDistributorAbi } from '../../src/chain/abi/rewardDistributor.ts'
import { stakeVaultAbi } from '../../src/chain/abi/stakeVault.ts'
import type { MemberDetailAnswer, TaskAnswer } from '../../src/api/schemas.ts'
import { formatTokens } from '../../src/core/amount.ts'

/** A transaction before it is signed: what it does in words, and exactly what is called. */
export interface Intent {
  title: string
  /** What follows from it, in sentences. */
  words: string[]
  contract: string
  address: Address
  abi: Abi
  functionName: string
  args: readonly unknown[]
}

/** Makes the intents of one task. Each method is one transaction. */
export class Intents {
  readonly #task: TaskAnswer

  constructor(task: TaskAnswer) {
    this.#task = task
  }

  approve(amount: bigint): Intent {
    const { vault, token } = this.#task.contracts
    return {
      title: `Allow the vault to take ${this.#tokens(amount)}`,
      words: ['The token asks for this before the vault may take a bond.', 'No tokens move yet.'],
      contract: 'token',
      address: token as Address,
      abi: developmentTokenAbi,
      functionName: 'approve',
      args: [vault, amount],
    }
  }

  bond(amount: bigint): Intent {
    return this.#vault(
      `Bond ${this.#tokens(amount)}`,
      ['The tokens move from your account into the vault.', 'A bond is at risk in no task before you allocate it.'],
      'bond',
      [amount],
    )
  }

  allocate(amount: bigint, role: 'member' | 'operator'): Intent {
    const { task } = this.#task
    return this.#vault(
      `Put ${this.#tokens(amount)} at risk in task ${task}`,
      [
        `You join task ${task} as ${role}; the role stays for the life of the task.`,
        'The judge of the task can take from this stake for a proved fault.',
        'The first time burns the joining fee.',
      ],
      'allocate',
      [BigInt(task), role === 'member' ? 1 : 2, amount],
    )
  }

  leave(): Intent {
    const { task } = this.#task
    return this.#vault(
      `Leave task ${task}`,
      ['Your stake stops counting at once.', 'It stays at risk for the unbonding delay, and can be released then.'],
      'leave',
      [BigInt(task)],
    )
  }

  release(owner: Address): Intent {
    const { task } = this.#task
    return this.#vault(`Release your stake from task ${task}`, ['The stake that left the task becomes free again.'], 'release', [
      BigInt(task),
      owner,
    ])
  }

  withdraw(amount: bigint): Intent {
    return this.#vault(
      `Withdraw ${this.#tokens(amount)}`,
      ['The tokens move from the free part of your bond to your account.'],
      'withdraw',
      [amount],
    )
  }

  delegate(to: Address): Intent {
    return this.#vault(
      `Let ${to} vote with your stake`,
      ['Stake and rewards stay yours.', 'Your own address takes the votes back.'],
      'delegate',
      [to],
    )
  }

  registerKeys(operatorKey: Address, peerKey: `0x${string}`, consent: `0x${string}`): Intent {
    return this.#vault(
      'Register the keys of your node',
      [`${operatorKey} signs for you in every task from the next second on.`, 'It cannot move your stake.'],
      'registerKeys',
      [operatorKey, peerKey, consent],
    )
  }

  vote(proposal: bigint, support: 'for' | 'against' | 'abstain', reason: string): Intent {
    return {
      title: `Vote ${support === 'abstain' ? 'to abstain' : support} on proposal ${shortProposal(proposal)}`,
      words: [
        'Your vote counts with your stake, and with stake that is delegated to you, at the snapshot of the proposal.',
        'A vote cannot be changed.',
      ],
      contract: 'governor',
      address: this.#task.governance!.governor as Address,
      abi: quorateGovernorAbi,
      functionName: 'castVoteWithReason',
      args: [proposal, { against: 0, for: 1, abstain: 2 }[support], reason],
    }
  }

  claim({ amount, round, claim, leaf, slot, path }: NonNullable<MemberDetailAnswer['claimable']>): Intent {
    return {
      title: `Claim ${this.#tokens(BigInt(amount))} of rewards`,
      words: [
        `The rewards up to round ${round} are paid to ${leaf.member}.`,
        'The contract checks the leaf of the ledger against the final claim.',
      ],
      contract: 'reward distributor',
      address: this.#task.contracts.distributor as Address,
      abi: rewardDistributorAbi,
      functionName: 'claim',
      args: [
        BigInt(this.#task.task),
        BigInt(round),
        { ...claim, ledgerTotal: BigInt(claim.ledgerTotal) },
        { ...leaf, reward: BigInt(leaf.reward) },
        BigInt(slot),
        path,
      ],
    }
  }

  #vault(title: string, words: string[], functionName: string, args: readonly unknown[]): Intent {
    return {
      title,
      words,
      contract: 'stake vault',
      address: this.#task.contracts.vault as Address,
      abi: stakeVaultAbi,
      functionName,
      args,
    }
  }

  #tokens(amount: bigint): string {
    return formatTokens(amount, this.#task.token)
  }
}

/** The first digits of a number with 77 of them. */
export function shortProposal(proposal: bigint): string {
  return `${proposal.toString().slice(0, 8)}…`
}
