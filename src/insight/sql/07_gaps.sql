-- Seconds between the transactions of a sender. Burstiness is (deviation - mean) / (deviation + mean): -1 for a clock, 0 for chance, 1 for bursts
-- (Goh and Barabasi 2008).
SELECT
  span,
  address,
  AVG(gap) AS gap_mean,
  CASE
    WHEN COUNT(gap) < 2 OR AVG(gap) + STDDEV_POP(gap) = 0 THEN NULL
    ELSE (STDDEV_POP(gap) - AVG(gap)) / (STDDEV_POP(gap) + AVG(gap))
  END AS burstiness
FROM (
  SELECT
    spans.span,
    sender AS address,
    CAST(time - LAG(time) OVER (PARTITION BY spans.span, sender ORDER BY block_number, position) AS DOUBLE) AS gap
  FROM transactions
  JOIN spans ON time >= spans.begins AND time < spans.ends
) AS steps
GROUP BY span, address
