/** Goes through three phases of a round at once, as fast as it can tell them. */
for (const phase of ['commit', 'reveal', 'attest'])
  process.stdout.write(
    `${JSON.stringify({ event: 'round', round: '1', phase, deadline: 0, members: 1, committed: 0, revealed: 0, attested: 0, agreed: 0 })}\n`,
  )
