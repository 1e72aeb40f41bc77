-- Transfers of tokens that an address gave and took.
SELECT span, address, CAST(SUM(given) AS BIGINT) AS tokens_out, CAST(SUM(taken) AS BIGINT) AS tokens_in
FROM (
  SELECT time, sender AS address, 1 AS given, 0 AS taken FROM transfers
  UNION ALL
  SELECT time, receiver AS address, 0 AS given, 1 AS taken FROM transfers
) AS sides
JOIN spans ON time >= spans.begins AND time < spans.ends
GROUP BY span, address
