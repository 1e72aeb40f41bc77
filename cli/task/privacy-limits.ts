/** Who sees what of the members' records in a task, and what nothing hides. */
export interface PrivacyLimits {
  /** The settings of the task, and what a member can set by itself: one entry for each that exists. */
  settings: readonly PrivacySetting[]
  /** What stays open in every setting. */
  open: readonly string[]
}

export interface PrivacySetting {
  setting: string
  /** Whether the task has it (`task`), or each member may choose it (`member`). */
  chosenBy: 'task' | 'member'
  /** Who sees what of a member. */
  sees: string
}

/**
 * The limits of privacy in a task. Each setting is one row, so that a setting which a later version builds is one row more.
 *
 * @param personal names of the layers that stay with each member
 * @example privacyLimits(['output']).settings.map(({ setting }) => setting) // ['updates', 'personal layers', 'noise']
 */
export function privacyLimits(personal: readonly string[]): PrivacyLimits {
  return {
    settings: [
      {
        setting: 'updates',
        chosenBy: 'task',
        sees: 'all members, all operators and everybody to whom they give evidence see the whole update of each member, which tells of its records',
      },
      ...(personal.length > 0
        ? [
            {
              setting: 'personal layers',
              chosenBy: 'task',
              sees: `${personal.join(', ')} of a member: nobody else sees them. The shared layers still tell of its records`,
            } as const,
          ]
        : []),
      {
        setting: 'noise',
        chosenBy: 'member',
        sees: 'of a member with [privacy] in member.toml, others learn about one record at most what its ε allows. Nobody can check its noise',
      },
    ],
    open: [
      'which accounts take part, and in which rounds',
      'when each sends its update',
      'stake, pay and verdict of each',
      'the model after each round, and what it tells of the records of all',
      'loss and measurements of a member, to everybody whom it shows its log, API, metrics or tracking',
    ],
  }
}

/** The limits as lines of a table with two columns. */
export function privacyRows({ settings, open }: PrivacyLimits): [string, string][] {
  return [
    ...settings.map(({ setting, chosenBy, sees }, index): [string, string] => [
      index === 0 ? 'Privacy' : '',
      `${setting} (${chosenBy === 'task' ? 'this task' : 'by choice of each member'}): ${sees}`,
    ]),
    ...open.map((what, index): [string, string] => [
      '',
      index === 0 ? `not protected in any setting: ${what};` : `  ${what}${index === open.length - 1 ? '' : ';'}`,
    ]),
  ]
}
