-- One line for each address and span in which the address appears. Shares are between 0 and 1, times are seconds, values are ether.
SELECT
  contacts.span,
  contacts.address,
  contacts.events,
  CAST(contacts.events AS DOUBLE)
    / (CAST(spans.ends - GREATEST(spans.begins, firsts.first_seen) AS DOUBLE) / 86400e0) AS events_per_day,
  spans.ends - firsts.first_seen AS age,
  COALESCE(habits.sent, 0) AS sent,
  COALESCE(income.received, 0) AS received,
  COALESCE(tokens.tokens_out, 0) AS tokens_out,
  COALESCE(tokens.tokens_in, 0) AS tokens_in,
  contacts.fan_out,
  contacts.fan_in,
  contacts.counterparty_entropy,
  contacts.returned_share,
  contacts.self_share,
  COALESCE(cycles.cycles, 0) AS cycles,
  COALESCE(gaps.gap_mean, 0e0) AS gap_mean,
  COALESCE(gaps.burstiness, 0e0) AS burstiness,
  COALESCE(habits.ether_out, 0e0) AS ether_out,
  COALESCE(income.ether_in, 0e0) AS ether_in,
  COALESCE(habits.value_mean, 0e0) AS value_mean,
  COALESCE(habits.value_variance, 0e0) AS value_variance,
  CASE
    WHEN COALESCE(habits.value_mean, 0e0) = 0 THEN 0e0
    ELSE SQRT(habits.value_variance) / habits.value_mean
  END AS value_spread,
  COALESCE(habits.failed_share, 0e0) AS failed_share,
  COALESCE(habits.call_share, 0e0) AS call_share,
  COALESCE(habits.gas_mean, 0e0) AS gas_mean,
  COALESCE(habits.gas_limit_use, 0e0) AS gas_limit_use,
  COALESCE(habits.gas_price_ratio, 0e0) AS gas_price_ratio,
  COALESCE(habits.gas_price_variety, 0e0) AS gas_price_variety,
  COALESCE(moves.most_transfers, 0) AS most_transfers,
  COALESCE(moves.loans, 0) AS loans,
  COALESCE(siblings.siblings, 0) AS siblings
FROM contacts
JOIN spans ON spans.span = contacts.span
JOIN firsts ON firsts.address = contacts.address
LEFT JOIN habits ON habits.span = contacts.span AND habits.address = contacts.address
LEFT JOIN income ON income.span = contacts.span AND income.address = contacts.address
LEFT JOIN tokens ON tokens.span = contacts.span AND tokens.address = contacts.address
LEFT JOIN cycles ON cycles.span = contacts.span AND cycles.address = contacts.address
LEFT JOIN gaps ON gaps.span = contacts.span AND gaps.address = contacts.address
LEFT JOIN moves ON moves.span = contacts.span AND moves.address = contacts.address
LEFT JOIN siblings ON siblings.funder = firsts.funder
ORDER BY contacts.span, contacts.address
