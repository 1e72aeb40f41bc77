-- What a sender does: values in ether, failures, calls, and gas.
SELECT
  spans.span,
  sender AS address,
  COUNT(*) AS sent,
  AVG(CASE WHEN succeeded THEN 0e0 ELSE 1e0 END) AS failed_share,
  AVG(CASE WHEN selector IS NULL THEN 0e0 ELSE 1e0 END) AS call_share,
  SUM(CAST(value AS DOUBLE) / 1e18) AS ether_out,
  AVG(CAST(value AS DOUBLE) / 1e18) AS value_mean,
  VAR_POP(CAST(value AS DOUBLE) / 1e18) AS value_variance,
  AVG(CAST(gas_used AS DOUBLE)) AS gas_mean,
  AVG(CAST(gas_used AS DOUBLE) / CAST(gas_limit AS DOUBLE)) AS gas_limit_use,
  AVG(CASE WHEN block_price = 0 THEN 1e0 ELSE CAST(gas_price AS DOUBLE) / block_price END) AS gas_price_ratio,
  CAST(COUNT(DISTINCT gas_price) AS DOUBLE) / CAST(COUNT(*) AS DOUBLE) AS gas_price_variety
FROM transactions
JOIN prices ON prices.block_number = transactions.block_number
JOIN spans ON time >= spans.begins AND time < spans.ends
GROUP BY spans.span, sender
