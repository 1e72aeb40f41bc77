-- Fan-in, fan-out, and how evenly an address spreads its events over counterparties: Shannon's entropy in bits, log n - (1/n) sum of k log k.
SELECT
  span,
  address,
  CAST(SUM(sent + received) AS BIGINT) AS events,
  CAST(SUM(CASE WHEN sent > 0 AND counterparty <> address THEN 1 ELSE 0 END) AS BIGINT) AS fan_out,
  CAST(SUM(CASE WHEN received > 0 AND counterparty <> address THEN 1 ELSE 0 END) AS BIGINT) AS fan_in,
  (
    LN(CAST(SUM(sent + received) AS DOUBLE))
    - SUM((sent + received) * LN(CAST(sent + received AS DOUBLE))) / CAST(SUM(sent + received) AS DOUBLE)
  ) / LN(2e0) AS counterparty_entropy,
  CAST(SUM(CASE WHEN sent > 0 AND received > 0 AND counterparty <> address THEN sent + received ELSE 0 END) AS DOUBLE)
    / CAST(SUM(sent + received) AS DOUBLE) AS returned_share,
  CAST(SUM(CASE WHEN counterparty = address THEN sent + received ELSE 0 END) AS DOUBLE)
    / CAST(SUM(sent + received) AS DOUBLE) AS self_share
FROM counterparties
GROUP BY span, address
